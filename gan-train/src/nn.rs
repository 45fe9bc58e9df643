//! Networks: matrices, layers, their gradients, and the rule that rounds weights to four bits.

pub mod backend;
pub mod half_bytes;
pub mod matrix;
pub mod network;
pub(crate) mod rounding;
pub mod simd;
