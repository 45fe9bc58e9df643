//! Trains the classifier: cross-entropy, stochastic gradient descent with Nesterov's momentum.

use super::network::{FEATURES, Network};
use crate::data::Split;
use crate::judge::source::Source;
use crate::random::{Purpose, extend_normal, permutation, stream};
use anyhow::{Context, Result, ensure};
use burn::module::ParamGroup;
use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{GradientsParams, ModuleOptimizer, SgdConfig};
use burn::prelude::*;
use burn::tensor::{TensorData, loss::cross_entropy_with_logits};

/// Images of a step.
const BATCH: usize = 128;
/// Largest step width, reached after a tenth of the steps; from there it falls to 0 on a line.
const RATE: f64 = 0.1;
const MOMENTUM: f64 = 0.9;
/// Weight decay. Biases have none.
const DECAY: f32 = 5e-4;
/// Standard deviation of the noise on the training images: keeps the classifier from learning a
/// small set by heart.
const NOISE: f32 = 0.1;
/// Indices below are those of the tensors' first numbers.
const FIRST_EPOCH: u64 = 1000;

/// The optimizer of a network.
fn optimizer() -> ModuleOptimizer {
    let momentum = MomentumConfig::new().with_momentum(MOMENTUM).with_dampening(0.0);
    let config = SgdConfig::new().with_momentum(Some(momentum.with_nesterov(true)));
    let decay = WeightDecayConfig::new(DECAY);
    let biases = ParamGroup::from_predicate(".bias");
    let of_all = config.clone().with_weight_decay(Some(decay)).init();
    of_all.with_group(biases, config.build(), None)
}

/// Images with noise, and their labels as one-hot vectors.
struct Batch {
    /// `[BATCH, 1, height, width]`.
    images: Tensor<4>,
    /// `[BATCH, classes]`.
    targets: Tensor<2>,
}

impl Batch {
    /// The images with these indices in the data.
    fn new(
        data: &Split,
        labels: &[u8],
        classes: usize,
        indices: &[u32],
        (seed, step): (u64, u64),
        device: &Device,
    ) -> Self {
        let image_len = data.images.image_len();
        let count = indices.len();
        let mut pixels = Vec::with_capacity(count * image_len);
        let mut noise = stream(seed, Purpose::ClassifierNoise, step);
        extend_normal(&mut pixels, count * image_len, &mut noise);
        let mut targets = vec![0.0f32; count * classes];
        for (row, &index) in indices.iter().enumerate() {
            let index = index as usize;
            let image = &data.images.pixels[index * image_len..(index + 1) * image_len];
            let noisy = pixels[row * image_len..].iter_mut().zip(image);
            noisy.for_each(|(value, &pixel)| *value = f32::from(pixel) / 255.0 + NOISE * *value);
            targets[row * classes + usize::from(labels[index])] = 1.0;
        }
        let shape = [count, 1, data.images.height, data.images.width];
        Self {
            images: Tensor::from_data(TensorData::new(pixels, shape), device),
            targets: Tensor::from_data(TensorData::new(targets, [count, classes]), device),
        }
    }
}

/// Trains a network, whose device records operations, for `steps` steps; `on_step` hears of each.
///
/// # Errors
///
/// The images have no labels, or are fewer than a batch.
pub fn train(
    mut network: Network,
    source: &Source<'_>,
    classes: u16,
    (steps, seed): (u64, u64),
    on_step: super::OnStep<'_>,
) -> Result<Network> {
    let mut data = source.epoch(0)?;
    let count = data.images.count;
    ensure!(count >= BATCH, "a classifier needs at least {BATCH} images, the data has {count}");
    let device = network.device();
    let mut optimizer = optimizer();
    let in_epoch = (count / BATCH) as u64;
    let mut order = Vec::new();
    for step in 0..steps {
        if step % in_epoch == 0 {
            let epoch = step / in_epoch;
            if epoch > 0 {
                data = source.epoch(epoch)?;
            }
            let mut rng = stream(seed, Purpose::Classifier, FIRST_EPOCH + epoch);
            order = permutation(count, &mut rng);
        }
        let labels = data.labels.as_ref().context("the images have no labels")?;
        let first = (step % in_epoch) as usize * BATCH;
        let indices = &order[first..first + BATCH];
        let Batch { images, targets } =
            Batch::new(&data, labels, classes.into(), indices, (seed, step), &device);
        let loss = cross_entropy_with_logits(network.logits(network.features(images)), targets);
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        let progress = step as f64 / steps as f64;
        let rate = RATE * (10.0 * progress).min((1.0 - progress) / 0.9);
        network = optimizer.step(rate, network, gradients);
        on_step(step + 1);
    }
    Ok(network)
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
