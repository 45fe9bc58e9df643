//! The discriminator's update.

use super::Seen;
use crate::config::Network;
use crate::nn::mlp::Pass;
use crate::penalty::{Difference, Point};
use crate::random::{Purpose, stream};
use crate::train::batch::Batch;
use crate::train::gradients::Sum;
use crate::train::inputs::{labelled, with_noise};
use crate::train::scores::Judged;
use crate::train::{Trainer, trace};
use burn::prelude::*;

impl Trainer {
    /// One update on real and generated images of batch `index`, or one on each. `seen` is what its
    /// passes see, where that was made before.
    pub(super) fn update_discriminator(&mut self, index: u64, seen: Option<&[Seen]>) {
        if self.config.training.separate_updates {
            self.update_discriminator_on(index, seen, [true, false]);
            self.update_discriminator_on(index, seen, [false, true]);
        } else {
            self.update_discriminator_on(index, seen, [true, true]);
        }
    }

    /// One update on real images, generated ones, or both, as `learned` says. Numbers for the trace
    /// come from the first update with a batch, but the penalties of both.
    fn update_discriminator_on(&mut self, index: u64, seen: Option<&[Seen]>, learned: [bool; 2]) {
        let (mut sum, mut judged) = (Sum::default(), Vec::new());
        self.each_part(|trainer, part| {
            let seen = seen.map(|seen| seen[part].clone());
            let Seen { batch, fake } = seen.unwrap_or_else(|| trainer.see(index, part, false));
            let (loss, part) = trainer.discriminator_loss(&batch, fake.without_autodiff(), learned);
            judged.push(part);
            trainer.backward(Network::Discriminator, loss, &mut sum);
        });
        if learned[0] {
            self.trace_discriminator(judged);
        } else if let Some(penalty) = Judged::penalty(&judged) {
            self.trace.add(trace::PENALTY, penalty);
        }
        let Some(gradients) = self.finite(Network::Discriminator, sum) else { return };
        let lr = self.lr(Network::Discriminator, self.state.step);
        let state = &mut self.state;
        let network = std::mem::take(&mut state.discriminator);
        state.discriminator = state.discriminator_optimizer.step(lr, network, gradients);
    }

    /// The loss with its penalties for the rows of one pass, and what the discriminator made of
    /// them. `fake` are the generator's images, without their history.
    fn discriminator_loss(
        &self,
        batch: &Batch,
        fake: Tensor<2>,
        learned: [bool; 2],
    ) -> (Tensor<1>, Judged) {
        let training = &self.config.training;
        let cut = &self.cut;
        let moments = self.moments(fake.clone());
        let mut rng = stream(self.config.seed, Purpose::Noise, batch.index);
        let noise = training.noise_left(training.instance_noise, self.state.step) as f32;
        let real = with_noise(batch.real.clone(), noise, &mut rng, cut);
        let fake = with_noise(fake, noise, &mut rng, cut);
        let mut differences = Difference::of(training, real.dims(), &mut rng, &self.device, cut);
        differences.retain(|difference| learned[difference.group]);
        let mut points = Point::of(training, [&real, &fake], &mut rng, cut);
        points.retain(|point| learned[point.group]);
        let mut groups = vec![real.clone(), fake.clone()];
        for difference in &differences {
            let images = [&real, &fake][difference.group];
            groups.push(difference.perturbed(images.clone()));
        }
        drop((real, fake));

        let dropout = self.dropout(4 * batch.index + 1);
        let count = groups.len();
        let pass = Pass { groups: count, dropout, cut: cut.clone(), ..Pass::PLAIN };
        let logits = self.state.discriminator.forward(labelled(groups, batch, cut), pass);
        let group = |index: usize| cut.group(&logits, count, index);
        // What is not learned from stands still.
        let [real, fake] =
            [0, 1].map(|index| if learned[index] { group(index) } else { group(index).detach() });
        let loss = self.loss.discriminator(real, fake);
        let mut penalties: Vec<Tensor<1>> = (2..)
            .zip(&differences)
            .map(|(at, difference)| difference.value(group(difference.group), group(at)))
            .collect();
        for point in points {
            let inputs = labelled(vec![point.images.clone()], batch, cut).joined();
            let pixels = self.shape.pixels();
            penalties.push(point.value(&self.state.discriminator, inputs, pixels));
        }
        let penalty = penalties.into_iter().reduce(|sum, penalty| sum + penalty);
        let judged = Judged {
            logits: logits.inner(),
            groups: count,
            loss: loss.clone().inner(),
            penalty: penalty.clone().map(Tensor::inner),
            differences,
            moments,
        };
        let total = match penalty {
            Some(penalty) => loss + penalty,
            None => loss,
        };
        (total, judged)
    }
}
