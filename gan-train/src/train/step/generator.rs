//! The generator's update.

use super::Seen;
use crate::config::Network;
use crate::nn::mlp::Pass;
use crate::random::{Purpose, stream};
use crate::train::all_ranks::{gather, means};
use crate::train::batch::Batch;
use crate::train::gradients::Sum;
use crate::train::inputs::{labelled, with_noise};
use crate::train::scores::mean;
use crate::train::{Trainer, trace};
use burn::prelude::*;
use rand_pcg::Pcg64Mcg;

impl Trainer {
    /// The update with the latents of batch `index`. `seen` is what its passes see, where
    /// that was made before.
    pub(super) fn update_generator(&mut self, index: u64, seen: Option<Vec<Seen>>) {
        let (mut sum, mut losses) = (Sum::default(), Vec::new());
        let mut made = seen.into_iter().flatten();
        self.each_part(|trainer, part| {
            let seen = made.next().unwrap_or_else(|| trainer.see(index, part, true));
            let (loss, traced) = trainer.generator_loss_of(seen);
            losses.push(traced);
            trainer.backward(Network::Generator, loss, &mut sum);
        });
        self.trace.set([(trace::GENERATOR, mean(losses))]);
        let Some(gradients) = self.finite(Network::Generator, sum) else { return };
        let step = self.state.step;
        let (lr, decay) = (self.lr(Network::Generator, step), self.average_decay(step));
        let state = &mut self.state;
        let network = std::mem::take(&mut state.generator);
        let optimizer = &mut state.generator_optimizer;
        (state.generator, state.average) = match state.average.take() {
            Some(average) => {
                let average = (average, decay);
                let (network, average) = optimizer.step_averaging(lr, network, gradients, average);
                (network, Some(average))
            }
            None => (optimizer.step(lr, network, gradients), None),
        };
    }

    /// The loss for the rows of one pass, and the same for the trace.
    fn generator_loss_of(&self, seen: Seen) -> (Tensor<1>, Tensor<1>) {
        let Seen { batch, mut fake } = seen;
        let training = &self.config.training;
        let noise = training.noise_left(training.instance_noise, self.state.step) as f32;
        if training.fresh_latents {
            let latents = self.batches.fresh_latents(&batch);
            fake = self.generate_in_pass(&self.state.generator, latents, 4 * batch.index + 3);
        }
        // Not the discriminator's noise: as if it were the next batch's.
        let mut rng = stream(self.config.seed, Purpose::Noise, !batch.index);
        let seen = with_noise(fake.clone(), noise, &mut rng, &self.cut);
        self.generator_loss(&batch, fake, seen, &mut rng)
    }

    /// The adversarial loss and what the configuration adds to it, for the rows of this pass, and
    /// the same of all ranks' rows for the trace, which nothing is recorded of.
    fn generator_loss(
        &self,
        batch: &Batch,
        fake: Tensor<2>,
        seen: Tensor<2>,
        rng: &mut Pcg64Mcg,
    ) -> (Tensor<1>, Tensor<1>) {
        let task = self.config.task.as_ref();
        let weight = match task {
            Some(task) => task.is_adversarial().then_some(task.adversarial),
            None => Some(1.0),
        };
        let adversarial = weight.map(|weight| self.adversarial_loss(batch, seen, rng, weight));
        let of_pixels = |distance: fn(Tensor<2>) -> Tensor<2>, weight: f64| {
            let distances = distance(fake.clone() - batch.real.clone());
            let loss = distances.clone().mean() * weight;
            let traced = match self.cut.is_whole() {
                true => loss.clone().inner(),
                false => means(distances.inner(), &self.cut).mean() * weight,
            };
            (loss, traced)
        };
        let l1 = self.config.training.l1_image;
        let l1 = (l1 > 0.0).then(|| of_pixels(|x| x.abs(), l1));
        let l2 = task.filter(|task| task.l2 > 0.0);
        let l2 = l2.map(|task| of_pixels(|x| x.square(), task.l2));
        let terms = [adversarial, l1, l2].into_iter().flatten();
        let sum =
            terms.reduce(|(loss, traced), (more, more_traced)| (loss + more, traced + more_traced));
        sum.expect("the configuration's check wants one")
    }

    /// What the discriminator says of generated images, times `weight`. It judges, but is not
    /// changed: its copy here requires no gradients.
    fn adversarial_loss(
        &self,
        batch: &Batch,
        seen: Tensor<2>,
        rng: &mut Pcg64Mcg,
        weight: f64,
    ) -> (Tensor<1>, Tensor<1>) {
        let training = &self.config.training;
        let noise = training.noise_left(training.instance_noise, self.state.step) as f32;
        let judge = self.state.discriminator.clone().no_grad();
        let dropout = self.dropout(4 * batch.index + 2);
        let cut = &self.cut;
        let pass = Pass { dropout, cut: cut.clone(), ..Pass::PLAIN };
        let of_real = (self.loss.generator_needs_real() || training.feature_matching > 0.0)
            .then(|| with_noise(batch.real.clone(), noise, rng, cut))
            .map(|real| labelled(vec![real], batch, cut))
            .map(|inputs| judge.forward_with_features(inputs, pass.clone()));
        let seen = labelled(vec![seen], batch, cut);
        let (logits, features) = judge.forward_with_features(seen, pass);
        let (real_logits, real_features) = of_real.unzip();
        if !cut.is_whole() {
            let of_all = |logits: Tensor<2>| gather(logits.inner(), cut).0;
            let all = self.loss.generator(real_logits.clone().map(of_all), of_all(logits.clone()));
            return (self.loss.generator(real_logits, logits) * weight, all * weight);
        }
        let mut loss = self.loss.generator(real_logits, logits);
        if weight != 1.0 {
            loss = loss * weight;
        }
        if let (true, Some(real)) = (training.feature_matching > 0.0, real_features) {
            // Salimans et al. 2016: the squared distance of the mean features.
            let distance = (features.mean_dim(0) - real.mean_dim(0)).square().mean();
            loss = loss + distance * training.feature_matching;
        }
        (loss.clone(), loss.inner())
    }

    /// Decay of the average in this step. It is at most `(1 + t) / (10 + t)` after `t` updates, so
    /// that the first steps are forgotten.
    fn average_decay(&self, step: u64) -> f32 {
        let time = self.updates_before(Network::Generator, step) as f64;
        self.config.training.ema_decay.min((1.0 + time) / (10.0 + time)) as f32
    }
}
