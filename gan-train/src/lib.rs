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
//! | [`backend`], [`network`], [`adam`], [`random`] | burn's devices, MLPs on them, the optimizer, where randomness comes from |
//! | [`trainer`] | the step, checkpoints, metrics, a run |
//! | [`float`], [`quantize`] | from a checkpoint to integers |
//! | [`blob_file`] | `.gan` files on a host, and running them |
//! | [`evaluate`] | agreement with the float model, a classifier's judgement |
//! | [`output`] | files that are whole or not there, pictures, text |

pub mod adam;
pub mod backend;
pub mod blob_file;
pub mod config;
pub mod data;
pub mod evaluate;
pub mod float;
pub mod network;
pub mod output;
pub mod quantize;
pub mod random;
pub mod trainer;
