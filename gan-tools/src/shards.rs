//! A set of images that many workers make at once, on one machine or on many that share a folder
//! or a bucket of an object store, without a coordinator: docs/synthetic-data.md has the contract.
//!
//! `dataset.json` is there first and decides every byte. Shard `k` has the images from `k` times
//! the shard's size on, and is called by its range. Its files are put into their place whole and
//! only if they are absent, and then the list of their digests: a shard is there when that list is.
//! So a worker that is killed, started again or raced by another one loses nothing and doubles
//! nothing. `manifest.json` is last.

mod folder;
mod manifest;
mod place;
mod run;
mod verify;

pub use folder::{DATASET, Folder, Shard};
pub use run::{Part, Report, run};
pub use verify::{Status, Verdict, status, verify};
