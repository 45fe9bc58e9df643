//! The losses of both networks and their derivatives with respect to the logits. Formulas and
//! sources: docs/training.md.

use crate::config::Objective;

/// A loss (the batch's mean) and its derivative with respect to each logit.
#[derive(Debug, Clone, PartialEq)]
pub struct Loss {
    /// Its value.
    pub value: f64,
    /// With respect to the logits of real images.
    pub real: Vec<f32>,
    /// With respect to the logits of generated images.
    pub fake: Vec<f32>,
}

/// A term's value and derivative.
type Term = (f64, f64);

impl Objective {
    /// The discriminator's loss. Real images count as real up to `1 - smoothing`.
    pub fn discriminator(self, real: &[f32], fake: &[f32], smoothing: f64) -> Loss {
        let target = 1.0 - smoothing;
        match self {
            Self::Minimax | Self::NonSaturating => {
                apart(real, fake, |r| cross_entropy(r, target), |f| cross_entropy(f, 0.0))
            }
            Self::LeastSquares => apart(real, fake, |r| half_square(r - target), half_square),
            Self::Hinge => apart(
                real,
                fake,
                |r| if r >= 1.0 { (0.0, 0.0) } else { (1.0 - r, -1.0) },
                |f| {
                    if f <= -1.0 { (0.0, 0.0) } else { (1.0 + f, 1.0) }
                },
            ),
            Self::Wasserstein => apart(real, fake, |r| (-r, -1.0), |f| (f, 1.0)),
            // softplus(-(r - f))
            Self::Relativistic => pairs(real, fake, |difference| cross_entropy(difference, 1.0)),
        }
    }

    /// The generator's loss. Only the relativistic one looks at real images.
    pub fn generator(self, real: &[f32], fake: &[f32]) -> Loss {
        let nothing = |_| (0.0, 0.0);
        match self {
            // log(1 - sigmoid(f)) = -softplus(f)
            Self::Minimax => apart(real, fake, nothing, |f| {
                let (value, derivative) = cross_entropy(f, 0.0);
                (-value, -derivative)
            }),
            Self::NonSaturating => apart(real, fake, nothing, |f| cross_entropy(f, 1.0)),
            Self::LeastSquares => apart(real, fake, nothing, |f| half_square(f - 1.0)),
            Self::Hinge | Self::Wasserstein => apart(real, fake, nothing, |f| (-f, -1.0)),
            // softplus(-(f - r))
            Self::Relativistic => pairs(real, fake, |difference| {
                let (value, derivative) = cross_entropy(-difference, 1.0);
                (value, -derivative)
            }),
        }
    }

    /// Whether logits are log-odds of being real, so that scores are probabilities; else scores are
    /// the logits themselves. The relativistic loss knows only differences of logits.
    pub fn has_probabilities(self) -> bool {
        matches!(self, Self::Minimax | Self::NonSaturating)
    }

    /// The mean score of these logits.
    pub fn score(self, logits: &[f32]) -> f64 {
        let score = |&logit: &f32| {
            if self.has_probabilities() { sigmoid(logit.into()) } else { logit.into() }
        };
        logits.iter().map(score).sum::<f64>() / logits.len().max(1) as f64
    }
}

/// `mean a(real) + mean b(fake)`
fn apart(real: &[f32], fake: &[f32], a: impl Fn(f64) -> Term, b: impl Fn(f64) -> Term) -> Loss {
    let (real_value, real) = mean(real, a);
    let (fake_value, fake) = mean(fake, b);
    Loss { value: real_value + fake_value, real, fake }
}

fn mean(logits: &[f32], term: impl Fn(f64) -> Term) -> (f64, Vec<f32>) {
    let count = logits.len().max(1) as f64;
    let (values, derivatives): (Vec<f64>, Vec<f32>) = logits
        .iter()
        .map(|&logit| {
            let (value, derivative) = term(logit.into());
            (value, (derivative / count) as f32)
        })
        .unzip();
    (values.iter().sum::<f64>() / count, derivatives)
}

/// `mean f(real - fake)` over pairs
fn pairs(real: &[f32], fake: &[f32], f: impl Fn(f64) -> Term) -> Loss {
    let differences: Vec<f32> = real.iter().zip(fake).map(|(real, fake)| real - fake).collect();
    let (value, real) = mean(&differences, f);
    let fake = real.iter().map(|derivative| -derivative).collect();
    Loss { value, real, fake }
}

/// Cross-entropy of a logit with the probability `target`: `softplus(x) - target x`, derivative
/// `sigmoid(x) - target`.
fn cross_entropy(logit: f64, target: f64) -> Term {
    // softplus(x) = max(x, 0) + log(1 + e^-|x|), which does not overflow
    (logit.max(0.0) + (-logit.abs()).exp().ln_1p() - target * logit, sigmoid(logit) - target)
}

fn half_square(x: f64) -> Term {
    (0.5 * x * x, x)
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Objective; 6] = [
        Objective::Minimax,
        Objective::NonSaturating,
        Objective::LeastSquares,
        Objective::Hinge,
        Objective::Wasserstein,
        Objective::Relativistic,
    ];
    const REAL: [f32; 3] = [0.7, -0.4, 2.5];
    const FAKE: [f32; 3] = [-1.3, 0.2, -0.5];

    /// The published value functions, written with probabilities where they have them.
    fn expected(
        objective: Objective,
        real: [f64; 3],
        fake: [f64; 3],
        smoothing: f64,
    ) -> (f64, f64) {
        let p = |x: f64| 1.0 / (1.0 + (-x).exp());
        let mean =
            |f: &dyn Fn(f64, f64) -> f64| (0..3).map(|i| f(real[i], fake[i])).sum::<f64>() / 3.0;
        let t = 1.0 - smoothing;
        match objective {
            Objective::Minimax => {
                let d = mean(&|r, f| {
                    -t * p(r).ln() - smoothing * (1.0 - p(r)).ln() - (1.0 - p(f)).ln()
                });
                (d, mean(&|_, f| (1.0 - p(f)).ln()))
            }
            Objective::NonSaturating => {
                let d = mean(&|r, f| {
                    -t * p(r).ln() - smoothing * (1.0 - p(r)).ln() - (1.0 - p(f)).ln()
                });
                (d, mean(&|_, f| -p(f).ln()))
            }
            Objective::LeastSquares => (
                mean(&|r, f| 0.5 * (r - t).powi(2) + 0.5 * f * f),
                mean(&|_, f| 0.5 * (f - 1.0).powi(2)),
            ),
            Objective::Hinge => {
                (mean(&|r, f| (1.0 - r).max(0.0) + (1.0 + f).max(0.0)), mean(&|_, f| -f))
            }
            Objective::Wasserstein => (mean(&|r, f| f - r), mean(&|_, f| -f)),
            Objective::Relativistic => (mean(&|r, f| -p(r - f).ln()), mean(&|r, f| -p(f - r).ln())),
        }
    }

    #[test]
    fn values_are_the_published_ones_and_derivatives_their_finite_differences() {
        const STEP: f64 = 1e-6;
        for objective in ALL {
            for smoothing in [0.0, 0.1] {
                if smoothing > 0.0
                    && !matches!(
                        objective,
                        Objective::Minimax | Objective::NonSaturating | Objective::LeastSquares
                    )
                {
                    continue;
                }
                let (real, fake) = (REAL.map(f64::from), FAKE.map(f64::from));
                let (d, g) = expected(objective, real, fake, smoothing);
                let (d_loss, g_loss) = (
                    objective.discriminator(&REAL, &FAKE, smoothing),
                    objective.generator(&REAL, &FAKE),
                );
                assert!((d_loss.value - d).abs() < 1e-6, "{objective:?}: D {} {d}", d_loss.value);
                assert!((g_loss.value - g).abs() < 1e-6, "{objective:?}: G {} {g}", g_loss.value);
                for index in 0..3 {
                    let moved = |delta: f64, of_fake: bool| {
                        let (mut real, mut fake) = (real, fake);
                        (if of_fake { &mut fake } else { &mut real })[index] += delta;
                        expected(objective, real, fake, smoothing)
                    };
                    for of_fake in [false, true] {
                        let (up, down) = (moved(STEP, of_fake), moved(-STEP, of_fake));
                        let (d, g) =
                            ((up.0 - down.0) / (2.0 * STEP), (up.1 - down.1) / (2.0 * STEP));
                        let found = |loss: &Loss| {
                            f64::from(if of_fake { loss.fake[index] } else { loss.real[index] })
                        };
                        assert!(
                            (found(&d_loss) - d).abs() < 1e-6,
                            "{objective:?}: D {of_fake} {index}"
                        );
                        // The generator has no hold on real images.
                        if of_fake {
                            assert!((found(&g_loss) - g).abs() < 1e-6, "{objective:?}: G {index}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn large_logits_do_not_overflow() {
        for objective in ALL {
            let loss = objective.discriminator(&[-1e4], &[1e4], 0.0);
            assert!(
                loss.value.is_finite() && loss.value >= 1e4 && loss.real[0].is_finite(),
                "{objective:?}"
            );
            let loss = objective.discriminator(&[f32::NAN], &[f32::NAN], 0.0);
            assert!(loss.value.is_nan(), "{objective:?}: what is not a number must be seen");
        }
    }
}
