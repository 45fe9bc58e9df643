//! A classifier of fully connected layers, pixels-512-labels: what many would try first on images
//! of digits.

use crate::data::Split;
use crate::judge::learner::Learner;
use crate::judge::source::Source;
use crate::nn::mlp::{Mlp, Pass};
use crate::nn::params::read;
use crate::random::{Purpose, permutation, stream};
use anyhow::{Context, Result, ensure};
use burn::prelude::*;
use burn::tensor::TensorData;

/// Units of the hidden layer.
const HIDDEN: usize = 512;
/// Images of a step.
const BATCH: usize = 128;
/// Passes over the images.
const EPOCHS: u64 = 10;
/// Indices below are those of the layers' first numbers.
const FIRST_EPOCH: u64 = 1000;

/// A trained network.
#[derive(Debug)]
pub(super) struct MlpClassifier {
    network: Mlp,
    classes: usize,
}

impl MlpClassifier {
    /// Trains on what `source` has, by cross-entropy and Adam.
    ///
    /// # Errors
    ///
    /// Images without labels, or fewer than a batch.
    pub fn train(source: &Source<'_>, seed: u64, device: &Device) -> Result<Self> {
        let first = source.epoch(0)?;
        let (count, pixels) = (first.images.count, first.images.image_len());
        ensure!(count >= BATCH, "a classifier needs at least {BATCH} images, the data has {count}");
        let classes = usize::from(first.classes());
        let device = device.clone().autodiff();
        let mut learner = Learner::new([pixels, HIDDEN, classes], seed, &device);
        for epoch in 0..EPOCHS {
            let data = source.epoch(epoch)?;
            let mut rng = stream(seed, Purpose::Utility, FIRST_EPOCH + epoch);
            for chosen in permutation(count, &mut rng).chunks_exact(BATCH) {
                let (inputs, targets) = batch(&data, chosen, classes, &device)?;
                learner = learner.step(inputs, targets);
            }
        }
        Ok(Self { network: learner.finish(), classes })
    }

    /// The part of the images whose label it gets right.
    ///
    /// # Errors
    ///
    /// Images without labels.
    pub fn accuracy(&self, data: &Split) -> Result<f64> {
        let labels = labels(data)?;
        let all: Vec<u32> = (0..data.images.count as u32).collect();
        let mut right = 0;
        for chosen in all.chunks(BATCH) {
            let (inputs, _) = batch(data, chosen, self.classes, &Device::flex())?;
            let logits = read(self.network.forward(inputs, Pass::PLAIN));
            for (row, &image) in logits.chunks_exact(self.classes).zip(chosen) {
                let likeliest = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
                let found = likeliest.map_or(0, |(label, _)| label);
                right += usize::from(found == usize::from(labels[image as usize]));
            }
        }
        Ok(right as f64 / data.images.count as f64)
    }
}

fn labels(data: &Split) -> Result<&[u8]> {
    data.labels.as_deref().context("the images have no labels")
}

/// The chosen images, `[images, pixels]` in 0..=1, and their labels as one-hot vectors.
fn batch(
    data: &Split,
    chosen: &[u32],
    classes: usize,
    device: &Device,
) -> Result<(Tensor<2>, Tensor<2>)> {
    let (labels, len) = (labels(data)?, data.images.image_len());
    let mut pixels = Vec::with_capacity(chosen.len() * len);
    let mut targets = vec![0.0f32; chosen.len() * classes];
    for (row, &image) in chosen.iter().enumerate() {
        let image = image as usize;
        let of_image = &data.images.pixels[image * len..][..len];
        pixels.extend(of_image.iter().map(|&pixel| f32::from(pixel) / 255.0));
        let label = usize::from(labels[image]);
        // A classifier does not know labels that it was not shown.
        if label < classes {
            targets[row * classes + label] = 1.0;
        }
    }
    let tensor = |values: Vec<f32>, columns: usize| {
        Tensor::from_data(TensorData::new(values, [chosen.len(), columns]), device)
    };
    Ok((tensor(pixels, len), tensor(targets, classes)))
}
