//! Layers of half bytes: how their inputs are staged, and which rows are added up together. The same on every machine.

use super::integer::requantize;
use super::layer::{Layer, Nibbles};
use crate::blob::{LayerSpec, Packing};
use crate::kernel::{self, nibbles, quad};

/// Puts a layer's inputs into [`LayerSpec::staged_len`] words: for each group 8 times the sum of its codes, then the codes, padded with
/// zeros. For weights in rows, a group's even columns come before its odd ones.
pub(super) fn stage(spec: &LayerSpec, group: usize, codes: &[u8], staged: &mut [u32]) {
    let Some((corrections, rest)) = staged.split_at_mut_checked(spec.groups()) else { return };
    let rest = kernel::bytes_mut(rest).get_mut(..spec.padded_inputs()).unwrap_or_default();
    rest.fill(0);
    let half = if spec.packing == Packing::Rows { group / 2 } else { group };
    let groups = corrections.iter_mut().zip(rest.chunks_exact_mut(group.max(1)));
    for ((correction, target), codes) in groups.zip(codes.chunks(group.max(1))) {
        *correction = 8 * codes.iter().map(|&code| u32::from(code)).sum::<u32>();
        if half == group {
            target.iter_mut().zip(codes).for_each(|(target, &code)| *target = code);
        } else {
            let (even, odd) = target.split_at_mut_checked(half).unwrap_or_default();
            even.iter_mut().zip(codes.iter().step_by(2)).for_each(|(target, &code)| *target = code);
            odd.iter_mut().zip(codes.iter().skip(1).step_by(2)).for_each(|(target, &code)| *target = code);
        }
    }
}

/// Computes the outputs of a layer from `first_row` on, as many as `outputs` has room for.
// Not inlined, so that layers of bytes pay nothing for it.
#[inline(never)]
pub(super) fn rows(
    spec: &LayerSpec,
    layer: &Layer<'_>,
    nibbles: &Nibbles<'_>,
    class: usize,
    staged: &[u32],
    first_row: usize,
    outputs: &mut [u8],
) {
    let rows = Rows { spec, layer, nibbles, class, padded: spec.padded_inputs(), groups: spec.groups(), staged };
    match (nibbles.packing, nibbles.group) {
        (Packing::Rows, 16) => rows.single::<8>(first_row, outputs),
        (Packing::Rows, _) => rows.single::<16>(first_row, outputs),
        (_, 16) => rows.pairs::<4>(first_row, outputs),
        _ => rows.pairs::<8>(first_row, outputs),
    }
}

struct Rows<'r, 'a> {
    spec: &'r LayerSpec,
    layer: &'r Layer<'a>,
    nibbles: &'r Nibbles<'a>,
    class: usize,
    padded: usize,
    groups: usize,
    staged: &'r [u32],
}

impl Rows<'_, '_> {
    fn bias(&self, row: usize) -> i32 {
        self.layer.bias(self.spec.outputs.into(), self.class, row).unwrap_or_default()
    }

    fn scales(&self, row: usize) -> &[u8] {
        self.nibbles.scales.get(row * self.groups..).and_then(|scales| scales.get(..self.groups)).unwrap_or_default()
    }

    /// What to take off the groups' sums, and the codes.
    fn inputs(&self) -> (&[u32], &[u8]) {
        let (corrections, codes) = self.staged.split_at_checked(self.groups).unwrap_or_default();
        (corrections, kernel::bytes(codes))
    }

    fn single<const HALF: usize>(&self, first_row: usize, outputs: &mut [u8]) {
        let (corrections, codes) = self.inputs();
        let bytes = self.padded / 2;
        for (output, row) in outputs.iter_mut().zip(first_row..) {
            let weights = self.nibbles.weights.get(row * bytes..).unwrap_or_default();
            let acc = nibbles::row::<HALF>(weights, self.scales(row), codes, corrections, self.bias(row));
            *output = requantize(self.spec, self.layer, row, acc);
        }
    }

    fn pairs<const WORDS: usize>(&self, first_row: usize, mut outputs: &mut [u8]) {
        let (corrections, codes) = self.inputs();
        let weights = kernel::words(self.nibbles.weights);
        let (pair, mut first_row) = (self.padded / 4, first_row);
        // Four rows at once, unless they are to begin in the middle of a pair.
        while first_row & 1 == 0 && outputs.len() >= 4 {
            let Some(weights) = weights.get(first_row / 2 * pair..) else { return };
            let rows = [first_row, first_row + 1, first_row + 2, first_row + 3];
            let pairs = [weights, weights.get(pair..).unwrap_or_default()];
            let sums = rows.map(|row| self.bias(row));
            let sums = quad::quad::<WORDS>(pairs, rows.map(|row| self.scales(row)), codes, corrections, sums);
            for ((output, acc), row) in outputs.iter_mut().zip(sums).zip(rows) {
                *output = requantize(self.spec, self.layer, row, acc);
            }
            outputs = outputs.get_mut(4..).unwrap_or_default();
            first_row += 4;
        }
        // A pair of which only one row is wanted is computed whole.
        let (mut row, mut inside) = (first_row & !1, first_row & 1);
        while !outputs.is_empty() {
            let weights = weights.get(row / 2 * pair..).unwrap_or_default();
            // A row of padding has no scales, so it takes the other's.
            let scales = [row, row + 1].map(|row| self.scales(row));
            let scales = if scales[1].is_empty() { [scales[0]; 2] } else { scales };
            let sums = nibbles::pair::<WORDS>(weights, scales, codes, corrections, [self.bias(row), self.bias(row + 1)]);
            let wanted = sums.iter().zip(row..).skip(inside);
            outputs
                .iter_mut()
                .zip(wanted)
                .for_each(|(output, (&acc, row))| *output = requantize(self.spec, self.layer, row, acc));
            let taken = (2 - inside).min(outputs.len());
            outputs = outputs.get_mut(taken..).unwrap_or_default();
            (row, inside) = (row + 2, 0);
        }
    }
}
