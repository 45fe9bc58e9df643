//! One step: who is updated when, with which gradients.

use super::batch::Batch;
use super::inputs::{labelled, with_noise};
use super::scores::Judged;
use super::{Trainer, trace};
use crate::config::Network;
use crate::nn::mlp::{Mlp, Noise, Pass};
use crate::penalty::{Difference, Point};
use crate::random::{Purpose, stream};
use burn::prelude::*;
use rand_pcg::Pcg64Mcg;

impl Trainer {
    /// Makes one step: the updates of both networks in their order, then the average's. Nothing is
    /// read from the device: see [`Trainer::settle`]. On a CPU a thread of rayon's pool makes it
    /// faster than another (`rayon::scope(|_| trainer.advance())`), which would wait at each loop.
    pub fn advance(&mut self) {
        self.announce_step();
        self.make_step();
    }

    /// The step itself, which all ranks make.
    pub(super) fn make_step(&mut self) {
        let step = self.state.step;
        let updates = self.config.training.batches_in_step();
        let generator_first = self.config.training.first == Network::Generator;
        let [train_d, train_g] =
            [Network::Discriminator, Network::Generator].map(|network| self.updates(network, step));
        let mut batch = self.batches.batch(self.first_batch(step));
        let mut fake = self.generate(&batch);
        // Without its history: what the discriminator sees.
        let mut images = fake.clone().inner();
        if generator_first && train_g {
            self.update_generator(&batch, fake.clone());
        }
        if train_d {
            self.update_discriminator(&batch, &images);
            for _ in 1..updates {
                batch = self.batches.batch(batch.index + 1);
                fake = self.generate(&batch);
                images = fake.clone().inner();
                self.update_discriminator(&batch, &images);
            }
        }
        if !generator_first && train_g {
            self.update_generator(&batch, fake);
        }
        self.state.step += 1;
        self.trace.done(self.state.step);
    }

    /// The images of a batch's latents. In a task only pixels that are missing are the generator's.
    fn generate(&self, batch: &Batch) -> Tensor<2> {
        let images = self.generate_in_pass(batch.latents.clone(), 4 * batch.index);
        match &batch.missing {
            Some(missing) => (images - batch.real.clone()) * missing.clone() + batch.real.clone(),
            None => images,
        }
    }

    /// The images of latents, with labels to their right. `pass` numbers the passes of a run.
    pub(super) fn generate_in_pass(&self, mut latents: Tensor<2>, pass: u64) -> Tensor<2> {
        let training = &self.config.training;
        let left = |sigma| training.noise_left(sigma, self.state.step) as f32;
        let noise = |sigma: f64| Noise { sigma: left(sigma), seed: self.config.seed, pass };
        if training.latent_noise > 0.0 {
            let [rows, columns] = latents.dims();
            let codes = usize::from(self.config.generator.latent);
            let added = noise(training.latent_noise);
            let added = added.matrix(0, [rows, codes], &self.device, &self.cut);
            let labels = Tensor::zeros([rows, columns - codes], &self.device);
            latents = latents + Tensor::cat(vec![added, labels], 1);
        }
        let layers = (training.layer_noise > 0.0).then(|| noise(training.layer_noise));
        let (dropout, cut) = (self.dropout(pass), self.cut.clone());
        let pass = Pass { groups: 1, dropout, noise: layers, cut };
        self.shares.apply(self.state.generator.forward(latents, pass))
    }

    /// Seed and index of a pass's dropout; there are four passes with a batch.
    fn dropout(&self, pass: u64) -> Option<(u64, u64)> {
        Some((self.config.seed, pass))
    }

    /// One update on real and generated images, or one on each.
    fn update_discriminator(&mut self, batch: &Batch, fake: &Tensor<2>) {
        self.trace.set([(trace::DIVERSITY, self.diversity(fake.clone()))]);
        if self.config.training.separate_updates {
            self.update_discriminator_on(batch, fake, [true, false]);
            self.update_discriminator_on(batch, fake, [false, true]);
        } else {
            self.update_discriminator_on(batch, fake, [true, true]);
        }
    }

    /// One update on real images, generated ones, or both, as `learned` says. Numbers for the trace
    /// come from the first update with a batch, but the penalties of both.
    fn update_discriminator_on(&mut self, batch: &Batch, fake: &Tensor<2>, learned: [bool; 2]) {
        let training = &self.config.training;
        let cut = &self.cut;
        let mut rng = stream(self.config.seed, Purpose::Noise, batch.index);
        let noise = training.noise_left(training.instance_noise, self.state.step) as f32;
        let real = with_noise(batch.real.clone(), noise, &mut rng, cut);
        let fake = with_noise(fake.clone(), noise, &mut rng, cut);
        let mut differences = Difference::of(training, real.dims(), &mut rng, &self.device, cut);
        differences.retain(|difference| learned[difference.group]);
        let mut points = Point::of(training, [&real, &fake], &mut rng);
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
        if learned[0] {
            let penalty = penalty.clone().map(Tensor::inner);
            let judged = Judged { logits: logits.clone().inner(), groups: count, penalty };
            self.trace_discriminator(judged, loss.clone().inner(), &differences);
        } else if let Some(penalty) = &penalty {
            self.trace.add(trace::PENALTY, penalty.clone().inner());
        }
        drop(logits);
        let total = match penalty {
            Some(penalty) => loss + penalty,
            None => loss,
        };
        let Some(gradients) = self.gradients(Network::Discriminator, total) else { return };
        let lr = self.lr(Network::Discriminator, self.state.step);
        let state = &mut self.state;
        let network = std::mem::take(&mut state.discriminator);
        state.discriminator = state.discriminator_optimizer.step(lr, network, gradients);
    }

    /// `fake` are the generator's images of the batch's latents, with their history.
    fn update_generator(&mut self, batch: &Batch, mut fake: Tensor<2>) {
        let training = &self.config.training;
        let noise = training.noise_left(training.instance_noise, self.state.step) as f32;
        if training.fresh_latents {
            let latents = self.batches.fresh_latents(batch);
            fake = self.generate_in_pass(latents, 4 * batch.index + 3);
        }
        // Not the discriminator's noise: as if it were the next batch's.
        let mut rng = stream(self.config.seed, Purpose::Noise, !batch.index);
        let seen = with_noise(fake.clone(), noise, &mut rng, &self.cut);
        let (loss, traced) = self.generator_loss(batch, fake, seen, &mut rng);
        self.trace.set([(trace::GENERATOR, traced)]);
        let Some(gradients) = self.gradients(Network::Generator, loss) else { return };
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

    /// The adversarial loss and what the configuration adds to it, for the rows of this process,
    /// and the same of all rows for the trace, which nothing is recorded of.
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
                false => self.cut.means(distances.inner()).mean() * weight,
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
            let of_all = |logits: Tensor<2>| cut.gather(logits.inner()).0;
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

impl Default for Mlp {
    /// A network without layers, to stand in a state's place while its own is changed.
    fn default() -> Self {
        Self { layers: Vec::new() }
    }
}
