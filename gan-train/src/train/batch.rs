//! What an update sees, from (seed, index) alone: real images, labels and latents.

use crate::config::Config;
use crate::data::Split;
use crate::nn::matrix::Matrix;
use crate::random::{Purpose, extend_normal, permutation, stream};

/// The inputs of one update.
#[derive(Debug)]
pub(super) struct Batch {
    /// Which update of the discriminator it is for: random numbers come from it.
    pub index: u64,
    /// Real images, a row each.
    pub real: Matrix,
    /// The one-hot labels of real and of generated images; no columns without labels.
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
    data: Split,
    /// Pixels 0..=255 in the range of the generator's output.
    values: [f32; 256],
    /// The epoch whose order `order` is.
    epoch: Option<u64>,
    order: Vec<u32>,
}

impl Batches {
    pub fn new(config: &Config, data: Split, classes: u16) -> Self {
        let (low, range) = config.generator.pixel_range();
        Self {
            seed: config.seed,
            size: config.training.batch,
            latent: config.generator.latent.into(),
            classes: classes.into(),
            data,
            values: std::array::from_fn(|pixel| pixel as f32 / 255.0 * range + low),
            epoch: None,
            order: Vec::new(),
        }
    }

    /// Batches in an epoch: whole ones only.
    pub fn in_epoch(&self) -> u64 {
        (self.data.images.count / self.size) as u64
    }

    pub fn batch(&mut self, index: u64) -> Batch {
        let epoch = index / self.in_epoch();
        if self.epoch != Some(epoch) {
            self.order = permutation(
                self.data.images.count,
                &mut stream(self.seed, Purpose::Shuffle, epoch),
            );
            self.epoch = Some(epoch);
        }
        let first = (index % self.in_epoch()) as usize * self.size;
        let chosen = &self.order[first..first + self.size];

        let image_len = self.data.images.image_len();
        let mut rng = stream(self.seed, Purpose::Step, index);
        let mut latents = Vec::with_capacity(self.size * (self.latent + self.classes));
        let mut real = Vec::with_capacity(self.size * image_len);
        let mut labels = Vec::with_capacity(self.size * self.classes);
        for &image in chosen {
            let image = image as usize;
            extend_normal(&mut latents, self.latent, &mut rng);
            self.extend_one_hot(&mut latents, image);
            self.extend_one_hot(&mut labels, image);
            let pixels = &self.data.images.pixels[image * image_len..(image + 1) * image_len];
            real.extend(pixels.iter().map(|&pixel| self.values[usize::from(pixel)]));
        }
        Batch {
            index,
            real: Matrix::new(self.size, image_len, real),
            labels: Matrix::new(self.size, self.classes, labels),
            latents: Matrix::new(self.size, self.latent + self.classes, latents),
        }
    }

    /// Mean variance of a pixel over all images.
    pub fn variance(&self) -> f64 {
        let len = self.data.images.image_len();
        let (mut sums, mut squares) = (vec![0u64; len], vec![0u64; len]);
        for image in self.data.images.pixels.chunks_exact(len) {
            for (pixel, &value) in image.iter().enumerate() {
                sums[pixel] += u64::from(value);
                squares[pixel] += u64::from(value) * u64::from(value);
            }
        }
        let count = self.data.images.count as f64;
        let variance =
            |(&sum, &square): (&u64, &u64)| square as f64 / count - (sum as f64 / count).powi(2);
        let unit = f64::from(self.values[255] - self.values[0]) / 255.0;
        sums.iter().zip(&squares).map(variance).sum::<f64>() / len as f64 * unit * unit
    }

    /// Adds the one-hot label of image `index`; nothing without labels.
    fn extend_one_hot(&self, row: &mut Vec<f32>, index: usize) {
        if let (Some(labels), true) = (&self.data.labels, self.classes > 0) {
            row.extend(
                (0..self.classes)
                    .map(|class| f32::from(u8::from(usize::from(labels[index]) == class))),
            );
        }
    }
}
