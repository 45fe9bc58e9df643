//! The numbers that a step leaves in its trace, over the rows of all shards of all ranks.

use super::{Trainer, trace};
use crate::penalty::Difference;
use burn::prelude::*;

/// What the discriminator made of the groups of images of an update. Nothing is recorded.
pub(super) struct Judged {
    /// `[rows, 1]`: of real images, of generated ones, and of others.
    pub logits: Tensor<2>,
    /// How many groups there are.
    pub groups: usize,
    /// The penalties of this process's rows, if there are any.
    pub penalty: Option<Tensor<1>>,
}

impl Trainer {
    /// The mean variance of a pixel over generated images, as a part of the data's.
    pub(super) fn diversity(&self, fake: Tensor<2>) -> Tensor<1> {
        let variance = match self.cut.is_whole() {
            true => variance(fake),
            false => {
                let means = |x| self.cut.means(x);
                means(fake.clone().square()).mean() - means(fake).square().mean()
            }
        };
        variance / self.variance
    }

    /// Keeps the numbers of an update, whose `loss` is that of this process's rows.
    pub(super) fn trace_discriminator(
        &mut self,
        judged: Judged,
        mut loss: Tensor<1>,
        differences: &[Difference],
    ) {
        let Judged { logits, groups, mut penalty } = judged;
        let (logits, all) = self.cut.gather(logits);
        let group = |index| all.group(&logits, groups, index);
        let (real, fake) = (group(0), group(1));
        if !self.cut.is_whole() {
            loss = self.loss.discriminator(real.clone(), fake.clone());
            let values = (2..).zip(differences);
            let values = values.map(|(at, d)| d.value(group(d.group), group(at)));
            penalty = values.reduce(|sum, value| sum + value);
        }
        let zero = || Tensor::zeros([1], &logits.device());
        let both = Tensor::cat(vec![real.clone(), fake.clone()], 0);
        self.trace.set([
            (trace::DISCRIMINATOR, loss),
            (trace::PENALTY, penalty.unwrap_or_else(zero)),
            (trace::SCORE_REAL, self.loss.score(real.clone())),
            (trace::SCORE_FAKE, self.loss.score(fake.clone())),
            (trace::SPREAD, deviation(both)),
            (trace::ACCURACY, self.loss.accuracy(real, fake)),
        ]);
    }
}

/// The standard deviation of all numbers, `[1]`.
fn deviation(x: Tensor<2>) -> Tensor<1> {
    let mean = x.clone().mean();
    (x - mean.unsqueeze()).square().mean().sqrt()
}

/// The mean variance of a column, `[1]`.
fn variance(x: Tensor<2>) -> Tensor<1> {
    let mean = x.clone().mean_dim(0);
    x.square().mean() - mean.square().mean()
}
