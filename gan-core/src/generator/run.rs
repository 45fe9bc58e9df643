//! One layer: rows of sums, requantized or activated, into a target.

use super::{Layer, Output};
use crate::activation::{apply, pixel_f32};
use crate::blob::{Activation, Element, LayerSpec};
use crate::kernel::{active, scalar};
use crate::quant::Rescale;
use crate::{CODE_MAX, latent};

/// What a layer reads: codes, or f32 as little-endian bytes. May be longer than the layer's inputs.
#[derive(Clone, Copy)]
pub(super) enum Input<'s> {
    Codes(&'s [u8]),
    Reals(&'s [u8]),
}

impl<'s> Input<'s> {
    /// The outputs of a layer of the same element type as `spec`'s.
    pub fn of(spec: &LayerSpec, bytes: &'s [u8]) -> Self {
        match spec.element {
            Element::I8 => Self::Codes(bytes),
            Element::F32 => Self::Reals(bytes),
        }
    }
}

/// Where a layer writes: one byte a row for codes and pixels, four for reals that another layer reads.
pub(super) struct Hidden<'s>(pub &'s mut [u8]);
pub(super) struct Image<'s>(pub &'s mut [u8]);

pub(super) trait Target {
    fn bytes(&mut self) -> &mut [u8];
    fn reals(self, activation: Activation, values: impl Iterator<Item = f32>);
}

impl Target for Hidden<'_> {
    fn bytes(&mut self) -> &mut [u8] {
        self.0
    }

    fn reals(self, _: Activation, values: impl Iterator<Item = f32>) {
        self.0.as_chunks_mut::<4>().0.iter_mut().zip(values).for_each(|(bytes, value)| *bytes = value.to_le_bytes());
    }
}

impl Target for Image<'_> {
    fn bytes(&mut self) -> &mut [u8] {
        self.0
    }

    fn reals(self, activation: Activation, values: impl Iterator<Item = f32>) {
        self.0.iter_mut().zip(values).for_each(|(pixel, value)| *pixel = pixel_f32(activation, value));
    }
}

/// Computes the rows of `layer` from `first_row` on, as many as the target has room for.
pub(super) fn run(
    spec: &LayerSpec,
    layer: &Layer<'_>,
    class: usize,
    input: Input<'_>,
    first_row: usize,
    mut target: impl Target,
) {
    let inputs = usize::from(spec.inputs).max(1);
    let first_bias = class * usize::from(spec.outputs) + first_row;
    match (*layer, input) {
        (Layer::I8 { weights, bias, multipliers, shifts, output }, Input::Codes(input)) => {
            let input = input.get(..inputs).unwrap_or(input);
            let rows = tail(weights, first_row * inputs).chunks_exact(inputs).zip(tail(bias.as_chunks().0, first_bias));
            let accumulators = rows.map(|(weights, &bias)| active::dot(weights, input, i32::from_le_bytes(bias)));
            // The target first: when it is full, no further sum is begun.
            let rows = target.bytes().iter_mut().zip(u16s(multipliers, first_row).zip(tail(shifts, first_row)));
            let zero_point = i32::from(spec.zero_point);
            match output {
                Output::Code { negative_multipliers } => {
                    let rows = rows.zip(u16s(negative_multipliers, first_row)).zip(accumulators);
                    for (((code, (multiplier, &shift)), negative), acc) in rows {
                        let multiplier = if acc < 0 { negative } else { multiplier };
                        let value = zero_point + Rescale { multiplier, shift }.apply(acc);
                        *code = value.clamp(0, CODE_MAX.into()) as u8;
                    }
                }
                Output::Table(table) => {
                    for ((pixel, (multiplier, &shift)), acc) in rows.zip(accumulators) {
                        let index = zero_point + Rescale { multiplier, shift }.apply(acc);
                        *pixel = table[usize::from(index.clamp(0, 255) as u8)];
                    }
                }
            }
        }
        (Layer::F32 { weights, bias }, input) => {
            let rows = tail(weights, first_row * 4 * inputs).chunks_exact(4 * inputs).zip(tail(bias.as_chunks().0, first_bias));
            target.reals(
                spec.activation,
                rows.map(|(weights, &bias)| {
                    let bias = f32::from_le_bytes(bias);
                    let sum = match input {
                        Input::Codes(codes) => scalar::dot_f32(weights, codes.iter().map(|&code| latent::real(code)), bias),
                        Input::Reals(bytes) => {
                            let (reals, _) = bytes.as_chunks::<4>();
                            scalar::dot_f32(weights, reals.iter().map(|&real| f32::from_le_bytes(real)), bias)
                        }
                    };
                    apply(spec.activation, sum)
                }),
            );
        }
        // decode accepts no layer list that mixes element types.
        (Layer::I8 { .. }, Input::Reals(_)) => {}
    }
}

/// The `u16` in `bytes` from `first` on.
fn u16s(bytes: &[u8], first: usize) -> impl Iterator<Item = u16> {
    tail(bytes.as_chunks().0, first).iter().map(|&bytes| u16::from_le_bytes(bytes))
}

/// The items from `first` on; decode proves that there are any.
fn tail<T>(items: &[T], first: usize) -> &[T] {
    items.get(first..).unwrap_or_default()
}
