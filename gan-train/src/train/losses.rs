//! Losses and scores of a step.

use serde::{Deserialize, Serialize};

/// How many numbers [`Losses`] has.
pub(super) const COUNT: usize = 8;

/// Losses and scores of one step; those of a network that it did not update are its last.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Losses {
    /// Loss of the discriminator, without penalties.
    pub discriminator: f64,
    /// Loss of the generator.
    pub generator: f64,
    /// The penalties on the discriminator's slope, with their weights.
    pub penalty: f64,
    /// Mean score of real images: the probability of being real, or the logit where the objective
    /// has no probabilities.
    pub score_real: f64,
    /// The same for generated images.
    pub score_fake: f64,
    /// Standard deviation of all logits: 0 if the discriminator says the same of everything.
    pub spread: f64,
    /// Mean variance of a pixel over the generated batch, as a part of the data's: near 0 if all
    /// images are alike.
    pub diversity: f64,
    /// The part of real and generated images that the discriminator tells right.
    #[serde(default = "half")]
    pub accuracy: f64,
}

/// The accuracy of a discriminator that guesses, for checkpoints that do not have it.
fn half() -> f64 {
    0.5
}

impl Losses {
    /// In the order of the fields.
    pub fn numbers(&self) -> [f64; COUNT] {
        [
            self.discriminator,
            self.generator,
            self.penalty,
            self.score_real,
            self.score_fake,
            self.spread,
            self.diversity,
            self.accuracy,
        ]
    }

    pub(super) fn from_numbers(numbers: [f64; COUNT]) -> Self {
        let [discriminator, generator, penalty, score_real, score_fake, rest @ ..] = numbers;
        let [spread, diversity, accuracy] = rest;
        Self {
            discriminator,
            generator,
            penalty,
            score_real,
            score_fake,
            spread,
            diversity,
            accuracy,
        }
    }
}

impl Default for Losses {
    /// Of new networks: nothing is wrong with them yet.
    fn default() -> Self {
        Self {
            discriminator: 0.0,
            generator: 0.0,
            penalty: 0.0,
            score_real: 0.0,
            score_fake: 0.0,
            spread: 1.0,
            diversity: 1.0,
            accuracy: 0.5,
        }
    }
}
