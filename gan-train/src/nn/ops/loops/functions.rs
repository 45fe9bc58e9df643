//! Activations inside loops: functions of a number that the compiler makes vectors of, and macros
//! that put one of them into a loop.

use crate::nn::act::Act;

/// Runs a loop with `$f` as the function of `$act`: one loop for each activation, so that none has
/// a branch inside. Activations that need their sums have no loop here.
macro_rules! with_function {
    ($act:expr, $f:ident, $body:block) => {
        match $act {
            Act::Linear => {
                let $f = |x: f32| x;
                $body
            }
            // Not `max`, which makes 0 of what is not a number.
            Act::Relu => {
                let $f = |x: f32| if x <= 0.0 { 0.0 } else { x };
                $body
            }
            // The same as a comparison with 0 for slopes up to 1.
            Act::LeakyRelu(slope) => {
                let $f = move |x: f32| x.max(slope * x);
                $body
            }
            Act::Tanh => {
                let $f = tanh;
                $body
            }
            Act::Sigmoid => {
                let $f = sigmoid;
                $body
            }
            Act::Elu => {
                let $f = |x: f32| if x <= 0.0 { exp(x) - 1.0 } else { x };
                $body
            }
            Act::Selu => {
                let (scale, below) = (SELU_SCALE as f32, (SELU_SCALE * SELU_ALPHA) as f32);
                let $f = move |x: f32| if x <= 0.0 { below * (exp(x) - 1.0) } else { scale * x };
                $body
            }
            Act::Softplus | Act::Gelu | Act::Silu => unreachable!("{:?} has no loop", $act),
        }
    };
}

/// The same with the derivative of `$act` as a function of its results.
macro_rules! with_slope {
    ($act:expr, $f:ident, $body:block) => {
        match $act {
            Act::Linear => {
                let $f = |_: f32| 1.0;
                $body
            }
            Act::Relu => {
                let $f = |y: f32| if y > 0.0 { 1.0 } else { 0.0 };
                $body
            }
            Act::LeakyRelu(slope) => {
                let $f = move |y: f32| if y > 0.0 { 1.0 } else { slope };
                $body
            }
            Act::Tanh => {
                let $f = |y: f32| 1.0 - y * y;
                $body
            }
            Act::Sigmoid => {
                let $f = |y: f32| y * (1.0 - y);
                $body
            }
            Act::Elu => {
                let $f = |y: f32| if y > 0.0 { 1.0 } else { y + 1.0 };
                $body
            }
            Act::Selu => {
                let (scale, below) = (SELU_SCALE as f32, (SELU_SCALE * SELU_ALPHA) as f32);
                let $f = move |y: f32| if y > 0.0 { scale } else { y + below };
                $body
            }
            Act::Softplus | Act::Gelu | Act::Silu => unreachable!("{:?} has no loop", $act),
        }
    };
}

pub(super) use with_function;
pub(super) use with_slope;

/// Whether an activation has a loop here.
pub(in crate::nn::ops) fn has_loop(act: Act) -> bool {
    !matches!(act, Act::Softplus | Act::Gelu | Act::Silu)
}

/// `e^x`, within 2 units in the last place; below -87 it is that of -87, above 88 that of 88.
///
/// After Cody and Waite 1980: `x = n ln 2 + r`, a polynomial for `e^r`, and `n` put into the
/// exponent. It has neither a branch nor a call, so that loops of it become vectors; those of the
/// C library's function do not.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    /// Adding it leaves no bits for a fraction, so that the sum's lowest bits are the integer.
    const ROUND: f32 = 12_582_912.0;
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    let x = x.clamp(-87.0, 88.0);
    let rounded = x * std::f32::consts::LOG2_E + ROUND;
    let n = rounded - ROUND;
    let r = x - n * LN2_HIGH - n * LN2_LOW;
    // The Taylor polynomial of degree 7: the next term is below 2^-30 for |r| <= ln 2 / 2.
    let terms = [1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0];
    let mut sum = 0.0;
    for term in terms {
        sum = sum * r + term;
    }
    let exponent = (rounded.to_bits() << 23).wrapping_add(127 << 23);
    sum * f32::from_bits(exponent)
}

/// `1 / (1 + e^-x)`
#[inline(always)]
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// `tanh x = 2 sigmoid(2 x) - 1`
#[inline(always)]
pub(super) fn tanh(x: f32) -> f32 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values: the standard library's f64.
    #[test]
    fn exponentials() {
        for step in -870_000..=880_000 {
            let x = step as f32 * 1e-4;
            let expected = f64::from(x).exp();
            let error = (f64::from(exp(x)) - expected).abs() / expected;
            assert!(error < 2.4e-7, "exp({x}) is off by {error}");
            let expected = f64::from(x).tanh();
            assert!((f64::from(tanh(x)) - expected).abs() < 3e-7, "tanh({x})");
        }
        assert_eq!(exp(0.0), 1.0);
        assert_eq!((sigmoid(-1000.0) < 1e-37, sigmoid(1000.0)), (true, 1.0));
    }
}
