//! Trains small MLP GANs on an ordinary computer and quantizes their generators for gan-core.
//!
//! ```text
//! data -> train -> checkpoint -> export (fold, quantize) -> .gan blob -> gan-core
//! ```
//!
//! The modules lie in layers. Each uses only modules that stand above it in this table;
//! `tests/layers.rs` checks it.
//!
//! | module | what it is for |
//! |---|---|
//! | [`interrupt`] | Ctrl-C, for commands that end what they are at before they go |
//! | [`samples`], [`output`], [`blob_file`], [`fit`] | latents and labels, files and pictures, `.gan` blobs on a host, and the boards that a blob fits: what needs no training |
//! | [`config`] | the configuration of a run, its ranges, the presets; names of metrics, bits of a weight |
//! | [`random`] | random numbers from (seed, purpose, index) alone |
//! | [`files`] | files of tensors and of JSON lines |
//! | [`data`] | built-in digits, MNIST, IDX folders |
//! | [`nn`] | burn's devices, matrices, MLPs with their gradients, rounding of weights |
//! | [`loss`], `penalty`, [`optim`] | objectives, penalties on the discriminator's gradient, optimizers |
//! | [`train`] | a training step, checkpoints, metrics, and a run from its first step to its last |
//! | [`judge`] | how good generated images are, beside real ones |
//! | [`export`] | from a checkpoint to folded floats, and to integers |
//! | [`bench_model`] | blobs of any shape with random weights |
//! | [`report`] | what people see of a run: pages, charts, grids, TensorBoard |
//!
//! The command line, in `main.rs` and `cli/`, lies above all of them. The library prints nothing:
//! its messages go through `tracing`, a download to a callback, and a run to its
//! [`Observer`](train::run::Observer).

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
