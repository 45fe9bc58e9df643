//! Trains the classifier: cross-entropy, stochastic gradient descent with Nesterov's momentum.

use super::network::{FEATURES, Network, Param};
use crate::data::Split;
use crate::random::{Purpose, extend_normal, permutation, stream};
use anyhow::{Context, Result, ensure};
use burn::prelude::*;
use burn::tensor::{TensorData, loss::cross_entropy_with_logits};

/// Images of a step.
const BATCH: usize = 128;
/// Largest step width, reached after a tenth of the steps; from there it falls to 0 on a line.
const RATE: f64 = 0.1;
const MOMENTUM: f32 = 0.9;
/// Weight decay.
const DECAY: f32 = 5e-4;
/// Standard deviation of the noise on the training images: keeps the classifier from learning a
/// small set by heart.
const NOISE: f32 = 0.1;
/// Indices below are those of the tensors' first numbers.
const FIRST_EPOCH: u64 = 1000;

/// Trains `params`, whose order is that of [`super::network::shapes`], for `steps` steps.
///
/// # Errors
///
/// The images have no labels, or are fewer than a batch.
pub fn train(
    params: &mut [Param],
    data: &Split,
    classes: u16,
    steps: u64,
    seed: u64,
) -> Result<()> {
    let labels = data.labels.as_ref().context("the images have no labels")?;
    let (count, image_len) = (data.images.count, data.images.image_len());
    ensure!(count >= BATCH, "a classifier needs at least {BATCH} images, the data has {count}");
    let classes = usize::from(classes);
    let device = Device::flex().autodiff();
    let mut velocities: Vec<_> =
        params.iter().map(|param| vec![0.0f32; param.values.len()]).collect();
    let in_epoch = (count / BATCH) as u64;
    let mut order = Vec::new();
    for step in 0..steps {
        if step % in_epoch == 0 {
            order = permutation(
                count,
                &mut stream(seed, Purpose::Classifier, FIRST_EPOCH + step / in_epoch),
            );
        }
        let first = (step % in_epoch) as usize * BATCH;
        let mut pixels = Vec::with_capacity(BATCH * image_len);
        extend_normal(
            &mut pixels,
            BATCH * image_len,
            &mut stream(seed, Purpose::ClassifierNoise, step),
        );
        let mut targets = vec![0.0f32; BATCH * classes];
        for (row, &index) in order[first..first + BATCH].iter().enumerate() {
            let index = index as usize;
            let image = &data.images.pixels[index * image_len..(index + 1) * image_len];
            let noisy = pixels[row * image_len..].iter_mut().zip(image);
            noisy.for_each(|(value, &pixel)| *value = f32::from(pixel) / 255.0 + NOISE * *value);
            targets[row * classes + usize::from(labels[index])] = 1.0;
        }
        let network = Network::bind(params, &device, true);
        let shape = [BATCH, 1, data.images.height, data.images.width];
        let images = Tensor::<4>::from_data(TensorData::new(pixels, shape), &device);
        let targets = Tensor::<2>::from_data(TensorData::new(targets, [BATCH, classes]), &device);
        let loss = cross_entropy_with_logits(network.logits(network.features(images)), targets);
        let gradients = network.gradients(&mut loss.backward());
        let progress = step as f64 / steps as f64;
        let rate = (RATE * (10.0 * progress).min((1.0 - progress) / 0.9)) as f32;
        for ((param, velocity), gradient) in params.iter_mut().zip(&mut velocities).zip(&gradients)
        {
            let decay = if param.shape.len() > 1 { DECAY } else { 0.0 };
            for ((value, velocity), gradient) in param.values.iter_mut().zip(velocity).zip(gradient)
            {
                let gradient = gradient + decay * *value;
                *velocity = MOMENTUM * *velocity + gradient;
                *value -= rate * (gradient + MOMENTUM * *velocity);
            }
        }
    }
    Ok(())
}

/// The trace of the features' covariance: what a Frechet distance is divided by.
pub fn feature_variance(features: &[f32]) -> f64 {
    let count = (features.len() / FEATURES) as f64;
    let column =
        |index: usize| features.iter().skip(index).step_by(FEATURES).map(|&value| f64::from(value));
    let variance = |index| {
        let mean = column(index).sum::<f64>() / count;
        column(index).map(|value| (value - mean).powi(2)).sum::<f64>() / count
    };
    (0..FEATURES).map(variance).sum()
}
