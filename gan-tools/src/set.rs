//! Data sets that a generator makes: image `i` and its label come from the blob, the seed and `i`
//! alone.
//!
//! So any range of indices can be made by itself, on any machine and by any number of threads, and
//! ranges that are put together equal the whole. A [`Maker`] makes the files of a range, in a
//! [`Format`]; a [`Manifest`] says what a set of such files was made of and has the digest of each.

mod format;
mod labels;
mod maker;
mod manifest;

pub use format::Format;
pub use labels::LabelRule;
pub use maker::{Maker, Range};
pub use manifest::{Description, FILE, Made, Manifest};
