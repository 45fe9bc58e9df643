//! Data sets that a generator makes, in a folder: [`gan_tools::set`] has what decides their bytes.
//!
//! The images lie in shards, files that begin where an index is a multiple of the shard's size;
//! `manifest.json` beside them says what they were made of and has the SHA-256 of each file.

mod read;
mod write;

pub(super) use read::open;
pub use write::{Set, Written};
