//! Runs float layers. Sums are in f32, added from the first input to the last.

use super::{FURTHER_CLASS, Generator, Input, Last};
use crate::activation::{apply, pixel_f32};
use crate::error::GenerateError;
use crate::header::LayerSpec;
use crate::kernel::rows::dot_f32;
use crate::latent;
use crate::payload::Layer;

impl<'a> Generator<'a> {
    /// Runs the hidden layers of a float model, which write to the two parts of the scratch in
    /// turn. Returns the last layer and its input.
    pub(super) fn float_hidden<'s>(
        &'s self,
        latent: &'s [u8],
        mut class: usize,
        [first, second]: [&'s mut [u32]; 2],
    ) -> Result<Last<'s, 'a>, GenerateError> {
        let too_short = GenerateError::ScratchLen { expected: self.scratch_len() };
        let mut layers = self.layers();
        // decode accepts no empty list.
        let (spec, specs) = self.header.layers.split_last().ok_or(too_short)?;
        let (mut to, mut from) = (first, second);
        for (index, (spec, layer)) in specs.iter().zip(&mut layers).enumerate() {
            let input = if index == 0 { Input::Codes(latent) } else { Input::Reals(from) };
            let outputs = to.get_mut(..spec.outputs.into()).ok_or(too_short)?;
            hidden(spec, &layer, class, input, 0, outputs);
            class = FURTHER_CLASS;
            (from, to) = (to, from);
        }
        let input = if specs.is_empty() { Input::Codes(latent) } else { Input::Reals(from) };
        Ok(Last { spec, layer: layers.next().ok_or(too_short)?, class, input })
    }
}

/// Computes the outputs of a hidden layer from `first_row` on, as many as `outputs` has room for,
/// and stores them as bits.
pub(super) fn hidden(
    spec: &LayerSpec,
    layer: &Layer<'_>,
    class: usize,
    input: Input<'_>,
    first_row: usize,
    outputs: &mut [u32],
) {
    outputs
        .iter_mut()
        .zip(rows(spec, layer, class, input, first_row))
        .for_each(|(output, y)| *output = y.to_bits());
}

/// Computes the pixels of the last layer from `first_row` on.
pub(super) fn pixels(
    spec: &LayerSpec,
    layer: &Layer<'_>,
    class: usize,
    input: Input<'_>,
    first_row: usize,
    pixels: &mut [u8],
) {
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
    let (weights, bias): (&[u8], &[u8]) = if let Layer::F32 { weights, bias } = *layer {
        (weights, bias)
    } else {
        debug_assert!(false, "integer layers run in `integer`");
        (&[], &[])
    };
    let bytes = 4 * usize::from(spec.inputs).max(1);
    let weights = weights.chunks_exact(bytes).skip(first_row);
    let bias = bias.as_chunks().0.iter().skip(class * usize::from(spec.outputs) + first_row);
    weights.zip(bias).map(move |(weights, &bias)| {
        let bias = f32::from_le_bytes(bias);
        let sum = match input {
            Input::Codes(codes) => {
                dot_f32(weights, codes.iter().map(|&code| latent::real(code)), bias)
            }
            Input::Reals(reals) => {
                dot_f32(weights, reals.iter().map(|&real| f32::from_bits(real)), bias)
            }
            Input::Staged(_) => {
                debug_assert!(false, "only integer layers have staged inputs");
                bias
            }
        };
        apply(spec.activation, sum)
    })
}
