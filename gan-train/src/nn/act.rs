//! Activation functions: what a layer applies to its sums.
//!
//! A layer's backward pass needs the derivative of its activation. For most functions it follows
//! from the result `y` alone, so that the sums need not be kept: see [`Act::needs_sums`].

use gan_core::Activation;

/// An activation function of one number `x`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Act {
    /// `x`
    Linear,
    /// `max(x, 0)`
    Relu,
    /// `x`, or the slope times `x` where `x` is negative.
    LeakyRelu(f32),
    /// The hyperbolic tangent.
    Tanh,
    /// `1 / (1 + e^-x)`
    Sigmoid,
    /// `x`, or `e^x - 1` where `x` is negative (Clevert et al. 2016).
    Elu,
    /// [`SELU_SCALE`] times `x`, or [`SELU_SCALE`] times [`SELU_ALPHA`] times `e^x - 1` where `x`
    /// is negative (Klambauer et al. 2017).
    Selu,
    /// `log(1 + e^x)`
    Softplus,
    /// `x P(X <= x)` with a standard normal `X` (Hendrycks and Gimpel 2016), by the error function.
    Gelu,
    /// `x / (1 + e^-x)`, also called swish (Elfwing et al. 2018).
    Silu,
}

/// The factor of [`Act::Selu`], for which means of 0 and variances of 1 are a fixed point.
pub const SELU_SCALE: f64 = 1.050_700_987_355_480_5;
/// The other constant of [`Act::Selu`].
pub const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;

impl Act {
    /// Whether the derivative is computed from the sums `x` and not from the results `y`: `gelu`
    /// and `silu` have two `x` for some `y`.
    pub fn needs_sums(self) -> bool {
        matches!(self, Self::Gelu | Self::Silu)
    }

    /// Whether it consists of straight lines, so that its derivative is constant almost everywhere.
    pub fn is_piecewise_linear(self) -> bool {
        matches!(self, Self::Linear | Self::Relu | Self::LeakyRelu(_))
    }

    /// Whether a blob has no name for it and only its table says what it is.
    pub fn by_table(self) -> bool {
        matches!(self, Self::Elu | Self::Selu | Self::Softplus | Self::Gelu | Self::Silu)
    }

    /// What a blob calls it. Those that only a table says are called `Tanh`, which has a table.
    pub fn in_blob(self) -> Activation {
        match self {
            Self::Linear => Activation::Linear,
            Self::Relu => Activation::Relu,
            Self::LeakyRelu(slope) => Activation::LeakyRelu(slope),
            Self::Sigmoid => Activation::Sigmoid,
            Self::Tanh => Activation::Tanh,
            Self::Elu | Self::Selu | Self::Softplus | Self::Gelu | Self::Silu => Activation::Tanh,
        }
    }

    /// The function of one number in f64, by its definition.
    pub fn apply(self, x: f64) -> f64 {
        let sigmoid = |x: f64| 1.0 / (1.0 + libm::exp(-x));
        match self {
            Self::Linear => x,
            Self::Relu => x.max(0.0),
            Self::LeakyRelu(slope) => x.max(0.0) + f64::from(slope) * x.min(0.0),
            Self::Tanh => libm::tanh(x),
            Self::Sigmoid => sigmoid(x),
            Self::Elu => x.max(0.0) + libm::expm1(x.min(0.0)),
            Self::Selu => SELU_SCALE * (x.max(0.0) + SELU_ALPHA * libm::expm1(x.min(0.0))),
            Self::Softplus => x.max(0.0) + libm::log1p(libm::exp(-x.abs())),
            Self::Gelu => 0.5 * x * (1.0 + libm::erf(x / std::f64::consts::SQRT_2)),
            Self::Silu => x * sigmoid(x),
        }
    }
}
