//! Reading columns from files of [Apache Parquet](https://parquet.apache.org/docs/), whoever wrote
//! them; [`gan_tools::formats::parquet`] has the format, and writes our own.

mod codec;
mod hybrid;
mod pages;
mod plain;
mod read;
mod room;
mod schema;
mod thrift;

pub(super) use read::read;
