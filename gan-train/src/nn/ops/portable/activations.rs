//! Activations and their derivatives.

use crate::nn::act::{Act, SELU_ALPHA, SELU_SCALE};
use burn::backend::Backend;
use burn::backend::tensor::FloatTensor;

/// `min(x, 0)`, by functions whose derivatives burn has.
fn negative_part<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    B::float_neg(B::relu(B::float_neg(x)))
}

/// 1 where `y` is positive, else 0. Its derivative is 0.
fn positive<B: Backend>(y: FloatTensor<B>) -> FloatTensor<B> {
    B::float_sign(B::relu(y))
}

/// `e^min(x, 0) - 1`
fn exp_minus_one<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    B::float_sub_scalar(B::float_exp(negative_part::<B>(x)), 1.0.into())
}

/// The activation's results for the inputs `x`.
pub fn activate<B: Backend>(x: FloatTensor<B>, act: Act) -> FloatTensor<B> {
    match act {
        Act::Linear => x,
        Act::Relu => B::relu(x),
        Act::LeakyRelu(slope) => B::leaky_relu(x, slope.into()),
        Act::Tanh => B::float_tanh(x),
        Act::Sigmoid => B::sigmoid(x),
        Act::Elu => B::float_add(B::relu(x.clone()), exp_minus_one::<B>(x)),
        Act::Selu => {
            let negative = B::float_mul_scalar(exp_minus_one::<B>(x.clone()), SELU_ALPHA.into());
            B::float_mul_scalar(B::float_add(B::relu(x), negative), SELU_SCALE.into())
        }
        Act::Softplus => B::float_neg(B::log_sigmoid(B::float_neg(x))),
        Act::Gelu => B::gelu(x),
        Act::Silu => B::float_mul(x.clone(), B::sigmoid(x)),
    }
}

/// The activation's derivative, from its inputs where [`Act::needs_sums`] says so, else from its
/// results.
pub fn slope<B: Backend>(kept: FloatTensor<B>, act: Act) -> FloatTensor<B> {
    // `1 - x`
    let rest = |x: FloatTensor<B>| B::float_add_scalar(B::float_neg(x), 1.0.into());
    // `above` where `kept` is positive, else `below`.
    let choose = |above: f64, below: FloatTensor<B>| {
        let up = positive::<B>(kept.clone());
        let below = B::float_mul(rest(up.clone()), below);
        B::float_add(B::float_mul_scalar(up, above.into()), below)
    };
    match act {
        Act::Linear => B::float_add_scalar(B::float_mul_scalar(kept, 0.0.into()), 1.0.into()),
        Act::Relu => positive::<B>(kept),
        Act::LeakyRelu(slope) => {
            let up = B::float_mul_scalar(positive::<B>(kept), (1.0 - slope).into());
            B::float_add_scalar(up, slope.into())
        }
        Act::Tanh => rest(B::float_mul(kept.clone(), kept)),
        Act::Sigmoid => B::float_mul(kept.clone(), rest(kept)),
        Act::Elu => choose(1.0, B::float_add_scalar(kept.clone(), 1.0.into())),
        Act::Selu => {
            let below = B::float_add_scalar(kept.clone(), (SELU_SCALE * SELU_ALPHA).into());
            choose(SELU_SCALE, below)
        }
        Act::Softplus => rest(B::float_exp(B::float_neg(kept))),
        Act::Gelu => {
            // P(X <= x) + x p(x) of the standard normal distribution.
            let half = B::float_mul_scalar(kept.clone(), std::f64::consts::FRAC_1_SQRT_2.into());
            let below = B::float_add_scalar(B::float_erf(half), 1.0.into());
            let below = B::float_mul_scalar(below, 0.5.into());
            let square = B::float_mul(kept.clone(), kept.clone());
            let density = B::float_exp(B::float_mul_scalar(square, (-0.5).into()));
            let root = 1.0 / (2.0 * std::f64::consts::PI).sqrt();
            let density = B::float_mul_scalar(density, root.into());
            B::float_add(below, B::float_mul(kept, density))
        }
        Act::Silu => {
            // s + x s (1 - s)
            let s = B::sigmoid(kept.clone());
            let inner = B::float_mul(kept, B::float_mul(s.clone(), rest(s.clone())));
            B::float_add(s, inner)
        }
    }
}

/// Results, and what the backward pass wants of them.
pub fn activate_and_keep<B: Backend>(
    x: FloatTensor<B>,
    act: Act,
) -> (FloatTensor<B>, FloatTensor<B>) {
    if act.needs_sums() {
        return (activate::<B>(x.clone(), act), x);
    }
    let y = activate::<B>(x, act);
    (y.clone(), y)
}
