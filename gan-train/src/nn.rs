//! Networks: burn modules, how a batch is cut, the operations that a step spends its time in,
//! devices, and the rule that rounds weights to four bits.

pub mod act;
pub mod cut;
pub mod device;
pub mod half_bytes;
mod input_gradient;
pub(crate) mod known_answer;
pub mod mlp;
pub mod ops;
pub mod params;
pub mod reparam;
