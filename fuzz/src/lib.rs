//! What the fuzz targets share.
//!
//! | module | owns |
//! |---|---|
//! | [`memory`] | the bound on memory: an allocator that counts, and stops where a reader asks for too much |
//! | [`blobs`] | mutations of blobs that keep their CRC right |
//! | [`judge`] | what gan-core and the naive reference have to agree about |
//! | [`board`] | a board of memory, on which the application runs |
//! | [`folder`] | files of one input, in memory |
//!
//! Each target is a file in `fuzz_targets/`. `cargo xtask fuzz` builds and runs them.

pub mod blobs;
pub mod board;
pub mod folder;
pub mod judge;
pub mod memory;
