//! How far the outputs of a graph of reals are from the blob's.

use super::real::{self, Real};
use crate::onnx::in_rows;
use crate::samples::Samples;
use anyhow::Result;
use gan_core::host::Runner;
use gan_core::{Activation, Generator};
use rayon::prelude::*;

/// How far the graph's outputs are from the blob's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Latents of seed 0 that were compared, with labels in turn.
    pub latents: usize,
    /// The part of the bytes that differ, 0 to 1.
    pub part: f64,
    /// The mean difference of all bytes, in levels of 0 to 255.
    pub mean: f64,
    /// The largest difference, in levels.
    pub max: u8,
}

/// Measures it on latents of seed 0.
///
/// Sums of products are exact here. A program that adds reals in f32 rounds them, and its byte is
/// another one where a sum is that close to the middle between two.
///
/// # Errors
///
/// The model takes an image, or has a layer that the `--qdq` form has no words for.
pub fn difference(generator: &Generator<'_>, latents: usize) -> Result<Difference> {
    let layers = real::layers(&in_rows(generator)?.generator())?;
    let (latent_len, classes) = (generator.latent_len(), generator.classes());
    let samples = Samples::new(0, latents, latent_len as u16, classes);
    let mut exact = vec![0; latents * generator.pixels_len()];
    let labels = (classes > 0).then_some(samples.labels.as_slice());
    Runner::new(generator).generate_batch(&samples.codes, labels, &mut exact)?;
    let drawn = samples.codes.par_chunks_exact(latent_len).zip(&samples.labels);
    let (differ, sum, max) = drawn
        .zip(exact.par_chunks_exact(generator.pixels_len()))
        .map(|((codes, &label), exact)| {
            let found = run(&layers, codes, label.into());
            let apart = || found.iter().zip(exact).map(|(found, exact)| found.abs_diff(*exact));
            let differ = apart().filter(|&apart| apart > 0).count();
            let sum: usize = apart().map(usize::from).sum();
            (differ, sum, apart().max().unwrap_or(0))
        })
        .reduce(|| (0, 0, 0), |a, b| (a.0 + b.0, a.1 + b.1, a.2.max(b.2)));
    let bytes = exact.len() as f64;
    Ok(Difference { latents, part: differ as f64 / bytes, mean: sum as f64 / bytes, max })
}

/// The outputs for these codes and this label.
fn run(layers: &[Real], codes: &[u8], label: usize) -> Vec<u8> {
    let (mut codes, mut class) = (codes.to_vec(), label);
    for layer in layers {
        let bias = &layer.bias[class * layer.outputs..][..layer.outputs];
        let mut sums: Vec<i64> = bias.iter().map(|&bias| i64::from(bias)).collect();
        let zero = i64::from(layer.from.zero_point);
        for (row, &code) in layer.weights.chunks_exact(layer.outputs).zip(&codes) {
            let x = i64::from(code) - zero;
            // Of many layers half of the inputs are 0.
            if x != 0 {
                for (sum, &weight) in sums.iter_mut().zip(row) {
                    *sum += x * i64::from(weight);
                }
            }
        }
        codes = sums
            .iter()
            .zip(layer.steps())
            .map(|(&sum, step)| code(layer, sum as f64 * step))
            .collect();
        class = 0;
    }
    codes
}

/// The code of a sum.
fn code(layer: &Real, sum: f64) -> u8 {
    let y = match layer.activation {
        Activation::Linear => sum,
        Activation::Relu => sum.max(0.0),
        Activation::LeakyRelu(slope) => sum.max(0.0) + f64::from(slope) * sum.min(0.0),
        Activation::Tanh => sum.tanh(),
        Activation::Sigmoid => 1.0 / (1.0 + (-sum).exp()),
    };
    let steps = (y + f64::from(layer.offset)) * layer.to.steps;
    let code = steps.round_ties_even() + f64::from(layer.to.zero_point);
    code.clamp(0.0, layer.top.into()) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use gan_core::host::Model;

    /// docs/blob-format.md has the sums 512 and -912, 2048 and -2448 of this latent with labels 0
    /// and 1, and the blob's pixels 159 and 75, 225 and 22. A row's sum times its multiplier, in
    /// steps of 1/16, is what the sigmoid takes.
    #[test]
    fn outputs_are_those_of_the_function() {
        let file = Model::new(include_bytes!("../../../data/v1-tiny.gan")).unwrap();
        let generator = file.generator();
        let layers = real::layers(&generator).unwrap();
        let multipliers = [f64::from(1 << 14) / f64::from(1 << 20), 32767.0 / f64::from(1 << 21)];
        for (label, sums, blob) in [(0, [512, -912], [159, 75]), (1, [2048, -2448], [225, 22])] {
            let pixel = |row: usize| {
                let x = f64::from(sums[row]) * multipliers[row] / 16.0;
                (255.0 / (1.0 + (-x).exp())).round() as u8
            };
            let expected = [pixel(0), pixel(1)];
            assert_eq!(run(&layers, &[67, 54], label), expected);
            // The table has the same pixel for all x of a step, so the second is another.
            assert_eq!([expected[0], expected[1] + 1], blob);
        }
        let first = Difference { latents: 1, part: 0.5, mean: 0.5, max: 1 };
        assert_eq!(difference(&generator, 1).unwrap(), first);
    }

    #[test]
    fn codes_end_at_seven_bits_and_halves_go_to_even_numbers() {
        let from = gan_core::latent::SCALING;
        let to = gan_core::activation::Scaling { steps: 1.0, zero_point: 100 };
        let activation = Activation::LeakyRelu(0.5);
        let (weights, scales, bias) = (vec![1], vec![1.0], vec![0]);
        let (inputs, outputs, offset, top) = (1, 1, 0.0, 127);
        let layer =
            Real { inputs, outputs, from, weights, scales, bias, activation, offset, to, top };
        let codes = [27.0, 28.0, 0.5, 1.5, -1.0, -3.0, -300.0].map(|sum| code(&layer, sum));
        assert_eq!(codes, [127, 127, 100, 102, 100, 98, 0]);
    }
}
