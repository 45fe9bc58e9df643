//! What an update sees, from (seed, index) alone: real images, labels and latents.
//!
//! Random numbers are drawn on the host, the same on every device. The images are too: on a CPU
//! device they stay bytes in memory and a batch is made from them; on any other they are stored on
//! the device once, and a batch sends only the numbers of its images there.

use crate::config::Config;
use crate::data::Split;
use crate::nn::device::is_cpu;
use crate::random::{Purpose, extend_normal, permutation, stream};
use burn::prelude::*;
use burn::tensor::TensorData;

/// The inputs of one update.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    /// Which update of the discriminator it is for: random numbers come from it.
    pub index: u64,
    /// Real images, `[batch, pixels]`.
    pub real: Tensor<2>,
    /// The one-hot labels of real and of generated images, `[batch, classes]`; none without labels.
    pub labels: Option<Tensor<2>>,
    /// Latents, with the one-hot labels to their right.
    pub latents: Tensor<2>,
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
    device: Device,
    /// All images on the device, `[images, pixels]`; none on a CPU.
    images: Option<Tensor<2>>,
}

impl Batches {
    /// `device` records nothing.
    pub fn new(config: &Config, data: Split, classes: u16, device: &Device) -> Self {
        let (low, range) = config.generator.pixel_range();
        let values: [f32; 256] = std::array::from_fn(|pixel| pixel as f32 / 255.0 * range + low);
        let images = (!is_cpu(device)).then(|| {
            let all = data.images.pixels.iter().map(|&pixel| values[usize::from(pixel)]).collect();
            tensor(all, data.images.image_len(), device)
        });
        Self {
            seed: config.seed,
            size: config.training.batch,
            latent: config.generator.latent.into(),
            classes: classes.into(),
            data,
            values,
            epoch: None,
            order: Vec::new(),
            device: device.clone(),
            images,
        }
    }

    /// Batches in an epoch: whole ones only.
    pub fn in_epoch(&self) -> u64 {
        (self.data.images.count / self.size) as u64
    }

    /// The batch of the discriminator's update `index`.
    pub fn batch(&mut self, index: u64) -> Batch {
        let epoch = index / self.in_epoch();
        if self.epoch != Some(epoch) {
            let mut rng = stream(self.seed, Purpose::Shuffle, epoch);
            self.order = permutation(self.data.images.count, &mut rng);
            self.epoch = Some(epoch);
        }
        let first = (index % self.in_epoch()) as usize * self.size;
        let chosen = &self.order[first..first + self.size];
        let mut rng = stream(self.seed, Purpose::Step, index);
        let mut latents = Vec::with_capacity(self.size * (self.latent + self.classes));
        let mut labels = Vec::with_capacity(self.size * self.classes);
        for &image in chosen {
            extend_normal(&mut latents, self.latent, &mut rng);
            self.extend_one_hot(&mut latents, image as usize);
            self.extend_one_hot(&mut labels, image as usize);
        }
        Batch {
            index,
            real: self.real(chosen),
            labels: (self.classes > 0).then(|| tensor(labels, self.classes, &self.device)),
            latents: tensor(latents, self.latent + self.classes, &self.device),
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

    fn real(&self, chosen: &[u32]) -> Tensor<2> {
        if let Some(images) = &self.images {
            let chosen: Vec<i32> = chosen.iter().map(|&image| image as i32).collect();
            let count = chosen.len();
            let chosen = Tensor::from_data(TensorData::new(chosen, [count]), &self.device);
            return images.clone().select(0, chosen);
        }
        let len = self.data.images.image_len();
        let mut real = Vec::with_capacity(self.size * len);
        for &image in chosen {
            let pixels = &self.data.images.pixels[image as usize * len..][..len];
            real.extend(pixels.iter().map(|&pixel| self.values[usize::from(pixel)]));
        }
        tensor(real, len, &self.device)
    }

    /// Adds the one-hot label of image `index`; nothing without labels.
    fn extend_one_hot(&self, row: &mut Vec<f32>, index: usize) {
        if let (Some(labels), true) = (&self.data.labels, self.classes > 0) {
            let label = usize::from(labels[index]);
            row.extend((0..self.classes).map(|class| f32::from(u8::from(label == class))));
        }
    }
}

fn tensor(values: Vec<f32>, columns: usize, device: &Device) -> Tensor<2> {
    let rows = values.len() / columns;
    Tensor::from_data(TensorData::new(values, [rows, columns]), device)
}
