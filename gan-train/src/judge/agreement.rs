//! How far an int8 generator is from the float generator it was made of, pixel by pixel.

use anyhow::Result;
use gan_core::Generator;
use gan_tools::generate::generate;
use gan_tools::images::Images;
use gan_tools::samples::Samples;
use serde::Serialize;

/// Differences of pixels 0..=255 between two generators on the same latents and labels.
#[derive(Debug, Clone, Serialize)]
pub struct Agreement {
    /// Images that were compared.
    pub images: usize,
    /// Seed of their latents.
    pub seed: u64,
    /// Mean absolute difference of a pixel.
    pub mean: f64,
    /// 99.9th percentile of the absolute difference.
    pub p999: u8,
    /// Largest absolute difference.
    pub max: u8,
}

/// Images that are compared, at most.
const IMAGES: usize = 1000;
/// Multiplications that this may take, so that a generator of 168 million weights does not take
/// minutes.
const MULTIPLICATIONS: usize = 4_000_000_000;

/// Compares `generator` with the float generator that it was made of, whose images for the same
/// latents and labels `float` computes.
///
/// # Errors
///
/// As [`generate`].
pub fn compare(
    generator: &Generator<'_>,
    float: impl FnOnce(&Samples) -> Images,
    seed: u64,
) -> Result<Agreement> {
    let weights: usize = generator
        .header()
        .layers
        .iter()
        .map(|layer| usize::from(layer.inputs) * usize::from(layer.outputs))
        .sum();
    let images = (MULTIPLICATIONS / weights.max(1)).clamp(10, IMAGES);
    let samples = Samples::new(seed, images, generator.latent_len() as u16, generator.classes());
    Ok(Agreement::of(&generate(generator, &samples)?, &float(&samples), seed))
}

impl Agreement {
    /// Compares as many images of one size, which are of `seed`.
    pub fn of(a: &Images, b: &Images, seed: u64) -> Self {
        let mut histogram = [0u64; 256];
        a.pixels
            .iter()
            .zip(&b.pixels)
            .for_each(|(a, b)| histogram[usize::from(a.abs_diff(*b))] += 1);
        let count = a.pixels.len() as f64;
        let total: u64 =
            histogram.iter().zip(0..).map(|(count, difference)| count * difference).sum();
        let mut above = 0;
        let p999 = (0..=255u8).rev().find(|&difference| {
            above += histogram[usize::from(difference)];
            above as f64 > count * 0.001
        });
        let max = (0..=255u8).rev().find(|&difference| histogram[usize::from(difference)] > 0);
        Self {
            images: a.count,
            seed,
            mean: total as f64 / count,
            p999: p999.unwrap_or(0),
            max: max.unwrap_or(0),
        }
    }
}
