//! The tables of int8 layers, and how the numbers before and after them are scaled.

use super::Scaling;
use crate::CODE_MAX;
use crate::header::Activation;

/// A table's index counts pre-activations in steps of 1/16, so its 256 entries cover -8 up to 8.
pub const TABLE_STEPS: f64 = 16.0;

/// The scaling that turns pre-activations into the index of the last layer's table.
pub fn output_index(activation: Activation) -> Scaling {
    match activation {
        Activation::Tanh | Activation::Sigmoid => Scaling { steps: TABLE_STEPS, zero_point: 128 },
        Activation::Linear | Activation::Relu | Activation::LeakyRelu(_) => {
            Scaling { steps: 255.0, zero_point: 0 }
        }
    }
}

/// The last layer's table, which maps an index to a pixel.
pub fn output_table(activation: Activation) -> [u8; 256] {
    match activation {
        Activation::Sigmoid => table(|x| 255.0 * sigmoid(x)),
        Activation::Tanh => table(|x| 127.5 * (libm::tanh(x) + 1.0)),
        Activation::Linear | Activation::Relu | Activation::LeakyRelu(_) => {
            core::array::from_fn(|index| index as u8)
        }
    }
}

/// The scaling of a hidden layer's codes if the activation alone determines it, as `Sigmoid` and
/// `Tanh` do. It is `None` for the other activations, whose scaling has to be calibrated.
pub fn hidden_codes(activation: Activation) -> Option<Scaling> {
    match activation {
        Activation::Sigmoid => Some(Scaling { steps: f64::from(CODE_MAX), zero_point: 0 }),
        Activation::Tanh => Some(Scaling { steps: 63.0, zero_point: 64 }),
        Activation::Linear | Activation::Relu | Activation::LeakyRelu(_) => None,
    }
}

/// A hidden layer's table, which maps an index to a code. It is `None` for activations that need no
/// table.
pub fn hidden_table(activation: Activation) -> Option<[u8; 256]> {
    let Scaling { steps, zero_point } = hidden_codes(activation)?;
    let zero = f64::from(zero_point);
    Some(match activation {
        Activation::Tanh => table(|x| steps * libm::tanh(x) + zero),
        _ => table(|x| steps * sigmoid(x) + zero),
    })
}

/// The values of `y(x)` at `x = (index - 128) / 16`, rounded to the nearest integer, halves up.
fn table(y: impl Fn(f64) -> f64) -> [u8; 256] {
    core::array::from_fn(|index| libm::floor(y((index as f64 - 128.0) / TABLE_STEPS) + 0.5) as u8)
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}
