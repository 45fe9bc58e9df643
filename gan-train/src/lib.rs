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
//! | [`backend`], [`matrix`], [`simd`], [`random`] | burn's devices and products, vector loops, where randomness comes from |
//! | [`network`], [`objective`], [`optimizer`] | MLPs and their gradients, losses, updates |
//! | [`trainer`] | the step, checkpoints, metrics, a run |
//! | [`float`], [`quantize`] | from a checkpoint to integers |
//! | [`evaluate`] | scores beside real images, agreement with the float model |
//! | [`output`] | what a run leaves behind: charts, pages, animations |
//!
//! [`gan_tools`] has what is done with a blob once it is there: running it, pictures, files, and
//! the commands that need no training.

pub mod backend;
pub mod config;
pub mod data;
pub mod evaluate;
pub mod float;
pub mod matrix;
pub mod network;
pub mod objective;
pub mod optimizer;
pub mod output;
pub mod quantize;
pub mod random;
pub mod simd;
pub mod tensor_file;
pub mod trainer;
