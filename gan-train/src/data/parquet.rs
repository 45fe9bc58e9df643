//! Columns as files of [Apache Parquet](https://parquet.apache.org/docs/): written, and read.
//!
//! A file is `PAR1`, the pages of each column of each row group, the footer, its length, and
//! `PAR1`. A page is a header and values. Headers and the footer are structs of Thrift's compact
//! protocol; their fields' numbers are those of `parquet.thrift` in the format's own repository.
//!
//! Not by a library: the crate `parquet` asks for random keys in the hash tables of `ahash`, and
//! burn, which is in the same program, would get them too.

mod codec;
mod hybrid;
mod pages;
mod plain;
mod read;
mod schema;
mod thrift;
mod write;

pub(super) use read::{ReadColumn, read};
pub(super) use write::{Column, Values, file};

/// What a file begins and ends with.
const MAGIC: &[u8; 4] = b"PAR1";
