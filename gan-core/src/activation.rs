//! Activation functions and their tables.
//!
//! The tables of int8 layers are made on the host, in f64 by libm, and are stored in the blob. A
//! device that runs int8 layers therefore evaluates none of these functions. Float layers evaluate
//! them in f32, with libm or, with feature `micromath`, with fast approximations.

#[cfg(feature = "tools")]
mod tables;

#[cfg(feature = "tools")]
pub use tables::{TABLE_STEPS, hidden_codes, hidden_table, output_index, output_table};

/// How real numbers are scaled to the index of a table, or to the codes of a layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scaling {
    /// Number of codes (or index steps) in one unit.
    pub steps: f64,
    /// The code (or index) that stands for 0.
    pub zero_point: u8,
}

#[cfg(feature = "float")]
pub use float::apply;
#[cfg(feature = "float")]
pub(crate) use float::pixel_f32;

#[cfg(feature = "float")]
mod float {
    use crate::header::Activation;

    /// The activation of `x` in f32, as float layers apply it.
    pub fn apply(activation: Activation, x: f32) -> f32 {
        match activation {
            Activation::Linear => x,
            Activation::Relu => x.max(0.0),
            Activation::LeakyRelu(slope) => {
                if x < 0.0 {
                    slope * x
                } else {
                    x
                }
            }
            Activation::Tanh => 2.0 * sigmoid_f32(2.0 * x) - 1.0,
            Activation::Sigmoid => sigmoid_f32(x),
        }
    }

    #[cfg(not(feature = "micromath"))]
    fn sigmoid_f32(x: f32) -> f32 {
        1.0 / (1.0 + libm::expf(-x))
    }

    #[cfg(feature = "micromath")]
    fn sigmoid_f32(x: f32) -> f32 {
        use micromath::F32Ext;
        // micromath's exp wraps around far from 0, where the sigmoid has long saturated.
        1.0 / (1.0 + F32Ext::exp(-x.clamp(-16.0, 16.0)))
    }

    /// Turns an output of the last float layer into a pixel.
    pub(crate) fn pixel_f32(activation: Activation, y: f32) -> u8 {
        let real = match activation {
            Activation::Tanh => 127.5 * (y + 1.0),
            _ => 255.0 * y,
        };
        // Float to integer casts saturate, so this clamps as well.
        (real + 0.5) as u8
    }
}
