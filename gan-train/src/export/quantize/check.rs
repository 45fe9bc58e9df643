//! How far a blob's layers are from the float layers that they were made of.

use super::{Codes, with_codes};
use crate::export::float::FloatGenerator;
use anyhow::Result;
use gan_core::host::Model;
use gan_tools::generate::generate;
use gan_tools::layers::Bits;
use gan_tools::samples::Samples;

/// An error of this part is worth a warning. The layers of `tests/quantization` have 0.01 to
/// 0.04 with eight bits and up to 0.11 with four.
pub const FAR: f64 = 0.3;
/// Seed of the latents: not that of the calibration.
const SEED: u64 = 0xC4EC_0FA1_A9E5;
/// Latents, at most.
const SAMPLES: usize = 200;
/// Multiplications that this may take: each layer's codes cost a run of all layers before it.
const MULTIPLICATIONS: usize = 2_000_000_000;

/// How far the outputs of one layer are off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerError {
    /// From 0.
    pub layer: usize,
    /// Root of the mean square of the difference, as a part of the standard deviation that the
    /// float outputs have over the latents.
    pub part: f64,
}

/// Differences of one layer's outputs, summed up.
struct Sums {
    outputs: Vec<f32>,
    columns: usize,
    squares: f64,
}

impl Sums {
    fn new(outputs: Vec<f32>, columns: usize) -> Self {
        Self { outputs, columns, squares: 0.0 }
    }

    /// Adds what the blob has for sample `sample`.
    fn add(&mut self, sample: usize, found: impl Iterator<Item = f64>) {
        let expected = &self.outputs[sample * self.columns..(sample + 1) * self.columns];
        self.squares += found.zip(expected).map(|(a, &b)| (a - f64::from(b)).powi(2)).sum::<f64>();
    }

    /// The error; none of outputs that do not vary.
    fn part(&self) -> Option<f64> {
        let moments = super::moments_of(&self.outputs, self.columns);
        let variance: f64 = moments.iter().map(|(_, variance)| variance).sum();
        let rows = (self.outputs.len() / self.columns) as f64;
        (variance > 0.0).then(|| (self.squares / rows / variance).sqrt())
    }
}

/// The errors of all layers of the blob that [`quantize`](super::quantize()) makes of `generator`;
/// those of layers whose outputs never vary are left out.
///
/// # Errors
///
/// As [`quantize`](super::quantize()).
pub fn layer_errors(generator: &FloatGenerator, bits: Bits) -> Result<Vec<LayerError>> {
    let (blob, codes) = with_codes(generator, bits)?;
    let file = Model::new(&blob)?;
    let blob = file.generator();
    let weights: usize = generator.layers.iter().map(|layer| layer.weights.len()).sum();
    let most = MULTIPLICATIONS / (weights * generator.layers.len()).max(1);
    let count = most.clamp(4, SAMPLES);
    let samples = Samples::new(SEED, count, generator.latent_len, generator.classes);

    let mut layers: Vec<Sums> = generator
        .outputs(&samples)
        .into_iter()
        .zip(&generator.layers)
        .map(|(outputs, layer)| Sums::new(outputs, layer.outputs))
        .collect();
    let mut scratch = vec![0; blob.scratch_len()];
    let latents = samples.codes.chunks_exact(generator.latent_len.into());
    for (sample, (latent, &label)) in latents.zip(&samples.labels).enumerate() {
        let label = (generator.classes > 0).then_some(label);
        blob.trace(latent, label, &mut scratch, |layer, found| {
            let Codes { scale, zero_point } = codes[layer];
            let real = |&code: &u8| scale * f64::from(i32::from(code) - zero_point);
            layers[layer].add(sample, found.iter().map(real));
        })?;
    }
    if let Some(last) = layers.last_mut() {
        // As pixels, which the blob has of the last layer.
        let (expected, found) = (generator.images(&samples), generate(&blob, &samples)?);
        *last =
            Sums::new(expected.pixels.iter().map(|&pixel| pixel.into()).collect(), last.columns);
        for (sample, image) in found.iter().enumerate() {
            last.add(sample, image.iter().map(|&pixel| pixel.into()));
        }
    }
    let parts = layers.iter().map(Sums::part).enumerate();
    Ok(parts.filter_map(|(layer, part)| Some(LayerError { layer, part: part? })).collect())
}
