//! Layers of half bytes: how their inputs are staged, and which rows are added up together.

use super::integer::requantize;
use super::layer::{Layer, Nibbles};
use crate::blob::{LayerSpec, Packing};
use crate::kernel::{self, HalfBytes, half};

/// Whether the kernel of this build takes half bytes in this order; any other is added up one weight after the other.
fn runs(packing: Packing) -> bool {
    packing == half::PACKING
}

/// Puts a layer's inputs into [`LayerSpec::staged_len`] words: for each group its codes, padded with zeros and in the order that the kernel
/// wants, and 8 times their sum.
pub(super) fn stage(spec: &LayerSpec, group: usize, codes: &[u8], staged: &mut [u32]) {
    let split = half::EVEN_THEN_ODD && runs(spec.packing);
    for (target, codes) in staged.chunks_exact_mut(group / 4 + 1).zip(codes.chunks(group.max(1))) {
        let Some((correction, words)) = target.split_last_mut() else { return };
        *correction = 8 * codes.iter().map(|&code| u32::from(code)).sum::<u32>();
        words.fill(0);
        let bytes = kernel::bytes_mut(words);
        if split {
            let (even, odd) = bytes.split_at_mut_checked(group / 2).unwrap_or_default();
            even.iter_mut().zip(codes.iter().step_by(2)).for_each(|(target, &code)| *target = code);
            odd.iter_mut().zip(codes.iter().skip(1).step_by(2)).for_each(|(target, &code)| *target = code);
        } else {
            bytes.iter_mut().zip(codes).for_each(|(target, &code)| *target = code);
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
    let bias = |row: usize| layer.bias(spec.outputs.into(), class, row).unwrap_or_default();
    if !runs(nibbles.packing) {
        for (output, row) in outputs.iter_mut().zip(first_row..) {
            *output = requantize(spec, layer, row, plain(spec, nibbles, staged, row, bias(row)));
        }
        return;
    }
    let (group, groups) = (usize::from(nibbles.group), spec.groups());
    let (mut row, mut outputs) = (first_row - first_row % half::ROWS, outputs.iter_mut());
    let mut inside = first_row - row;
    while outputs.len() > 0 {
        let mut sums = [0; half::ROWS];
        sums.iter_mut().zip(row..).for_each(|(sum, row)| *sum = bias(row));
        let block = HalfBytes {
            weights: nibbles.weights.get(row * groups * group / 2..).unwrap_or_default(),
            scales: nibbles.scales.get(row * groups..).unwrap_or_default(),
            staged,
            group,
            groups,
        };
        half::add(&block, &mut sums);
        let wanted = sums.iter().zip(row..).skip(inside);
        // The sum first: without one, no output is taken.
        wanted.zip(&mut outputs).for_each(|((&acc, row), output)| *output = requantize(spec, layer, row, acc));
        (row, inside) = (row + half::ROWS, 0);
    }
}

/// Adds up a row one weight after the other, whatever the packing.
fn plain(spec: &LayerSpec, nibbles: &Nibbles<'_>, staged: &[u32], row: usize, bias: i32) -> i32 {
    let (padded, group) = (spec.padded_inputs(), usize::from(nibbles.group));
    staged.chunks_exact(group / 4 + 1).take(spec.groups()).enumerate().fold(bias, |acc, (index, staged)| {
        let weight = |column| i32::from(nibbles.packing.nibble(nibbles.weights, padded, row, column));
        let codes = kernel::bytes(staged).iter().take(group);
        let sum: i32 = codes.zip(index * group..).map(|(&code, column)| weight(column) * i32::from(code)).sum();
        acc.wrapping_add(i32::from(nibbles.scale(spec.groups(), row, index)).wrapping_mul(sum))
    })
}
