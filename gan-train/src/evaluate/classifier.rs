//! A small classifier, trained on the spot, to judge generated images by.

use crate::config::TrainingConfig;
use crate::data::Split;
use crate::data::idx::Images;
use crate::matrix::Matrix;
use crate::network::{Dense, Mlp, Mode};
use crate::optimizer::{Optimizer, Weights};
use crate::random::{Purpose, extend_normal, permutation, stream};
use anyhow::{Context, Result, ensure};
use burn::prelude::*;
use gan_core::Activation;

const HIDDEN: usize = 256;
const BATCH: usize = 128;
const RATE: f64 = 1e-3;
/// Steps: 13 passes over MNIST, many over a small set.
const STEPS: u64 = 6000;
/// Standard deviation of the noise on the training images: keeps the classifier from learning a small set by heart.
const NOISE: f32 = 0.3;

/// An MLP with one hidden layer.
#[derive(Debug)]
pub struct Classifier {
    network: Mlp,
    device: Device,
}

impl Classifier {
    /// Trains on images with labels below `classes`; the same seed gives the same classifier.
    ///
    /// # Errors
    ///
    /// The images have no labels, or are fewer than a batch.
    pub fn train(data: &Split, classes: u16, seed: u64) -> Result<Self> {
        let labels = data.labels.as_ref().context("the images have no labels")?;
        let (classes, image_len) = (usize::from(classes), data.images.image_len());
        ensure!(data.images.count >= BATCH, "a classifier needs at least {BATCH} images, the data has {}", data.images.count);
        let layer = |inputs, outputs, activation| Dense { inputs, outputs, activation, batch_norm: false, dropout: 0.0 };
        let layers = vec![layer(image_len, HIDDEN, Activation::Relu), layer(HIDDEN, classes, Activation::Linear)];
        let mut network = Mlp::new(layers, seed, Purpose::Classifier);
        let config = TrainingConfig { beta1: 0.9, ..TrainingConfig::default() };
        let mut adam = Optimizer::new(&config, Weights::default(), &network.params);
        let device = Device::flex();

        let in_epoch = (data.images.count / BATCH) as u64;
        let mut order = Vec::new();
        for step in 0..STEPS {
            if step % in_epoch == 0 {
                // Past the indices of the layers' first weights.
                let mut rng = stream(seed, Purpose::Classifier, 1000 + step / in_epoch);
                order = permutation(data.images.count, &mut rng);
            }
            let first = (step % in_epoch) as usize * BATCH;
            let mut pixels = Vec::with_capacity(BATCH * image_len);
            extend_normal(&mut pixels, BATCH * image_len, &mut stream(seed, Purpose::ClassifierNoise, step));
            let mut targets = vec![0.0f32; BATCH * classes];
            for (row, &index) in order[first..first + BATCH].iter().enumerate() {
                let index = index as usize;
                let image = &data.images.pixels[index * image_len..(index + 1) * image_len];
                let noisy = pixels[row * image_len..].iter_mut().zip(image);
                noisy.for_each(|(value, &pixel)| *value = f32::from(pixel) / 255.0 + NOISE * *value);
                targets[row * classes + usize::from(labels[index])] = 1.0;
            }
            let mut tape = network.forward(Matrix::new(BATCH, image_len, pixels), Mode { groups: 1, dropout: None }, &device);
            let mut g = tape.output().clone();
            for (row, target) in g.values_mut().chunks_exact_mut(classes).zip(targets.chunks_exact(classes)) {
                let sum: f32 = row.iter().map(|x| x.exp()).sum();
                row.iter_mut().zip(target).for_each(|(x, t)| *x = (x.exp() / sum - t) / BATCH as f32);
            }
            let gradients = network.gradients(&mut tape, g, &device);
            let rate = RATE * (1.0 - step as f64 / STEPS as f64);
            for (i, (p, g)) in network.params.iter_mut().zip(&gradients).enumerate() {
                adam.update(i, p, g, crate::optimizer::Pace { rate, time: step + 1, decay: 0.0 }, None);
            }
        }
        Ok(Self { network, device: Device::flex() })
    }

    /// The likeliest label of each image.
    pub fn classify(&self, images: &Images) -> Vec<u16> {
        let mut network = self.network.clone();
        let mut labels = Vec::with_capacity(images.count);
        for chunk in images.pixels.chunks(1000 * images.image_len()) {
            let rows = chunk.len() / images.image_len();
            let pixels: Vec<f32> = chunk.iter().map(|&pixel| f32::from(pixel) / 255.0).collect();
            let tape =
                network.forward(Matrix::new(rows, images.image_len(), pixels), Mode { groups: 1, dropout: None }, &self.device);
            let logits = tape.output().values();
            labels.extend(logits.chunks_exact(logits.len() / rows).map(|row| {
                let likeliest = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
                likeliest.map_or(0, |(label, _)| label as u16)
            }));
        }
        labels
    }
}
