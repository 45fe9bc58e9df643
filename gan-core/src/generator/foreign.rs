//! Runs integer layers that are not packed for this build's kernel: those in rows, as a model's
//! file has them, and those that are packed for another core. The outputs are the same.

use super::requantize::Requantize;
use crate::header::{LayerSpec, Packing};
use crate::kernel::{foreign, rows};
use crate::payload::blocks::{self, Each};
use crate::payload::{Layer, Packed};

/// Computes the outputs of a layer from `first_row` on, as many as `outputs` has room for. `codes`
/// are the inputs of the layer in their own order; what follows them is not read. `class` is the
/// row of biases.
// This is not inlined, so that it costs layers of the build's own packing nothing.
#[inline(never)]
pub(super) fn rows(
    spec: &LayerSpec,
    layer: &Layer<'_>,
    class: usize,
    codes: &[u8],
    first_row: usize,
    outputs: &mut [u8],
) {
    let Some(requantize) = Requantize::of(spec, layer) else {
        debug_assert!(false, "float layers run in `float`");
        return;
    };
    let (inputs, count) = (usize::from(spec.inputs), usize::from(spec.outputs));
    let codes = codes.get(..inputs).unwrap_or(codes);
    match *layer {
        Layer::I8 { weights, bias, .. } => {
            let weights = weights.get(first_row * inputs..).unwrap_or_default();
            let bias = bias.as_chunks().0.get(class * count + first_row..).unwrap_or_default();
            let rows = weights.chunks_exact(inputs.max(1)).zip(bias).zip(first_row..);
            for (output, ((weights, &bias), row)) in outputs.iter_mut().zip(rows) {
                let acc = rows::dot(weights, codes, i32::from_le_bytes(bias));
                *output = requantize.output(row, acc);
            }
        }
        Layer::Packed(packed) => {
            grouped(spec, &packed, &requantize, class, codes, first_row, outputs);
        }
        Layer::I4(_) | Layer::F32 { .. } => {
            debug_assert!(false, "layers of half bytes run in `nibbles`, float layers in `float`");
        }
    }
}

/// Computes the outputs of a packed layer, group by group: the sums of all rows of a group are made
/// together, and those of rows that are not wanted are dropped.
fn grouped(
    spec: &LayerSpec,
    packed: &Packed<'_>,
    requantize: &Requantize<'_>,
    class: usize,
    codes: &[u8],
    first_row: usize,
    outputs: &mut [u8],
) {
    let size = packed.packing.group();
    let len = size * spec.padded_inputs();
    let padded_rows = usize::from(spec.outputs).next_multiple_of(size);
    let bias = packed.bias.as_chunks().0.get(class * padded_rows..).unwrap_or_default();
    let total = codes.iter().map(|&code| i32::from(code)).sum();
    let (mut row, mut outputs) = (first_row, outputs);
    while !outputs.is_empty() {
        let (group, inside) = (row / size, row % size);
        let bytes = packed.weights.get(group * len..).and_then(|bytes| bytes.get(..len));
        let bytes = bytes.unwrap_or_default();
        let mut sums = [0; blocks::ROWS];
        let biases = bias.get(group * size..).unwrap_or_default().iter().take(size);
        sums.iter_mut().zip(biases).for_each(|(sum, &bias)| *sum = i32::from_le_bytes(bias));
        let [a, b, c, d, ..] = &mut sums;
        match packed.packing {
            Packing::ByteLane => {
                [*a, *b, *c, *d] = foreign::lanes(bytes, codes, total, [*a, *b, *c, *d]);
            }
            Packing::PairedHalfword => {
                [*a, *b, *c, *d] = foreign::pairs(bytes, codes, [*a, *b, *c, *d]);
            }
            packing => blocks::group(packing, bytes, &mut Dot { codes, sums: &mut sums }),
        }
        let taken = (size - inside).min(outputs.len());
        let (now, after) = outputs.split_at_mut_checked(taken).unwrap_or_default();
        for ((output, &sum), row) in now.iter_mut().zip(sums.iter().skip(inside)).zip(row..) {
            *output = requantize.output(row, sum);
        }
        (row, outputs) = (row + taken, after);
    }
}

/// Adds up weights times codes of a group of rows, in the packings of cores with vectors.
struct Dot<'c, 's> {
    /// The codes of the columns that are still to come.
    codes: &'c [u8],
    /// The sums of the rows of the group.
    sums: &'s mut [i32; blocks::ROWS],
}

impl Each for Dot<'_, '_> {
    type Columns = [i32; 4];

    #[inline(always)]
    fn columns(&mut self) -> [i32; 4] {
        if let Some((&[a, b, c, d], rest)) = self.codes.split_first_chunk() {
            self.codes = rest;
            return [a.into(), b.into(), c.into(), d.into()];
        }
        // Columns of padding have weights of 0, and no codes.
        let at = |column: usize| self.codes.get(column).copied().unwrap_or_default().into();
        let last = [at(0), at(1), at(2), 0];
        self.codes = &[];
        last
    }

    #[inline(always)]
    fn four(&mut self, row: usize, [e, f, g, h]: [i32; 4], weights: [i8; 4]) {
        let [a, b, c, d] = weights.map(i32::from);
        if let Some(sum) = self.sums.get_mut(row) {
            *sum = (a * e + b * f + c * g + d * h).wrapping_add(*sum);
        }
    }
}
