//! Float layers: sums in f32, first to last, and the activation.

use super::{Input, Layer};
use crate::activation::{apply, pixel_f32};
use crate::blob::LayerSpec;
use crate::kernel::scalar::dot_f32;
use crate::latent;

/// Computes the outputs of a hidden layer, as bits.
pub(super) fn hidden(spec: &LayerSpec, layer: &Layer<'_>, class: usize, input: Input<'_>, outputs: &mut [u32]) {
    outputs.iter_mut().zip(rows(spec, layer, class, input, 0)).for_each(|(output, y)| *output = y.to_bits());
}

/// Computes the pixels of the last layer from `first_row` on.
pub(super) fn pixels(spec: &LayerSpec, layer: &Layer<'_>, class: usize, input: Input<'_>, first_row: usize, pixels: &mut [u8]) {
    let rows = rows(spec, layer, class, input, first_row);
    pixels.iter_mut().zip(rows).for_each(|(pixel, y)| *pixel = pixel_f32(spec.activation, y));
}

/// The outputs of the rows from `first_row` on.
fn rows<'s>(
    spec: &'s LayerSpec,
    layer: &Layer<'s>,
    class: usize,
    input: Input<'s>,
    first_row: usize,
) -> impl Iterator<Item = f32> + use<'s> {
    // Only float layers come here.
    let (weights, bias): (&[u8], &[u8]) = if let Layer::F32 { weights, bias } = *layer { (weights, bias) } else { (&[], &[]) };
    let bytes = 4 * usize::from(spec.inputs).max(1);
    let weights = weights.chunks_exact(bytes).skip(first_row);
    let bias = bias.as_chunks().0.iter().skip(class * usize::from(spec.outputs) + first_row);
    weights.zip(bias).map(move |(weights, &bias)| {
        let bias = f32::from_le_bytes(bias);
        let sum = match input {
            Input::Codes(codes) => dot_f32(weights, codes.iter().map(|&code| latent::real(code)), bias),
            Input::Reals(reals) => dot_f32(weights, reals.iter().map(|&real| f32::from_bits(real)), bias),
            Input::Staged(_) => bias,
        };
        apply(spec.activation, sum)
    })
}
