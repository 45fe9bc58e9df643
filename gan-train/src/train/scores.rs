//! The numbers that a step leaves in its trace, over the rows of all shards of all ranks.

use super::all_ranks::{gather, means};
use super::{Trainer, trace};
use crate::penalty::Difference;
use burn::prelude::*;

/// What the discriminator made of the groups of images of a pass. Nothing is recorded.
pub(super) struct Judged {
    /// `[rows, 1]`: of real images, of generated ones, and of others.
    pub logits: Tensor<2>,
    /// How many groups there are.
    pub groups: usize,
    /// The loss of this pass's rows.
    pub loss: Tensor<1>,
    /// Their penalties, if there are any.
    pub penalty: Option<Tensor<1>>,
    /// Those of the penalties that are functions of the logits.
    pub differences: Vec<Difference>,
    /// Of the generated images.
    pub moments: Moments,
}

/// Means over generated images, from which their variance is computed.
pub(super) struct Moments {
    /// Of the pixels' squares, `[1]`.
    squares: Tensor<1>,
    /// Of each pixel, `[pixels]`.
    pixels: Tensor<1>,
}

impl Judged {
    /// The penalties of an update, if there are any, from those of its parts.
    pub fn penalty(parts: &[Self]) -> Option<Tensor<1>> {
        let penalties: Option<Vec<_>> = parts.iter().map(|part| part.penalty.clone()).collect();
        penalties.map(mean)
    }
}

impl Trainer {
    /// Of the images of a pass, on all ranks.
    pub(super) fn moments(&self, fake: Tensor<2>) -> Moments {
        let means = |x| means(x, &self.cut);
        Moments { squares: means(fake.clone().square()).mean(), pixels: means(fake) }
    }

    /// Keeps the numbers of an update, whose batch was seen in these parts.
    pub(super) fn trace_discriminator(&mut self, parts: Vec<Judged>) {
        let mut loss = mean(parts.iter().map(|part| part.loss.clone()).collect());
        let mut penalty = Judged::penalty(&parts);
        // The mean variance of a pixel over generated images, as a part of the data's.
        let squares = mean(parts.iter().map(|part| part.moments.squares.clone()).collect());
        let pixels = mean(parts.iter().map(|part| part.moments.pixels.clone()).collect());
        let diversity = (squares - pixels.square().mean()) / self.variance;
        let groups = parts[0].groups;
        let logits = parts.iter().map(|part| gather(part.logits.clone(), &self.cut));
        let (logits, cuts): (Vec<_>, Vec<_>) = logits.unzip();
        let group = |index| {
            let of_part =
                logits.iter().zip(&cuts).map(|(logits, cut)| cut.group(logits, groups, index));
            Tensor::cat(of_part.collect(), 0)
        };
        let (real, fake) = (group(0), group(1));
        if !self.cut.is_whole() {
            loss = self.loss.discriminator(real.clone(), fake.clone());
            let values = (2..).zip(&parts[0].differences);
            let values = values.map(|(at, d)| d.value(group(d.group), group(at)));
            penalty = values.reduce(|sum, value| sum + value);
        }
        let zero = || Tensor::zeros([1], &real.device());
        let both = Tensor::cat(vec![real.clone(), fake.clone()], 0);
        self.trace.set([
            (trace::DISCRIMINATOR, loss),
            (trace::PENALTY, penalty.unwrap_or_else(zero)),
            (trace::SCORE_REAL, self.loss.score(real.clone())),
            (trace::SCORE_FAKE, self.loss.score(fake.clone())),
            (trace::SPREAD, deviation(both)),
            (trace::DIVERSITY, diversity),
            (trace::ACCURACY, self.loss.accuracy(real, fake)),
        ]);
    }
}

/// The mean of what the parts of a batch came to: they have as many rows each.
pub(super) fn mean(parts: Vec<Tensor<1>>) -> Tensor<1> {
    let count = parts.len();
    let sum = parts.into_iter().reduce(|sum, part| sum + part).expect("there is a part");
    if count == 1 { sum } else { sum / count as f64 }
}

/// The standard deviation of all numbers, `[1]`.
fn deviation(x: Tensor<2>) -> Tensor<1> {
    let mean = x.clone().mean();
    (x - mean.unsqueeze()).square().mean().sqrt()
}
