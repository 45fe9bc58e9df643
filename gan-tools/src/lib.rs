//! What is done with a `.gan` model on an ordinary computer once it is trained: the `gan` command,
//! and the parts of it that gan-train uses too. Without burn, so that it builds in seconds.
//!
//! Each module uses those above it only:
//!
//! | module | owns |
//! |---|---|
//! | [`files`] | files that are whole or not there, the IDX format, names of labels, digests |
//! | [`numbers`], [`messages`] | numbers as people read them; how much is said beside errors |
//! | [`progress`] | how far a long command is |
//! | [`json`], [`interrupt`] | JSON text; Ctrl-C |
//! | [`images`], [`picture`] | grey images, PNG files, grids, images as text |
//! | [`random`], [`samples`] | sequences of random numbers; the device's latents |
//! | [`blob_file`], [`layers`] | `.gan` files as models, and the integer layers that go into them |
//! | [`inspect`] | what is in a blob |
//! | [`generate`] | images from a blob, in memory and in folders |
//! | [`csv`] | the rows of a blob that makes numbers, as text |
//! | [`formats`] | Parquet, NumPy's archives and WebDataset's, as bytes |
//! | [`set`] | data sets of which any range can be made by itself |
//! | [`shards`] | such a set made by many machines at once |
//! | [`apply`] | images that a blob makes of images |
//! | [`export`] | models as C source |
//! | [`fit`] | which boards a blob fits, and its speed there |
//! | [`onnx`] | models as ONNX |
//! | [`bench_model`] | blobs of any shape with random weights |
//! | [`cli`] | the commands, which gan-train has as well |

pub mod apply;
pub mod bench_model;
pub mod blob_file;
pub mod cli;
pub mod csv;
pub mod export;
pub mod files;
pub mod fit;
pub mod formats;
pub mod generate;
pub mod images;
pub mod inspect;
pub mod interrupt;
pub mod json;
pub mod layers;
pub mod messages;
pub mod numbers;
pub mod onnx;
pub mod picture;
pub mod progress;
pub mod random;
pub mod samples;
pub mod set;
pub mod shards;

/// The code in README.md is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
