//! The losses of both networks, as functions of the discriminator's logits.
//!
//! Only values are written here: burn differentiates them. Formulas and sources are in
//! docs/training.md; a loss of your own is an implementation of [`GanLoss`].

use crate::config::Objective;
use burn::tensor::Tensor;
use burn::tensor::activation::{log_sigmoid, relu, sigmoid};

/// The two losses of a GAN. Logits are `[rows, 1]`; a loss is one number, `[1]`.
pub trait GanLoss: std::fmt::Debug + Send {
    /// What the discriminator makes small: the logits of real and of generated images.
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1>;

    /// What the generator makes small. `real` are logits of real images if
    /// [`Self::generator_needs_real`] asks for them.
    fn generator(&self, real: Option<Tensor<2>>, fake: Tensor<2>) -> Tensor<1>;

    /// Whether the generator's loss depends on logits of real images. They cost a forward pass.
    fn generator_needs_real(&self) -> bool {
        false
    }

    /// Whether logits are log-odds of being real, so that scores are probabilities; else scores
    /// are the logits themselves.
    fn has_probabilities(&self) -> bool {
        false
    }

    /// The part of the images that the discriminator tells right, `[1]`: real ones have a logit
    /// over 0, generated ones one under 0.
    fn accuracy(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        told_apart(real, fake, 0.0)
    }

    /// The mean score of these logits, `[1]`.
    fn score(&self, logits: Tensor<2>) -> Tensor<1> {
        if self.has_probabilities() { sigmoid(logits).mean() } else { logits.mean() }
    }
}

/// The losses of an [`Objective`], with one-sided label smoothing: real images count as real up to
/// `1 - smoothing`.
#[derive(Debug, Clone, Copy)]
pub struct Published {
    /// Which losses.
    pub objective: Objective,
    /// 0 for none; only objectives that have targets know it.
    pub smoothing: f64,
}

impl GanLoss for Published {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        let target = 1.0 - self.smoothing;
        match self.objective {
            Objective::Minimax | Objective::NonSaturating => {
                cross_entropy(real, target).mean() + cross_entropy(fake, 0.0).mean()
            }
            Objective::LeastSquares => half_square(real - target) + half_square(fake),
            Objective::Hinge => relu(-real + 1.0).mean() + relu(fake + 1.0).mean(),
            Objective::Wasserstein => fake.mean() - real.mean(),
            Objective::Relativistic => softplus(fake - real).mean(),
        }
    }

    fn generator(&self, real: Option<Tensor<2>>, fake: Tensor<2>) -> Tensor<1> {
        match self.objective {
            // log(1 - sigmoid(f)) = -softplus(f)
            Objective::Minimax => -softplus(fake).mean(),
            Objective::NonSaturating => cross_entropy(fake, 1.0).mean(),
            Objective::LeastSquares => half_square(fake - 1.0),
            Objective::Hinge | Objective::Wasserstein => -fake.mean(),
            Objective::Relativistic => {
                let real = real.expect("asked for by `generator_needs_real`");
                softplus(real - fake).mean()
            }
        }
    }

    fn generator_needs_real(&self) -> bool {
        self.objective == Objective::Relativistic
    }

    fn has_probabilities(&self) -> bool {
        self.objective.has_probabilities()
    }

    fn accuracy(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        match self.objective {
            // Halfway between the targets.
            Objective::LeastSquares => told_apart(real, fake, (1.0 - self.smoothing) / 2.0),
            // These losses know no zero: a pair is told right if the real image has the larger
            // logit.
            Objective::Wasserstein | Objective::Relativistic => real.greater(fake).float().mean(),
            _ => told_apart(real, fake, 0.0),
        }
    }
}

/// The part of the logits that lie on their side of `limit`, `[1]`.
fn told_apart(real: Tensor<2>, fake: Tensor<2>, limit: f64) -> Tensor<1> {
    let right = real.greater_elem(limit).float().mean() + fake.lower_elem(limit).float().mean();
    right * 0.5
}

/// `log(1 + e^x)`, without overflow.
pub fn softplus(x: Tensor<2>) -> Tensor<2> {
    -log_sigmoid(-x)
}

/// The cross-entropy of log-odds `x` with the probability `target`: `softplus(x) - target x`.
pub fn cross_entropy(x: Tensor<2>, target: f64) -> Tensor<2> {
    if target == 1.0 {
        return softplus(-x);
    }
    let value = softplus(x.clone());
    if target == 0.0 { value } else { value - x * target }
}

fn half_square(x: Tensor<2>) -> Tensor<1> {
    x.square().mean() * 0.5
}

#[cfg(test)]
mod tests;
