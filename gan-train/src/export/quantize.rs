//! From a float generator to a blob of integers. Derivation: docs/quantization.md.

mod check;
mod constants;

pub use check::{FAR, LayerError, layer_errors};

use crate::export::float::{FloatGenerator, FloatLayer, Moments};
use crate::nn::act::Act;
use crate::nn::half_bytes::HalfBytes;
use anyhow::{Context, Result, bail, ensure};
use constants::{constants_of, without_constants};
use gan_core::activation::{Scaling, hidden_codes, hidden_table, output_index, output_table};
use gan_core::blob::{self, LayerSpec};
use gan_core::generator::Layer;
use gan_core::host::Model;
use gan_core::quant::Rescale;
use gan_core::{Activation, CODE_MAX, Element, latent};
use gan_tools::layers::{Bits, IntegerLayer, Weights, encode};
use gan_tools::samples::Samples;

/// Latents, or images of a task, that calibration runs on.
pub const CALIBRATION_SAMPLES: usize = 4096;
/// Their seed: not one that people use, so that nobody's images are among them.
const CALIBRATION_SEED: u64 = 0xCA11_B8A7_E5ED;
/// Part of a layer's outputs that may lie below, and as many above, what its codes can hold.
const CLIPPED: f64 = 0.0001;
/// [`Rescale`] holds factors below 1/4.
const FACTOR_MAX: f64 = 0.2499;

/// An affine code: `real = scale * (code - zero_point)`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Codes {
    scale: f64,
    zero_point: i32,
}

impl From<Scaling> for Codes {
    fn from(scaling: Scaling) -> Self {
        Self { scale: 1.0 / scaling.steps, zero_point: scaling.zero_point.into() }
    }
}

/// A row of integers: what its sums are scaled by, the sum of all its weights, and what to add to
/// its (real) bias.
struct Row {
    scale: f64,
    sum: i64,
    correction: f64,
}

/// The blob of a generator with weights of so many bits, which `decode` has accepted.
///
/// # Errors
///
/// Numbers that the format cannot hold; names the layer.
pub fn quantize(generator: &FloatGenerator, bits: Bits) -> Result<Vec<u8>> {
    Ok(with_codes(generator, bits)?.0)
}

/// The same for a generator whose inputs are no latents: calibrated by `samples` of them.
///
/// # Errors
///
/// As [`quantize`].
pub fn quantize_by(generator: &FloatGenerator, bits: Bits, samples: &Samples) -> Result<Vec<u8>> {
    // Latents have a mean of 0, and others do not.
    let moments = moments_of(&samples.reals(), generator.latent_len.into());
    Ok(calibrated(generator, bits, samples, moments)?.0)
}

/// The blob of a generator of latents, and the codes of each hidden layer's outputs.
fn with_codes(generator: &FloatGenerator, bits: Bits) -> Result<(Vec<u8>, Vec<Codes>)> {
    let samples = Samples::new(
        CALIBRATION_SEED,
        CALIBRATION_SAMPLES,
        generator.latent_len,
        generator.classes,
    );
    calibrated(generator, bits, &samples, Vec::new())
}

/// The same for inputs like `samples`, with these means and variances; none for latents.
fn calibrated(
    generator: &FloatGenerator,
    bits: Bits,
    samples: &Samples,
    mut moments: Vec<(f64, f64)>,
) -> Result<(Vec<u8>, Vec<Codes>)> {
    let outputs = generator.outputs(samples);
    let mut input: Codes = latent::SCALING.into();
    let mut numbers: Vec<IntegerLayer> = Vec::new();
    let mut constants = Vec::new();
    let mut all_codes = Vec::new();
    for (index, (layer, outputs)) in generator.layers.iter().zip(outputs).enumerate() {
        let last = index + 1 == generator.layers.len();
        let next = (moments_of(&outputs, layer.outputs), constants_of(&outputs, layer.outputs));
        let sums = layer.act.by_table().then(|| generator.sums(samples, index));
        let element = bits.element(index);
        let layer = without_constants(layer, &constants);
        let quantized = quantize_layer(&layer, element, input, &moments, outputs, sums, last);
        let (layer, codes) = quantized.with_context(|| format!("layer {index}"))?;
        numbers.push(layer);
        all_codes.push(codes);
        input = codes;
        (moments, constants) = next;
    }
    let specs: Vec<LayerSpec> = numbers.iter().map(|layer| layer.spec).collect();
    let layers: Vec<Layer<'_>> = numbers.iter().map(IntegerLayer::borrow).collect();
    let blob = encode(&generator.header(&specs)?, &layers)?;
    // Proves among others that no sum can leave 32 bits.
    Model::new(&blob)?;
    all_codes.pop();
    Ok((blob, all_codes))
}

/// Mean and variance of each column.
fn moments_of(outputs: &[f32], columns: usize) -> Vec<(f64, f64)> {
    let mut moments = Moments::new(columns);
    moments.add(outputs);
    (0..columns).map(|column| moments.mean_and_variance(column)).collect()
}

/// A layer's weights as integers.
fn round_weights(
    layer: &FloatLayer,
    element: Element,
    input: Codes,
    moments: &[(f64, f64)],
) -> (Weights, Vec<Row>) {
    let Element::I4 { group } = element else {
        let mut all = Vec::with_capacity(layer.weights.len());
        let rows = layer.rows().enumerate().map(|(row, weights)| {
            let scale = weight_scale(&weights, largest_bias(layer, row), input);
            let (mut sum, mut correction) = (0, 0.0);
            for (input, &weight) in weights.iter().enumerate() {
                let rounded = (f64::from(weight) / scale).round().clamp(-127.0, 127.0);
                // Latents, which may be the first layer's inputs, have a mean of 0.
                let mean = moments.get(input).map_or(0.0, |(mean, _)| *mean);
                correction += (f64::from(weight) - scale * rounded) * mean;
                sum += rounded as i64;
                all.push(rounded as i8);
            }
            Row { scale, sum, correction }
        });
        let rows = rows.collect();
        return (Weights::Bytes(all), rows);
    };
    let float: Vec<Vec<f32>> = layer.rows().collect();
    // Sums of the weights and of the bias stay within 30 bits each.
    let least = |row: usize| {
        let sum: f32 = float[row].iter().map(|weight| weight.abs()).sum();
        let for_sum = f64::from(sum) * f64::from(CODE_MAX) / f64::from(1 << 30);
        for_sum.max(least_scale(largest_bias(layer, row), input)) as f32
    };
    // A bias takes back what a mean adds; inputs that never vary still get some precision.
    let floor =
        1e-3 * moments.iter().map(|(_, variance)| variance).sum::<f64>() / moments.len() as f64;
    let half_bytes = HalfBytes::new(
        &layer.weights,
        [layer.inputs, layer.outputs],
        group,
        |k| (moments[k].1 + floor) as f32,
        least,
    );
    let (mut bytes, mut scales, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    for (row, float) in half_bytes.rows().zip(&float) {
        let scale = f64::from(row.scale);
        let (mut sum, mut correction) = (0, 0.0);
        for (input, (&weight, &real)) in row.weights.iter().zip(float).enumerate() {
            let product = i64::from(row.steps[input / usize::from(group)]) * i64::from(weight);
            sum += product;
            correction += (f64::from(real) - scale * product as f64) * moments[input].0;
        }
        let mut weights = row.weights;
        weights.resize(weights.len().next_multiple_of(group.into()), 0);
        bytes.extend(weights.as_chunks().0.iter().map(|&[even, odd]| blob::half_bytes(even, odd)));
        scales.extend(row.steps);
        rows.push(Row { scale, sum, correction });
    }
    (Weights::HalfBytes { group, bytes, scales }, rows)
}

/// Quantizes a layer whose inputs have the codes `input` and these means and variances (none for
/// the first layer); returns it and the codes of its outputs.
fn quantize_layer(
    layer: &FloatLayer,
    element: Element,
    input: Codes,
    moments: &[(f64, f64)],
    outputs: Vec<f32>,
    sums: Option<Vec<f32>>,
    last: bool,
) -> Result<(IntegerLayer, Codes)> {
    ensure!(
        layer.weights.iter().chain(&layer.bias).all(|number| number.is_finite()),
        "a weight is not finite"
    );
    let (weights, rows) = round_weights(layer, element, input, moments);
    let largest = rows.iter().map(|row| row.scale).fold(0.0, f64::max) * input.scale;

    // What the accumulators are scaled to, and what the next layer reads.
    let activation = layer.act.in_blob();
    let (target, table, codes) = if last {
        let index = output_index(activation).into();
        (index, Some(output_table(activation)), index)
    } else if let Some(sums) = sums {
        let index = calibrate(sums, largest / FACTOR_MAX, u8::MAX);
        let codes = calibrate(outputs, 0.0, CODE_MAX);
        (index, Some(function_table(layer.act, index, codes)), codes)
    } else if let (Some(table), Some(codes)) = (hidden_table(activation), hidden_codes(activation))
    {
        (output_index(activation).into(), Some(table), codes.into())
    } else {
        let codes = calibrate(outputs, largest / FACTOR_MAX, CODE_MAX);
        (codes, None, codes)
    };
    let slope = match activation {
        Activation::Relu => 0.0,
        Activation::LeakyRelu(slope) => f64::from(slope),
        Activation::Linear | Activation::Tanh | Activation::Sigmoid => 1.0,
    };

    let mut numbers = IntegerLayer {
        spec: layer.spec(element, target.zero_point as u8),
        weights,
        bias: Vec::with_capacity(4 * layer.bias.len()),
        multipliers: Vec::new(),
        negative_multipliers: Vec::new(),
        shifts: Vec::new(),
        table,
    };
    for (output, row) in rows.iter().enumerate() {
        let factor = input.scale * row.scale / target.scale;
        let rescale = Rescale::from_factor(factor).with_context(|| {
            format!("output {output}: its weights are too large for the activation")
        })?;
        let negative =
            Rescale::with_shift(factor * slope, rescale.shift).context("the slope is over 1")?;
        numbers.multipliers.extend(rescale.multiplier.to_le_bytes());
        numbers.negative_multipliers.extend(negative.multiplier.to_le_bytes());
        numbers.shifts.push(rescale.shift);
    }
    for (index, &bias) in layer.bias.iter().enumerate() {
        let row = &rows[index % layer.outputs];
        let scaled = ((f64::from(bias) + row.correction) / (input.scale * row.scale)).round();
        let bias = scaled as i64 - i64::from(input.zero_point) * row.sum;
        let Ok(bias) = i32::try_from(bias) else {
            bail!("the bias of output {} is {bias} and leaves 32 bits", index % layer.outputs)
        };
        numbers.bias.extend(bias.to_le_bytes());
    }
    Ok((numbers, codes))
}

/// The largest bias of an output in any class.
fn largest_bias(layer: &FloatLayer, row: usize) -> f32 {
    layer
        .bias
        .iter()
        .skip(row)
        .step_by(layer.outputs)
        .fold(0.0, |largest, bias| bias.abs().max(largest))
}

/// `max |w| / 127`, so that the largest weight is exactly 127; larger where the bias needs it to
/// stay within 30 bits, which happens in rows of (nearly) zeros.
fn weight_scale(weights: &[f32], bias: f32, input: Codes) -> f64 {
    let weight = weights.iter().fold(0.0f32, |largest, weight| weight.abs().max(largest));
    (f64::from(weight) / 127.0).max(least_scale(bias, input))
}

/// The scale from which on a bias stays within 30 bits; never 0.
fn least_scale(bias: f32, input: Codes) -> f64 {
    (f64::from(bias) / (input.scale * f64::from(1 << 30))).max(f64::from(f32::MIN_POSITIVE))
}

/// The table of a hidden layer's activation: from the index that its sums are scaled to, to codes.
fn function_table(act: Act, index: Codes, codes: Codes) -> [u8; 256] {
    std::array::from_fn(|at| {
        let x = index.scale * f64::from(at as i32 - index.zero_point);
        let code = act.apply(x) / codes.scale + f64::from(codes.zero_point);
        (code + 0.5).floor().clamp(0.0, f64::from(CODE_MAX)) as u8
    })
}

/// Codes 0 to `most` for all but the outermost of `outputs`, and for 0, with a scale of at least
/// `smallest`.
fn calibrate(mut outputs: Vec<f32>, smallest: f64, most: u8) -> Codes {
    let rank = (CLIPPED * outputs.len() as f64) as usize;
    let top = outputs.len() - 1 - rank;
    let low = f64::from(*outputs.select_nth_unstable_by(rank, f32::total_cmp).1).min(0.0);
    let high = f64::from(*outputs.select_nth_unstable_by(top, f32::total_cmp).1).max(0.0);
    let least = smallest.max(f64::from(f32::MIN_POSITIVE));
    let scale = ((high - low) / f64::from(most)).max(least);
    let zero_point = (-low / scale).round().clamp(0.0, f64::from(most)) as i32;
    Codes { scale, zero_point }
}
