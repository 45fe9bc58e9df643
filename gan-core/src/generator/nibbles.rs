//! Runs layers of half bytes: stages their inputs, and adds up rows in the groups that the kernel
//! of this build takes.

use super::requantize::Requantize;
use crate::CODE_MAX;
use crate::header::{LayerSpec, Packing};
use crate::kernel::{self, ActiveHalf, HalfByteKernel, HalfByteRows};
use crate::payload::{self, Layer, Nibbles, Output};
use crate::quant::Rescale;

/// Whether the kernel of this build takes half bytes in this packing. [`foreign`] runs layers in
/// the other one.
fn kernel_takes(packing: Packing) -> bool {
    packing == ActiveHalf::PACKING
}

/// Puts a layer's inputs into [`LayerSpec::staged_len`] words. Each group of columns gets its
/// codes, filled up with zeros and in the order that the kernel reads, and then a word with 8 times
/// their sum: that is what half bytes, which are weights plus 8, add too much.
pub(super) fn stage(spec: &LayerSpec, group: usize, codes: &[u8], staged: &mut [u32]) {
    let split = ActiveHalf::EVEN_THEN_ODD && kernel_takes(spec.packing);
    let targets = staged.chunks_exact_mut(group / 4 + 1);
    for (target, codes) in targets.zip(codes.chunks(group.max(1))) {
        let Some((correction, words)) = target.split_last_mut() else {
            debug_assert!(false, "each group has a word more than its codes");
            return;
        };
        words.fill(0);
        let bytes = kernel::bytes_mut(words);
        let mut sum = 0u32;
        if split {
            let (even, odd) = bytes.split_at_mut_checked(group / 2).unwrap_or_default();
            let (pairs, rest) = codes.as_chunks();
            for ((even, odd), &[first, second]) in even.iter_mut().zip(odd).zip(pairs) {
                (*even, *odd) = (first, second);
                sum = sum.wrapping_add(u32::from(first) + u32::from(second));
            }
            if let (Some(even), &[last]) = (even.get_mut(pairs.len()), rest) {
                *even = last;
                sum = sum.wrapping_add(last.into());
            }
        } else {
            for (target, &code) in bytes.iter_mut().zip(codes) {
                *target = code;
                sum = sum.wrapping_add(code.into());
            }
        }
        *correction = sum.wrapping_mul(8);
    }
}

/// Computes the outputs of a layer from `first_row` on, as many as `outputs` has room for. `class`
/// is the row of biases, and `staged` is what [`stage`] wrote.
// This is not inlined, so that it costs layers of bytes nothing.
#[inline(never)]
#[allow(clippy::modulo_one, reason = "the scalar kernel takes one row")]
pub(super) fn rows(
    spec: &LayerSpec,
    layer: &Layer<'_>,
    nibbles: &Nibbles<'_>,
    class: usize,
    staged: &[u32],
    first_row: usize,
    outputs: &mut [u8],
) {
    if !kernel_takes(nibbles.packing) {
        return foreign(spec, layer, nibbles, class, staged, first_row, outputs);
    }
    let (group, groups) = (usize::from(nibbles.group), spec.groups());
    let (mut row, mut outputs) = (first_row - first_row % ActiveHalf::ROWS, outputs);
    let mut inside = first_row - row;
    while !outputs.is_empty() {
        let mut sums = [0; ActiveHalf::ROWS];
        let biases = biases(spec, nibbles, class, row);
        sums.iter_mut().zip(biases).for_each(|(sum, &bias)| *sum = i32::from_le_bytes(bias));
        let block = HalfByteRows {
            weights: nibbles.weights.get(row * groups * group / 2..).unwrap_or_default(),
            scales: nibbles.scales.get(row * groups..).unwrap_or_default(),
            staged,
            group,
            groups,
        };
        ActiveHalf::add(&block, &mut sums);
        let taken = (ActiveHalf::ROWS - inside).min(outputs.len());
        let (now, after) = outputs.split_at_mut_checked(taken).unwrap_or_default();
        finish(spec, nibbles, row + inside, sums.get(inside..).unwrap_or_default(), now);
        (row, inside, outputs) = (row + ActiveHalf::ROWS, 0, after);
    }
}

/// The biases of a class from a row on, an i32 each.
fn biases<'a>(spec: &LayerSpec, nibbles: &Nibbles<'a>, class: usize, row: usize) -> &'a [[u8; 4]] {
    let first = class * usize::from(spec.outputs) + row;
    nibbles.bias.as_chunks().0.get(first..).unwrap_or_default()
}

/// Turns the sums of the rows from `first` on into outputs. [`Requantize`] does the same for one
/// row at a time, in more instructions.
fn finish(spec: &LayerSpec, nibbles: &Nibbles<'_>, first: usize, sums: &[i32], outputs: &mut [u8]) {
    let (negative, table) = match nibbles.output {
        Output::Code { negative_multipliers } => (negative_multipliers, None),
        Output::Table(table) => (nibbles.multipliers, Some(table)),
    };
    let [positive, negative] = [nibbles.multipliers, negative]
        .map(|section| section.as_chunks().0.get(first..).unwrap_or_default());
    let shifts = nibbles.shifts.get(first..).unwrap_or_default();
    let zero_point = i32::from(spec.zero_point);
    for ((output, &acc), ((&positive, &negative), &shift)) in
        outputs.iter_mut().zip(sums).zip(positive.iter().zip(negative).zip(shifts))
    {
        let multiplier = u16::from_le_bytes(if acc < 0 { negative } else { positive });
        let scaled = zero_point.wrapping_add(Rescale { multiplier, shift }.apply(acc));
        *output = match table {
            Some(table) => table[usize::from(scaled.clamp(0, 255) as u8)],
            None => scaled.clamp(0, CODE_MAX.into()) as u8,
        };
    }
}

/// Computes the outputs of rows whose half bytes are in the packing of another kernel.
fn foreign(
    spec: &LayerSpec,
    layer: &Layer<'_>,
    nibbles: &Nibbles<'_>,
    class: usize,
    staged: &[u32],
    first_row: usize,
    outputs: &mut [u8],
) {
    let Some(requantize) = Requantize::of(spec, layer) else {
        debug_assert!(false, "float layers run in `float`");
        return;
    };
    let biases = biases(spec, nibbles, class, first_row);
    for ((output, &bias), row) in outputs.iter_mut().zip(biases).zip(first_row..) {
        let acc = i32::from_le_bytes(bias).wrapping_add(sum(spec, nibbles, staged, row));
        *output = requantize.output(row, acc);
    }
}

/// The sum of a row without its bias.
///
/// A half byte is the weight plus 8, and the last word of a group's staged inputs is 8 times the
/// sum of the group's codes. So the sum of weights times codes is the sum of half bytes times
/// codes, less that word.
fn sum(spec: &LayerSpec, nibbles: &Nibbles<'_>, staged: &[u32], row: usize) -> i32 {
    let half_bytes = payload::blocks::HalfBytes::new(nibbles, spec.padded_inputs(), row);
    let staged = staged.chunks_exact(usize::from(nibbles.group) / 4 + 1);
    let mut scales = nibbles.scales(spec.groups(), row);
    half_bytes.groups().zip(staged).take(spec.groups()).fold(0i32, |acc, (words, staged)| {
        let Some(scale) = scales.next() else { return acc };
        let Some((correction, codes)) = staged.split_last() else { return acc };
        let codes = kernel::bytes(codes);
        let sum = match half_bytes.lane {
            Some(lane) => one_column(words, codes, lane),
            None => eight_columns(words, codes),
        };
        acc.wrapping_add(scale.wrapping_mul(sum.wrapping_sub(*correction).cast_signed()))
    })
}

/// The sum of half bytes times codes, where each word has eight columns of the row.
fn eight_columns(words: &[u32], codes: &[u8]) -> u32 {
    let mut sum = 0u32;
    for (&word, &[a, b, c, d, e, f, g, h]) in words.iter().zip(codes.as_chunks().0) {
        let word = u32::from_le(word);
        sum = sum.wrapping_add((word & 15) * u32::from(a));
        sum = sum.wrapping_add((word >> 4 & 15) * u32::from(b));
        sum = sum.wrapping_add((word >> 8 & 15) * u32::from(c));
        sum = sum.wrapping_add((word >> 12 & 15) * u32::from(d));
        sum = sum.wrapping_add((word >> 16 & 15) * u32::from(e));
        sum = sum.wrapping_add((word >> 20 & 15) * u32::from(f));
        sum = sum.wrapping_add((word >> 24 & 15) * u32::from(g));
        sum = sum.wrapping_add((word >> 28) * u32::from(h));
    }
    sum
}

/// The sum of half bytes times codes, where each word has one column of eight rows. The half byte
/// of the row begins at bit `lane`.
fn one_column(words: &[u32], codes: &[u8], lane: u32) -> u32 {
    let at = |word: u32| (u32::from_le(word) >> (lane & 31)) & 15;
    words
        .iter()
        .zip(codes)
        .fold(0u32, |sum, (&word, &code)| sum.wrapping_add(at(word) * u32::from(code)))
}
