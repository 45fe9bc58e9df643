//! What the fields of the recipe that are names can be.

use serde::{Deserialize, Serialize};

/// The losses: docs/training.md has their formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// The original value function, for both networks.
    Minimax,
    /// The same with the generator's other loss.
    #[default]
    NonSaturating,
    /// Mean squared errors (LSGAN).
    LeastSquares,
    /// Margins.
    Hinge,
    /// Difference of means (WGAN); needs `weight_clip` or `gradient_penalty`.
    Wasserstein,
    /// Differences of pairs (RpGAN).
    Relativistic,
}

impl Objective {
    /// All of them by name.
    pub const NAMES: [&str; 6] =
        ["minimax", "non_saturating", "least_squares", "hinge", "wasserstein", "relativistic"];

    /// Whether logits are log-odds of being real, so that scores are probabilities; else scores
    /// are the logits themselves. The relativistic loss knows only differences of logits.
    pub fn has_probabilities(self) -> bool {
        matches!(self, Self::Minimax | Self::NonSaturating)
    }
}

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// The discriminator.
    #[default]
    Discriminator,
    /// The generator.
    Generator,
}

/// How the networks take turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alternate {
    /// Both in each step.
    #[default]
    Steps,
    /// One in each epoch.
    Epochs,
}

/// How gradients change weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OptimizerKind {
    /// Kingma and Ba 2015.
    #[default]
    Adam,
    /// Adam with the decay of weights apart from the gradient (Loshchilov and Hutter 2019).
    AdamW,
    /// Hinton 2012: Adam's second moment alone, not corrected.
    RmsProp,
    /// Stochastic gradient descent with momentum `beta1`.
    Sgd,
    /// Steps of one size, by the sign of an averaged gradient (Chen et al. 2023).
    Lion,
}

/// How the squared slope of the discriminator is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum R1 {
    /// Along one random direction an image.
    #[default]
    FiniteDifference,
    /// The gradient's whole length.
    Exact,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_objectives_names_are_those_of_configurations() {
        for name in Objective::NAMES {
            let objective: Objective = serde_json::from_value(name.into()).unwrap();
            assert_eq!(serde_json::to_value(objective).unwrap(), name);
        }
        let error = serde_json::from_value::<Objective>("".into()).unwrap_err().to_string();
        assert_eq!(error.matches('`').count(), 2 * (Objective::NAMES.len() + 1), "{error}");
    }
}
