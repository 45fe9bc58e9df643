//! One step: who is updated when, and on which images.

mod discriminator;
mod generator;

use super::Trainer;
use super::batch::Batch;
use crate::config::Network;
use crate::nn::mlp::{Mlp, Noise, Pass};
use burn::module::Module;
use burn::prelude::*;

/// What a pass sees: rows of a batch, and the generator's images of their latents.
#[derive(Clone)]
struct Seen {
    batch: Batch,
    fake: Tensor<2>,
}

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
        let generator_first = self.config.training.first == Network::Generator;
        let [train_d, train_g] =
            [Network::Discriminator, Network::Generator].map(|network| self.updates(network, step));
        let mut batch = self.first_batch(step);
        let last = batch + if train_d { self.config.training.batches_in_step() - 1 } else { 0 };
        let mut seen = match generator_first && train_g {
            true => self.see_before_update(batch, train_d),
            false => self.see_whole(batch, train_g && batch == last),
        };
        if generator_first && train_g {
            let whole = seen.clone().filter(|_| self.cut.parts() == 1);
            self.update_generator(batch, whole);
        }
        if train_d {
            self.update_discriminator(batch, seen.as_deref());
            while batch < last {
                batch += 1;
                seen = self.see_whole(batch, train_g && !generator_first && batch == last);
                self.update_discriminator(batch, seen.as_deref());
            }
        }
        if !generator_first && train_g {
            self.update_generator(batch, seen);
        }
        self.state.step += 1;
        self.trace.done(self.state.step);
    }

    /// What a pass with all rows of this process sees of batch `index`; none if passes have parts
    /// of them, which each makes when its turn comes. If the generator is updated with it, both
    /// networks' updates see the same images, with their history.
    fn see_whole(&mut self, index: u64, history: bool) -> Option<Vec<Seen>> {
        (self.cut.parts() == 1).then(|| vec![self.see(index, 0, history)])
    }

    /// The same where the generator is updated first: the discriminator, if it is updated too, sees
    /// images of before that, and so they are made for all of its passes.
    fn see_before_update(&mut self, index: u64, discriminator: bool) -> Option<Vec<Seen>> {
        match self.cut.parts() {
            1 => self.see_whole(index, true),
            parts => {
                discriminator.then(|| (0..parts).map(|part| self.see(index, part, false)).collect())
            }
        }
    }

    /// Makes an update's passes, one with each part of this process's rows.
    fn each_part(&mut self, mut pass: impl FnMut(&mut Self, usize)) {
        let parts = self.cut.parts();
        for part in 0..parts {
            self.turn_to(part);
            if parts > 1 {
                self.state.discriminator.begin_part(part);
            }
            pass(self, part);
        }
        self.state.discriminator.end_parts();
    }

    /// The next pass has part `part` of this process's rows.
    fn turn_to(&mut self, part: usize) {
        self.cut = self.cut.part(part, self.cut.parts());
        self.batches.cut = self.cut.clone();
    }

    /// What a pass sees of batch `index`: part `part` of this process's rows. Images are with their
    /// history, if a gradient of the generator will be computed from it.
    fn see(&mut self, index: u64, part: usize, history: bool) -> Seen {
        self.turn_to(part);
        let batch = self.batches.batch(index);
        let fake = self.generate(&batch, history);
        Seen { batch, fake }
    }

    /// The images of a batch's latents. In a task only pixels that are missing are the generator's.
    fn generate(&self, batch: &Batch, history: bool) -> Tensor<2> {
        let generator = self.state.generator.clone();
        let generator = if history { generator } else { generator.no_grad() };
        let images = self.generate_in_pass(&generator, batch.latents.clone(), 4 * batch.index);
        match &batch.missing {
            Some(missing) => (images - batch.real.clone()) * missing.clone() + batch.real.clone(),
            None => images,
        }
    }

    /// The images of latents, with labels to their right. `pass` numbers the passes of a run.
    pub(super) fn generate_in_pass(
        &self,
        generator: &Mlp,
        mut latents: Tensor<2>,
        pass: u64,
    ) -> Tensor<2> {
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
        self.shares.apply(generator.forward(latents, pass))
    }

    /// Seed and index of a pass's dropout; there are four passes with a batch.
    fn dropout(&self, pass: u64) -> Option<(u64, u64)> {
        Some((self.config.seed, pass))
    }
}

impl Default for Mlp {
    /// A network without layers, to stand in a state's place while its own is changed.
    fn default() -> Self {
        Self { layers: Vec::new() }
    }
}
