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
//! | [`config`] | the configuration of a run, its ranges, the presets; names of metrics |
//! | [`random`] | random numbers from (seed, purpose, index) alone |
//! | [`ranks`] | processes that train together, and sums over them |
//! | [`files`] | files of tensors and of JSON lines |
//! | [`data`] | built-in digits, MNIST, stacked MNIST, folders and files of images; tables |
//! | [`task`] | image-to-image tasks: damage, styles, sizes, pairs |
//! | [`nn`] | burn's devices; networks as burn modules, and the operations that a step spends its time in; rounding of weights |
//! | [`loss`], `penalty`, [`optim`] | objectives, penalties on the discriminator's gradient, optimizers |
//! | [`train`] | a training step, checkpoints, metrics, and a run from its first step to its last |
//! | [`judge`] | how good generated images are, beside real ones |
//! | [`export`] | from a checkpoint to folded floats, and to integers |
//! | [`invert`] | the latent of a given image |
//! | [`explore`] | what lies between latents, what each of their units moves, what is nearest |
//! | [`report`] | what people see of a run: pages, charts, grids, TensorBoard |
//!
//! Below all of them lies the crate [`gan_tools`]: what is done with a model without training, such
//! as running it, pictures, files, and the commands that `gan` has too.
//!
//! The command line, [`cli`], lies above all of them. The rest of the library prints nothing:
//! its messages go through `tracing`, a download to a callback, and a run to its
//! [`Observer`](train::run::Observer).

// The command line calls the library by its name, as other programs do.
extern crate self as gan_train;

pub mod cli;
pub mod config;
pub mod data;
pub mod explore;
pub mod export;
pub mod files;
pub mod invert;
pub mod judge;
pub mod loss;
pub mod nn;
pub mod optim;
pub(crate) mod penalty;
pub mod random;
pub mod ranks;
pub mod report;
pub mod sweep;
pub mod task;
pub mod train;

/// The code in README.md is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
