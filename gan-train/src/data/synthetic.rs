//! Data sets that a generator makes: image `i` and its label come from the blob, the seed and `i`
//! alone.
//!
//! So any range of indices can be made by itself, on any machine and by any number of threads, and
//! ranges that are put together equal the whole. The images lie in shards, files that begin where
//! an index is a multiple of the shard's size; `manifest.json` beside them says what they were made
//! of and has the SHA-256 of each file.

mod format;
mod labels;
mod manifest;
mod read;
mod rows;
mod write;

pub use format::Format;
pub use labels::LabelRule;
pub use manifest::{Description, FILE, Made, Manifest};
pub(super) use read::open;
pub use write::{Range, Set, Written};
