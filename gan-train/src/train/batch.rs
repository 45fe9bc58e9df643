//! What an update sees, from (seed, index) alone: real images, labels and latents.
//!
//! Random numbers are drawn on the host, the same on every device. The images are too: on a CPU
//! device they stay bytes in memory and a batch is made from them; on any other they are stored on
//! the device once, and a batch sends only the numbers of its images there.

mod stored;

use crate::config::Config;
use crate::data::Split;
use crate::nn::cut::Cut;
use crate::nn::device::is_cpu;
use crate::random::{Purpose, below, extend_normal, permutation, stream};
use crate::task::{self, Holes, Task};
use anyhow::Result;
use burn::prelude::*;
use burn::tensor::TensorData;
use stored::Stored;

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

/// Rows of a batch before they are on the device.
#[derive(Debug)]
struct Drawn {
    index: u64,
    real: Real,
    /// One-hot labels; in a task none, where the latents are what is seen.
    labels: Vec<f32>,
    latents: Vec<f32>,
    /// 1 for each pixel that is missing, 0 for others; empty where none can be.
    missing: Vec<f32>,
}

/// Real images.
#[derive(Debug)]
enum Real {
    /// Rows of the data.
    Rows(Vec<u32>),
    /// What a task has made: so many pixels an image, and their numbers.
    Made { pixels: usize, numbers: Vec<f32> },
}

impl Drawn {
    /// The rows of one pass.
    fn own(&self, cut: &Cut) -> Self {
        Self {
            index: self.index,
            real: match &self.real {
                Real::Rows(rows) => Real::Rows(cut.own(rows)),
                Real::Made { pixels, numbers } => {
                    Real::Made { pixels: *pixels, numbers: cut.own(numbers) }
                }
            },
            labels: cut.own(&self.labels),
            latents: cut.own(&self.latents),
            missing: cut.own(&self.missing),
        }
    }
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
    /// The rows of each batch that are made here.
    pub cut: Cut,
    /// All rows of the last batch, where passes have only some of them.
    drawn: Option<Drawn>,
    /// Pixels 0..=255 in the range of the generator's output.
    values: [f32; 256],
    /// The epoch whose order `order` is.
    epoch: Option<u64>,
    order: Vec<u32>,
    device: Device,
    /// All images on the device; none on a CPU, nor in a task.
    stored: Option<Stored>,
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
        // A task makes each batch's images on the host.
        let stored = !is_cpu(device) && task.is_none();
        let stored = stored.then(|| Stored::new(&data.images, &values, device));
        Ok(Self {
            seed: config.seed,
            size: config.training.batch,
            latent: config.generator.latent.into(),
            classes: classes.into(),
            data,
            task,
            cut: Cut::WHOLE,
            drawn: None,
            values,
            epoch: None,
            order: Vec::new(),
            device: device.clone(),
            stored,
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
    /// and the rows are those of the pass that it is for.
    pub fn batch(&mut self, index: u64) -> Batch {
        let drawn = match self.drawn.take() {
            Some(drawn) if drawn.index == index => drawn,
            _ => self.draw(index),
        };
        if self.cut.has_all_rows() {
            return self.on_device(drawn);
        }
        let own = drawn.own(&self.cut);
        self.drawn = Some(drawn);
        self.on_device(own)
    }

    /// All rows of batch `index`.
    fn draw(&mut self, index: u64) -> Drawn {
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
        let real = Real::Rows(chosen.to_vec());
        Drawn { index, real, labels, latents, missing: Vec::new() }
    }

    /// The batch that a task makes of these rows of the data.
    fn of_task(&self, task: &Task, index: u64, chosen: &[u32]) -> Drawn {
        let mut rng = stream(self.seed, Purpose::Task, index);
        let codes = self.latent + self.classes;
        let (mut latents, mut real) = (Vec::with_capacity(chosen.len() * codes), Vec::new());
        let mut missing = Vec::new();
        for &row in chosen {
            let own = self.data.labels.as_ref().map_or(0, |labels| labels[row as usize].into());
            let label = task.styles().map_or(own, |styles| below(styles.into(), &mut rng) as u16);
            let len = task.row_len();
            let pixels = &self.data.images.pixels[row as usize * len..][..len];
            let example = task.example(pixels, label, &mut rng);
            latents.extend(example.codes().map(task::seen));
            let label = usize::from(label);
            latents.extend((0..self.classes).map(|class| f32::from(u8::from(class == label))));
            real.extend(example.target.iter().map(|&pixel| self.values[usize::from(pixel)]));
            let holes = example.holes.iter().flat_map(Holes::pixels);
            missing.extend(holes.map(|missing| f32::from(u8::from(missing))));
        }
        let [width, height] = task.target_size();
        let real = Real::Made { pixels: width * height, numbers: real };
        Drawn { index, real, labels: Vec::new(), latents, missing }
    }

    /// What was drawn, as tensors.
    fn on_device(&self, drawn: Drawn) -> Batch {
        let Drawn { index, real, labels, latents, missing } = drawn;
        let real = match real {
            Real::Rows(rows) => self.real(&rows),
            Real::Made { pixels, numbers } => tensor(numbers, pixels, &self.device),
        };
        let pixels = real.dims()[1];
        let latents = tensor(latents, self.latent + self.classes, &self.device);
        let labels = match &self.task {
            Some(_) => Some(latents.clone()),
            None => (self.classes > 0).then(|| tensor(labels, self.classes, &self.device)),
        };
        let missing = (!missing.is_empty()).then(|| tensor(missing, pixels, &self.device));
        Batch { index, real, labels, latents, missing }
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
        if let Some(stored) = &self.stored {
            return stored.rows(chosen);
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
