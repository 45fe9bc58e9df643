//! The formats of data sets, as bytes: each in its plainest form, with nothing packed, and with no
//! time, machine or library's version in it, so that the same images are the same bytes everywhere.
//! [`crate::files::idx`] has MNIST's.

pub mod npz;
pub mod parquet;
pub mod rows;
pub mod webdataset;
