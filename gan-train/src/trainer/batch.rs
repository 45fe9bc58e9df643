//! What a step sees, from (seed, step) alone: real images with noisy copies, labels and latents.

use crate::config::Config;
use crate::data::Split;
use crate::random::{Purpose, extend_normal, permutation, stream};

/// Rows of numbers, one after another.
#[derive(Debug)]
pub(super) struct Matrix {
    pub columns: usize,
    pub values: Vec<f32>,
}

/// The inputs of one step.
#[derive(Debug)]
pub(super) struct Batch {
    /// Real images; under them, if there is a penalty, the same with noise. To their right the one-hot labels, if there are any.
    pub real: Matrix,
    /// The one-hot labels again, for generated images; no columns without labels.
    pub labels: Matrix,
    /// Latents, with the one-hot labels to their right.
    pub latents: Matrix,
}

/// The data in the order of training.
#[derive(Debug)]
pub(super) struct Batches {
    seed: u64,
    size: usize,
    latent: usize,
    classes: usize,
    /// Standard deviation of the noisy copies in units of the generator's output; `None`: no copies.
    noise: Option<f32>,
    image_len: usize,
    /// In the range of the generator's output.
    images: Vec<f32>,
    labels: Vec<u8>,
    /// The epoch whose order `order` is.
    epoch: Option<u64>,
    order: Vec<u32>,
}

impl Batches {
    pub fn new(config: &Config, data: &Split, classes: u16) -> Self {
        let (low, range) = config.generator.pixel_range();
        let training = &config.training;
        Self {
            seed: config.seed,
            size: training.batch,
            latent: config.generator.latent.into(),
            classes: classes.into(),
            noise: (training.r1_gamma > 0.0).then_some(training.r1_sigma as f32),
            image_len: data.images.image_len(),
            images: data.images.pixels.iter().map(|&pixel| f32::from(pixel) / 255.0 * range + low).collect(),
            labels: data.labels.clone().unwrap_or_default(),
            epoch: None,
            order: Vec::new(),
        }
    }

    /// Steps in an epoch: whole batches only.
    pub fn in_epoch(&self) -> u64 {
        (self.images.len() / self.image_len / self.size) as u64
    }

    pub fn batch(&mut self, step: u64) -> Batch {
        let epoch = step / self.in_epoch();
        if self.epoch != Some(epoch) {
            self.order = permutation(self.images.len() / self.image_len, &mut stream(self.seed, Purpose::Shuffle, epoch));
            self.epoch = Some(epoch);
        }
        let first = (step % self.in_epoch()) as usize * self.size;
        let chosen: Vec<usize> = self.order[first..first + self.size].iter().map(|&index| index as usize).collect();

        let mut rng = stream(self.seed, Purpose::Step, step);
        let mut latents = Vec::with_capacity(self.size * (self.latent + self.classes));
        let mut real = Vec::with_capacity(2 * self.size * (self.image_len + self.classes));
        let mut labels = Vec::with_capacity(self.size * self.classes);
        for &index in &chosen {
            extend_normal(&mut latents, self.latent, &mut rng);
            self.extend_one_hot(&mut latents, index);
            self.extend_one_hot(&mut labels, index);
            real.extend_from_slice(self.image(index));
            self.extend_one_hot(&mut real, index);
        }
        if let Some(sigma) = self.noise {
            for &index in &chosen {
                let start = real.len();
                extend_normal(&mut real, self.image_len, &mut rng);
                real[start..].iter_mut().zip(self.image(index)).for_each(|(noise, pixel)| *noise = pixel + sigma * *noise);
                self.extend_one_hot(&mut real, index);
            }
        }
        Batch {
            real: Matrix { columns: self.image_len + self.classes, values: real },
            labels: Matrix { columns: self.classes, values: labels },
            latents: Matrix { columns: self.latent + self.classes, values: latents },
        }
    }

    fn image(&self, index: usize) -> &[f32] {
        &self.images[index * self.image_len..(index + 1) * self.image_len]
    }

    /// Adds the one-hot label of image `index`; nothing without labels.
    fn extend_one_hot(&self, row: &mut Vec<f32>, index: usize) {
        row.extend((0..self.classes).map(|class| f32::from(u8::from(usize::from(self.labels[index]) == class))));
    }
}
