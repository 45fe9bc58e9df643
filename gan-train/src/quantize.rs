//! From a float generator to an int8 blob. Derivation: docs/quantization.md.

use crate::float::{FloatGenerator, FloatLayer, Samples, encode};
use anyhow::{Context, Result, bail, ensure};
use gan_core::activation::{Scaling, hidden_codes, hidden_table, output_index, output_table};
use gan_core::blob::LayerSpec;
use gan_core::generator::{Layer, Output};
use gan_core::quant::Rescale;
use gan_core::{Activation, CODE_MAX, Element, latent};

/// Latents that calibration runs on.
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

/// The numbers of an int8 layer, before they are borrowed by a [`Layer`].
pub(crate) struct Numbers {
    pub spec: LayerSpec,
    pub weights: Vec<i8>,
    pub bias: Vec<u8>,
    pub multipliers: Vec<u8>,
    pub negative_multipliers: Vec<u8>,
    pub shifts: Vec<u8>,
    pub table: Option<[u8; 256]>,
}

/// The int8 blob of a generator, which `decode` has accepted.
///
/// # Errors
///
/// Numbers that the format cannot hold; names the layer.
pub fn quantize(generator: &FloatGenerator) -> Result<Vec<u8>> {
    let samples = Samples::new(CALIBRATION_SEED, CALIBRATION_SAMPLES, generator.latent_len, generator.classes);
    let outputs = generator.outputs(&samples);
    let mut input: Codes = latent::SCALING.into();
    let mut numbers: Vec<Numbers> = Vec::new();
    for (index, (layer, outputs)) in generator.layers.iter().zip(outputs).enumerate() {
        let last = index + 1 == generator.layers.len();
        let (layer, codes) = quantize_layer(layer, input, outputs, last).with_context(|| format!("layer {index}"))?;
        numbers.push(layer);
        input = codes;
    }
    let specs: Vec<LayerSpec> = numbers.iter().map(|layer| layer.spec).collect();
    let layers: Vec<Layer<'_>> = numbers.iter().map(Numbers::borrow).collect();
    let blob = encode(&generator.header(&specs)?, &layers)?;
    // Proves among others that no sum can leave 32 bits.
    crate::blob_file::BlobFile::new(&blob).decode()?;
    Ok(blob)
}

impl Numbers {
    /// The layer that a blob's encoder wants.
    pub fn borrow(&self) -> Layer<'_> {
        Layer::I8 {
            weights: &self.weights,
            bias: &self.bias,
            multipliers: &self.multipliers,
            shifts: &self.shifts,
            output: match &self.table {
                Some(table) => Output::Table(table),
                None => Output::Code { negative_multipliers: &self.negative_multipliers },
            },
        }
    }
}

/// Quantizes a layer whose inputs have the codes `input`; returns it and the codes of its outputs.
fn quantize_layer(layer: &FloatLayer, input: Codes, outputs: Vec<f32>, last: bool) -> Result<(Numbers, Codes)> {
    ensure!(layer.weights.iter().chain(&layer.bias).all(|number| number.is_finite()), "a weight is not finite");
    let rows: Vec<Vec<f32>> = layer.rows().collect();
    let scales: Vec<f64> =
        rows.iter().enumerate().map(|(row, weights)| weight_scale(weights, largest_bias(layer, row), input)).collect();
    let largest = scales.iter().copied().fold(0.0, f64::max) * input.scale;

    // What the accumulators are scaled to, and what the next layer reads.
    let (target, table, codes) = if last {
        let index = output_index(layer.activation).into();
        (index, Some(output_table(layer.activation)), index)
    } else if let (Some(table), Some(codes)) = (hidden_table(layer.activation), hidden_codes(layer.activation)) {
        (output_index(layer.activation).into(), Some(table), codes.into())
    } else {
        let codes = calibrate(outputs, largest / FACTOR_MAX);
        (codes, None, codes)
    };
    let slope = match layer.activation {
        Activation::Relu => 0.0,
        Activation::LeakyRelu(slope) => f64::from(slope),
        Activation::Linear | Activation::Tanh | Activation::Sigmoid => 1.0,
    };

    let mut numbers = Numbers {
        spec: layer.spec(Element::I8, target.zero_point as u8),
        weights: Vec::with_capacity(layer.weights.len()),
        bias: Vec::with_capacity(4 * layer.bias.len()),
        multipliers: Vec::new(),
        negative_multipliers: Vec::new(),
        shifts: Vec::new(),
        table,
    };
    let mut sums = Vec::with_capacity(rows.len());
    for (row, &scale) in rows.iter().zip(&scales) {
        let weights: Vec<i8> = row.iter().map(|&weight| (f64::from(weight) / scale).round().clamp(-127.0, 127.0) as i8).collect();
        sums.push(weights.iter().map(|&weight| i64::from(weight)).sum::<i64>());
        numbers.weights.extend(weights);
        let factor = input.scale * scale / target.scale;
        let rescale = Rescale::from_factor(factor)
            .with_context(|| format!("output {}: its weights are too large for the activation", sums.len() - 1))?;
        let negative = Rescale::with_shift(factor * slope, rescale.shift).context("the slope is over 1")?;
        numbers.multipliers.extend(rescale.multiplier.to_le_bytes());
        numbers.negative_multipliers.extend(negative.multiplier.to_le_bytes());
        numbers.shifts.push(rescale.shift);
    }
    for (index, &bias) in layer.bias.iter().enumerate() {
        let row = index % layer.outputs;
        let scaled = (f64::from(bias) / (input.scale * scales[row])).round();
        let bias = scaled as i64 - i64::from(input.zero_point) * sums[row];
        let Ok(bias) = i32::try_from(bias) else { bail!("the bias of output {row} is {bias} and leaves 32 bits") };
        numbers.bias.extend(bias.to_le_bytes());
    }
    Ok((numbers, codes))
}

/// The largest bias of an output in any class.
fn largest_bias(layer: &FloatLayer, row: usize) -> f32 {
    layer.bias.iter().skip(row).step_by(layer.outputs).fold(0.0, |largest, bias| bias.abs().max(largest))
}

/// `max |w| / 127`, so that the largest weight is exactly 127; larger where the bias needs it to stay within 30 bits, which
/// happens in rows of (nearly) zeros.
fn weight_scale(weights: &[f32], bias: f32, input: Codes) -> f64 {
    let weight = weights.iter().fold(0.0f32, |largest, weight| weight.abs().max(largest));
    let for_bias = f64::from(bias) / (input.scale * f64::from(1 << 30));
    (f64::from(weight) / 127.0).max(for_bias).max(f64::MIN_POSITIVE.sqrt())
}

/// Codes for all but the outermost of `outputs`, and for 0, with a scale of at least `smallest`.
fn calibrate(mut outputs: Vec<f32>, smallest: f64) -> Codes {
    let rank = (CLIPPED * outputs.len() as f64) as usize;
    let top = outputs.len() - 1 - rank;
    let low = f64::from(*outputs.select_nth_unstable_by(rank, f32::total_cmp).1).min(0.0);
    let high = f64::from(*outputs.select_nth_unstable_by(top, f32::total_cmp).1).max(0.0);
    let scale = ((high - low) / f64::from(CODE_MAX)).max(smallest);
    let zero_point = (-low / scale).round().clamp(0.0, f64::from(CODE_MAX)) as i32;
    Codes { scale, zero_point }
}
