//! From a trained network to a blob: normalization folded into the layers, then integers.

pub mod agreement;
pub mod float;
pub mod quantize;
