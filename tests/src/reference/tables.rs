//! Computes in `f64` the functions that the format has as integers: the normal distribution and the
//! activation tables.

use super::Activation;

/// The standard normal's distribution function.
#[must_use]
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / core::f64::consts::SQRT_2)
}

/// The table of a last layer: from the index of `docs/quantization.md` to the pixel.
#[must_use]
pub fn output_table(activation: Activation) -> [u8; 256] {
    table(|i| match activation {
        Activation::Sigmoid => 255.0 * sigmoid(pre_activation(i)),
        Activation::Tanh => 127.5 * (libm::tanh(pre_activation(i)) + 1.0),
        Activation::Linear | Activation::Relu | Activation::LeakyRelu(_) => i,
    })
}

/// The table of a hidden layer, from the same index to the next layer's code; `None` for
/// activations without one.
#[must_use]
pub fn hidden_table(activation: Activation) -> Option<[u8; 256]> {
    match activation {
        Activation::Sigmoid => Some(table(|i| 127.0 * sigmoid(pre_activation(i)))),
        Activation::Tanh => Some(table(|i| 63.0 * libm::tanh(pre_activation(i)) + 64.0)),
        Activation::Linear | Activation::Relu | Activation::LeakyRelu(_) => None,
    }
}

/// The real number that index `i` of a table stands for.
fn pre_activation(i: f64) -> f64 {
    (i - 128.0) / 16.0
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// Rounds `entry` of every index, halves up. The entry of index 128 is exactly a half in most
/// tables; any other would have to be clear of one, or the last bit of an exponential would decide.
fn table(entry: impl Fn(f64) -> f64) -> [u8; 256] {
    core::array::from_fn(|i| {
        let exact = entry(i as f64);
        assert!(
            i == 128 || (exact.fract() - 0.5).abs() > 1e-6,
            "entry {i}: {exact} is too near a half"
        );
        (exact + 0.5).floor() as u8
    })
}
