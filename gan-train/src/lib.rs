//! Trains small MLP GANs on an ordinary computer and quantizes their generators for gan-core.
//!
//! ```text
//! data -> trainer (burn) -> checkpoint -> float (norm and labels folded) -> quantize -> .gan blob -> gan-core
//! ```
//!
//! | module | owns |
//! |---|---|
//! | [`config`] | presets, TOML files, ranges |
//! | [`data`] | built-in digits, MNIST, IDX folders |
//! | [`nn`], [`loss`], [`optim`], [`random`] | MLPs and their gradients, losses, updates, where randomness comes from |
//! | [`train`] | the step, checkpoints, metrics, a run |
//! | [`export`] | from a checkpoint to integers |
//! | [`blob_file`] | `.gan` files on a host, and running them |
//! | [`fit`] | which boards a blob fits, and its speed there |
//! | [`bench_model`] | blobs of any shape with random weights |
//! | [`judge`] | scores beside real images |
//! | [`report`] | what people see of a run |
//! | [`files`], [`output`], [`interrupt`] | files that are whole or not there, pictures, text; Ctrl-C |

pub mod bench_model;
pub mod blob_file;
pub mod config;
pub mod data;
pub mod export;
pub mod files;
pub mod fit;
pub mod interrupt;
pub mod judge;
pub mod loss;
pub mod nn;
pub mod optim;
pub mod output;
pub(crate) mod penalty;
pub mod random;
pub mod report;
pub mod samples;
pub mod train;
