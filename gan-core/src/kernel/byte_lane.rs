//! Cores with a 32-bit multiply and no SIMD: two multiply-accumulates in one multiply.
//!
//! With two inputs in `x = x0 + 2^16 x1` and the weights of a row, plus 128, in `w = w1 + 2^16 w0`,
//!
//! ```text
//! x w = x0 w1 + 2^16 (x0 w0 + x1 w1) + 2^32 x1 w0
//! ```
//!
//! so `(x w mod 2^32) >> 16` is `x0 w0 + x1 w1` plus what `x0 w1` carries, which is nothing: `127 * 255 < 2^16`, and so is the sum,
//! `2 * 127 * 255 = 64770`. Always exact. The 128 comes off with `-128 (x0 + x1 + ..)`, which is the same for all rows.
//!
//! The multiply-accumulates are assembly, one function for each instruction set; the rest is here.

#![allow(unsafe_code)]

use super::{Groups, pairs};
use crate::CODE_MAX;
use crate::blob::Packing;

pub const PACKING: Packing = Packing::ByteLane;
pub const GROUP: usize = PACKING.group();

pub fn stage(codes: &[u8], staged: &mut [u32]) {
    let staged = staged.get_mut(..PACKING.staged_len(codes.len())).unwrap_or_default();
    if let Some((correction, words)) = staged.split_last_mut() {
        *correction = pairs::stage(codes, words) << 7;
    }
}

/// A section as words.
fn words(section: &[u8]) -> &[u32] {
    // SAFETY: every bit pattern is a valid u32.
    let (before, words, _) = unsafe { section.align_to() };
    // Sections begin on multiples of 16, which decode proves, and groups keep them on words.
    if before.is_empty() { words } else { &[] }
}

/// Computes groups of four rows, `TOGETHER` of them at a time.
///
/// `sums(x, weights, sums)` adds products of inputs and weights to biases; where fewer groups are left, there are fewer weights, and only their
/// sums count.
#[inline(always)]
pub fn run<const TOGETHER: usize>(
    groups: &Groups<'_>,
    staged: &[u32],
    outputs: &mut [u8],
    sums: impl Fn(&[u32], &[u32], &mut [[u32; GROUP]; TOGETHER]),
    rescale: impl Fn(i32, u32, usize) -> i32,
) {
    let Some((x, &[correction, ..])) = staged.split_at_checked(groups.columns / 2) else { return };
    let weights = words(groups.weights).chunks((TOGETHER * groups.columns).max(1));
    let biases = words(groups.bias).as_chunks::<GROUP>().0.chunks(TOGETHER);
    let factors = words(groups.factors).as_chunks::<GROUP>().0.chunks(TOGETHER);
    let negative_factors = words(groups.negative_factors.unwrap_or(groups.factors)).as_chunks::<GROUP>().0.chunks(TOGETHER);
    let zero_point = i32::from(groups.zero_point);
    let numbers = weights.zip(biases).zip(factors.zip(negative_factors));
    let mut first_row = 0;
    for (outputs, ((weights, biases), (factors, negative))) in
        outputs.as_chunks_mut::<GROUP>().0.chunks_mut(TOGETHER).zip(numbers)
    {
        let mut acc = [[0; GROUP]; TOGETHER];
        acc.iter_mut().zip(biases).for_each(|(acc, bias)| *acc = bias.map(|bias| bias.wrapping_sub(correction)));
        sums(x, weights, &mut acc);
        for (outputs, (acc, (factors, negative))) in outputs.iter_mut().zip(acc.iter().zip(factors.iter().zip(negative))) {
            for row in 0..GROUP {
                let acc = acc[row].cast_signed();
                let factor = if acc < 0 { negative[row] } else { factors[row] };
                let value = zero_point + rescale(acc, factor, first_row + row);
                outputs[row] = match groups.table {
                    Some(table) => table[usize::from(value.clamp(0, 255) as u8)],
                    None => value.clamp(0, CODE_MAX.into()) as u8,
                };
            }
            first_row += GROUP;
        }
    }
}

/// `floor(acc * factor / 2^32 + 1/2)`
#[cfg(not(gan_core_kernel = "armv6m"))]
#[inline(always)]
pub fn rescale(acc: i32, factor: u32, _: usize) -> i32 {
    // A factor is less than 2^30, so the product has 61 bits.
    ((i64::from(acc) * i64::from(factor) + (1 << 31)) >> 32) as i32
}
