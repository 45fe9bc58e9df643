//! The latent of a given image: which latent makes a generator's image most like it. Of an image
//! with missing pixels, only the others are compared, so the generator fills in what is missing.
//!
//! The search goes down the gradient of
//!
//! ```text
//! mean over known pixels of ((x - t) / 255)^2  +  prior * mean z^2
//! ```
//!
//! with `t` the given image, `x` that of the latent `z`, and Adam; from several random latents at
//! once, because there are many valleys. The gradient is that of a `Replica` of the blob. At the
//! end the codes are rounded, and codes are changed by one as long as the device's own image gets
//! nearer: so the result is exact on every device.

mod replica;

use anyhow::{Result, ensure};
use burn::optim::{AdamConfig, Optimizer};
use burn::prelude::*;
use burn::tensor::TensorData;
use gan_core::host::Runner;
use gan_core::latent::SCALING;
use gan_core::{CODE_MAX, Generator};
use gan_tools::generate;
use gan_tools::samples::Samples;
use replica::Replica;

/// How long and from where a latent is searched for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Search {
    /// Latents to begin with, for each label.
    pub restarts: usize,
    /// Steps of Adam.
    pub steps: usize,
    /// Its learning rate, which falls to 0 like a quarter of a cosine.
    pub lr: f64,
    /// Weight of the mean square of the latent: images of latents far from 0 look like none.
    pub prior: f64,
    /// Of the latents to begin with.
    pub seed: u64,
}

impl Default for Search {
    fn default() -> Self {
        Self { restarts: 16, steps: 300, lr: 0.1, prior: 1e-4, seed: 0 }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The label; none of a generator without.
    pub label: Option<u16>,
    /// The latent, in codes 0..=127.
    pub codes: Vec<u8>,
    /// The image that every device makes of it.
    pub pixels: Vec<u8>,
    /// Mean squared difference of known pixels from the given image's, in levels of 255.
    pub mean_square: f64,
}

/// Looks for the latent, of this label or else of any, whose image is most like `target`, line by
/// line, where pixels are `known`.
///
/// # Errors
///
/// A generator that takes an image or is of reals; an image of another size; a label that there is
/// not; no known pixels.
pub fn invert(
    generator: &Generator<'_>,
    target: &[u8],
    known: &[bool],
    label: Option<u16>,
    search: Search,
) -> Result<Found> {
    let (pixels, latent) = (generator.pixels_len(), generator.latent_len());
    ensure!(generator.inputs().is_latent(), "makes images of images (expected a model of latents)");
    ensure!(target.len() == pixels && known.len() == pixels, "expected {pixels} bytes of pixels");
    ensure!(known.contains(&true), "all pixels are missing");
    let labels: Vec<u16> = match (label, generator.classes()) {
        (Some(label), classes) => {
            ensure!(label < classes, "label {label}: expected one below {classes}");
            vec![label]
        }
        (None, classes) => (0..classes.max(1)).collect(),
    };
    let rows: Vec<u16> = labels.iter().flat_map(|&label| vec![label; search.restarts]).collect();
    let begin = Samples::new(search.seed, rows.len(), latent as u16, 0).codes;
    let begin = descend(generator, target, known, &rows, &begin, search)?;
    polish(generator, target, known, &rows, begin)
}

/// The codes, rounded, after the steps.
fn descend(
    generator: &Generator<'_>,
    target: &[u8],
    known: &[bool],
    labels: &[u16],
    codes: &[u8],
    search: Search,
) -> Result<Vec<u8>> {
    let (device, recorded) = (Device::flex(), Device::flex().autodiff());
    let replica = Replica::new(generator, &recorded)?;
    let (zero, steps) = (f64::from(SCALING.zero_point), SCALING.steps);
    let shape = [labels.len(), generator.latent_len()];
    // Half of where latents are drawn: nearer to the middle, where gradients say more.
    let begin = codes.iter().map(|&code| ((f64::from(code) - zero) / steps / 2.0) as f32).collect();
    let mut latents = Tensor::<2>::from_data(TensorData::new(begin, shape), &device);
    let row = |values: Vec<f32>| {
        let shape = [1, values.len()];
        Tensor::<2>::from_data(TensorData::new(values, shape), &recorded)
    };
    let target = row(target.iter().map(|&pixel| f32::from(pixel) / 255.0).collect());
    let count = known.iter().filter(|known| **known).count();
    // A row's loss is a mean; rows do not touch each other, so their losses are summed.
    let part = 1.0 / count as f32;
    let known = row(known.iter().map(|&known| if known { part } else { 0.0 }).collect());
    let adam = AdamConfig::new().with_beta_1(0.9).with_beta_2(0.99).build();
    let mut state = None;
    for step in 0..search.steps {
        let z = Tensor::from_inner(latents.clone()).require_grad();
        let images = replica.images(z.clone() * steps + zero, labels) / 255.0;
        let apart = ((images - target.clone()).square() * known.clone()).sum();
        let far = z.clone().square().sum() * (search.prior / shape[1] as f64);
        let gradients = (apart + far).backward();
        let Some(gradient) = z.grad(&gradients) else { break };
        let done = step as f64 / search.steps as f64;
        let lr = search.lr * (done * std::f64::consts::FRAC_PI_2).cos();
        (latents, state) = adam.step(lr, latents, gradient, state);
    }
    let latents: Vec<f32> = latents.try_into_vec_as()?;
    let code = |z: f32| (f64::from(z) * steps + zero).round().clamp(0.0, CODE_MAX.into()) as u8;
    Ok(latents.into_iter().map(code).collect())
}

/// The best of these codes, each changed by one as long as that brings the image nearer.
fn polish(
    generator: &Generator<'_>,
    target: &[u8],
    known: &[bool],
    labels: &[u16],
    codes: Vec<u8>,
) -> Result<Found> {
    let (runner, latent) = (Runner::new(generator), generator.latent_len());
    let judged = |samples: &Samples| -> Result<Option<(f64, usize, Vec<u8>)>> {
        let images = generate::images(&runner, samples)?;
        let judged = images
            .iter()
            .enumerate()
            .map(|(index, pixels)| (mean_square(pixels, target, known), index, pixels.to_vec()));
        Ok(judged.min_by(|a, b| a.0.total_cmp(&b.0)))
    };
    let samples = Samples { count: labels.len(), codes, labels: labels.to_vec() };
    let Some((mut least, index, mut pixels)) = judged(&samples)? else {
        anyhow::bail!("there is no latent to begin with")
    };
    let mut best = samples.codes[index * latent..][..latent].to_vec();
    let label = samples.labels[index];
    loop {
        let changed =
            (0..latent).flat_map(|at| [(at, true), (at, false)]).filter_map(|(at, up)| {
                let mut codes = best.clone();
                codes[at] = if up { codes[at] + 1 } else { codes[at].checked_sub(1)? };
                (codes[at] <= CODE_MAX).then_some(codes)
            });
        let codes: Vec<u8> = changed.flatten().collect();
        let count = codes.len() / latent;
        let samples = Samples { count, codes, labels: vec![label; count] };
        match judged(&samples)? {
            Some((distance, index, image)) if distance < least => {
                (least, pixels) = (distance, image);
                best = samples.codes[index * latent..][..latent].to_vec();
            }
            _ => break,
        }
    }
    let label = (generator.classes() > 0).then_some(label);
    Ok(Found { label, codes: best, pixels, mean_square: least })
}

/// Mean squared difference of the known pixels.
fn mean_square(pixels: &[u8], target: &[u8], known: &[bool]) -> f64 {
    let known = pixels.iter().zip(target).zip(known).filter(|(_, known)| **known);
    let (mut sum, mut count) = (0u64, 0u64);
    for ((&pixel, &target), _) in known {
        sum += u64::from(pixel.abs_diff(target)).pow(2);
        count += 1;
    }
    sum as f64 / count.max(1) as f64
}

#[cfg(test)]
mod tests;
