//! What an update sees, from (seed, index) alone: real images, labels and latents.
//!
//! Random numbers are drawn on the host, the same on every device. The images are too: on a CPU
//! device they stay bytes in memory and a batch is made from them; on any other they are stored on
//! the device once, and a batch sends only the numbers of its images there.

use crate::config::Config;
use crate::data::Split;
use crate::nn::cut::Cut;
use crate::nn::device::is_cpu;
use crate::random::{Purpose, below, extend_normal, permutation, stream};
use crate::task::{self, Holes, Task};
use anyhow::Result;
use burn::prelude::*;
use burn::tensor::TensorData;

/// Bytes of a part of the images on a device: what WebGPU lets every driver's buffers have.
const PART: usize = 128 << 20;

/// The inputs of one update.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    /// Which update of the discriminator it is for: random numbers come from it.
    pub index: u64,
    /// Real images, `[batch, pixels]`.
    pub real: Tensor<2>,
    /// What the discriminator sees beside real and generated images: their one-hot labels, `[batch,
    /// classes]`, none without labels; in a task all that the generator sees.
    pub labels: Option<Tensor<2>>,
    /// Latents, with the one-hot labels to their right.
    pub latents: Tensor<2>,
    /// In a task where pixels are missing: 1 for those that are, 0 for others, `[batch, pixels]`.
    pub missing: Option<Tensor<2>>,
}

/// The data in the order of training.
#[derive(Debug)]
pub(super) struct Batches {
    seed: u64,
    size: usize,
    latent: usize,
    classes: usize,
    data: Split,
    /// What is made of the data's images.
    task: Option<Task>,
    /// The part of each batch that is made here.
    pub cut: Cut,
    /// Pixels 0..=255 in the range of the generator's output.
    values: [f32; 256],
    /// The epoch whose order `order` is.
    epoch: Option<u64>,
    order: Vec<u32>,
    device: Device,
    /// All images on the device, `[images, pixels]` in parts of [`PART`]; none on a CPU.
    images: Vec<Tensor<2>>,
}

impl Batches {
    /// `device` records nothing.
    ///
    /// # Errors
    ///
    /// A task that the data does not suit.
    pub fn new(config: &Config, data: Split, classes: u16, device: &Device) -> Result<Self> {
        let task = Task::of(config)?;
        task.iter().try_for_each(|task| task.check(&data))?;
        let (low, range) = config.generator.pixel_range();
        let values: [f32; 256] = std::array::from_fn(|pixel| pixel as f32 / 255.0 * range + low);
        let len = data.images.image_len();
        let parts = data.images.pixels.chunks(images_in_part(len) * len);
        // A task makes each batch's images on the host.
        let stored = !is_cpu(device) && task.is_none();
        let parts = parts.filter(|_| stored).map(|pixels| {
            let pixels = pixels.iter().map(|&pixel| values[usize::from(pixel)]).collect();
            tensor(pixels, len, device)
        });
        let images = parts.collect();
        Ok(Self {
            seed: config.seed,
            size: config.training.batch,
            latent: config.generator.latent.into(),
            classes: classes.into(),
            data,
            task,
            cut: Cut::WHOLE,
            values,
            epoch: None,
            order: Vec::new(),
            device: device.clone(),
            images,
        })
    }

    /// What it is made of.
    pub fn data(&self) -> &Split {
        &self.data
    }

    /// Batches in an epoch: whole ones only.
    pub fn in_epoch(&self) -> u64 {
        (self.data.images.count / self.size) as u64
    }

    /// The batch of the discriminator's update `index`: random numbers are drawn for all its rows,
    /// and the rows are those of this process.
    pub fn batch(&mut self, index: u64) -> Batch {
        let epoch = index / self.in_epoch();
        if self.epoch != Some(epoch) {
            let mut rng = stream(self.seed, Purpose::Shuffle, epoch);
            self.order = permutation(self.data.images.count, &mut rng);
            self.epoch = Some(epoch);
        }
        let first = (index % self.in_epoch()) as usize * self.size;
        let chosen = &self.order[first..first + self.size];
        if let Some(task) = &self.task {
            return self.of_task(task, index, chosen);
        }
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
            real: self.real(&self.cut.own(chosen.to_vec())),
            labels: (self.classes > 0)
                .then(|| tensor(self.cut.own(labels), self.classes, &self.device)),
            latents: tensor(self.cut.own(latents), self.latent + self.classes, &self.device),
            missing: None,
        }
    }

    /// The batch that a task makes of these rows of the data.
    fn of_task(&self, task: &Task, index: u64, chosen: &[u32]) -> Batch {
        let mut rng = stream(self.seed, Purpose::Task, index);
        let (codes, [width, height]) = (self.latent + self.classes, task.target_size());
        let (mut seen, mut real) = (Vec::with_capacity(chosen.len() * codes), Vec::new());
        let mut missing = Vec::new();
        for &row in chosen {
            let own = self.data.labels.as_ref().map_or(0, |labels| labels[row as usize].into());
            let label = task.styles().map_or(own, |styles| below(styles.into(), &mut rng) as u16);
            let len = task.row_len();
            let pixels = &self.data.images.pixels[row as usize * len..][..len];
            let example = task.example(pixels, label, &mut rng);
            seen.extend(example.codes().map(task::seen));
            let label = usize::from(label);
            seen.extend((0..self.classes).map(|class| f32::from(u8::from(class == label))));
            real.extend(example.target.iter().map(|&pixel| self.values[usize::from(pixel)]));
            let holes = example.holes.iter().flat_map(Holes::pixels);
            missing.extend(holes.map(|missing| f32::from(u8::from(missing))));
        }
        let latents = tensor(self.cut.own(seen), codes, &self.device);
        let pixels = width * height;
        Batch {
            index,
            real: tensor(self.cut.own(real), pixels, &self.device),
            labels: Some(latents.clone()),
            latents,
            missing: (!missing.is_empty())
                .then(|| tensor(self.cut.own(missing), pixels, &self.device)),
        }
    }

    /// Other latents for the generated images of a batch, with the labels of that batch to their
    /// right.
    pub fn fresh_latents(&self, batch: &Batch) -> Tensor<2> {
        let mut rng = stream(self.seed, Purpose::FreshLatents, batch.index);
        let mut latents = Vec::with_capacity(self.size * self.latent);
        extend_normal(&mut latents, self.size * self.latent, &mut rng);
        let latents = tensor(self.cut.own(latents), self.latent, &self.device);
        match &batch.labels {
            Some(labels) => Tensor::cat(vec![latents, labels.clone()], 1),
            None => latents,
        }
    }

    /// Mean variance of a pixel over all images; of a pair, over those that should come out.
    pub fn variance(&self) -> f64 {
        let row = self.data.images.image_len();
        let first = self.task.as_ref().map_or(0, Task::target_at);
        let len = row - first;
        let (mut sums, mut squares) = (vec![0u64; len], vec![0u64; len]);
        for image in self.data.images.pixels.chunks_exact(row) {
            for (pixel, &value) in image[first..].iter().enumerate() {
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
        let len = self.data.images.image_len();
        if !self.images.is_empty() {
            return rows_of_parts(&self.images, images_in_part(len), chosen);
        }
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

/// Images of so many pixels that a part holds.
fn images_in_part(len: usize) -> usize {
    (PART / (size_of::<f32>() * len)).max(1)
}

/// The `chosen` rows, in this order, of a matrix that is cut into parts of `in_part` rows.
fn rows_of_parts(parts: &[Tensor<2>], in_part: usize, chosen: &[u32]) -> Tensor<2> {
    let device = parts[0].device();
    let numbers = |numbers: Vec<i32>| {
        let count = numbers.len();
        Tensor::<1, Int>::from_data(TensorData::new(numbers, [count]), &device)
    };
    let mut found = Vec::new();
    // Where each chosen row lies among those that were found.
    let (mut places, mut place) = (vec![0; chosen.len()], 0);
    for (index, part) in parts.iter().enumerate() {
        let mut rows = Vec::new();
        for (to, &row) in places.iter_mut().zip(chosen) {
            if row as usize / in_part == index {
                rows.push((row as usize % in_part) as i32);
                *to = place;
                place += 1;
            }
        }
        if !rows.is_empty() {
            found.push(part.clone().select(0, numbers(rows)));
        }
    }
    match found.len() {
        1 => found.remove(0),
        _ => Tensor::cat(found, 0).select(0, numbers(places)),
    }
}

fn tensor(values: Vec<f32>, columns: usize, device: &Device) -> Tensor<2> {
    let rows = values.len() / columns;
    Tensor::from_data(TensorData::new(values, [rows, columns]), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values: the rows themselves, whose numbers are their own.
    #[test]
    fn rows_come_from_all_parts_in_the_order_in_which_they_were_chosen() {
        let device = Device::flex();
        let parts: Vec<_> = [0..3, 3..6, 6..8]
            .map(|rows| tensor(rows.flat_map(|row| [row as f32; 2]).collect(), 2, &device))
            .into();
        for chosen in [vec![7, 0, 5, 2, 0, 6], vec![4, 3], vec![1]] {
            let expected: Vec<f32> = chosen.iter().flat_map(|&row| [row as f32; 2]).collect();
            let rows = rows_of_parts(&parts, 3, &chosen);
            assert_eq!(rows.try_into_vec_as::<f32>().unwrap(), expected);
        }
    }
}
