//! Groups of byte lanes on cores with a 64-bit multiply: assembly adds up, compiled code requantizes.

#![allow(unsafe_code)]

use super::Groups;
use super::byte_lane::{GROUP, all_there};
use crate::CODE_MAX;

/// The assembly: adds products of inputs and weights to the sums.
pub trait Sums<const TOGETHER: usize> {
    /// # Safety
    ///
    /// From `x` on are `words` words of inputs, a positive multiple of four, and from `weights` on, and `stride` bytes behind, the weights of a
    /// group of rows for so many.
    unsafe fn add(x: *const u32, words: usize, weights: *const u8, stride: usize, sums: &mut [[u32; GROUP]; TOGETHER]);
}

/// `floor(acc * factor / 2^32 + 1/2)`
#[inline(always)]
fn rescale(acc: i32, factor: u32) -> i32 {
    // A factor is less than 2^30, so the product has 61 bits; its bit 31 is the half that is rounded.
    let product = i64::from(acc) * i64::from(factor);
    ((product >> 32) as i32).wrapping_add(((product as u32) >> 31).cast_signed())
}

/// Computes groups of four rows, `TOGETHER` of them at a time.
#[inline(always)]
pub fn run<S: Sums<TOGETHER>, const TOGETHER: usize>(groups: &Groups<'_>, staged: &[u32], outputs: &mut [u8]) {
    let count = outputs.len() / GROUP;
    if staged.len() <= groups.columns / 2 || !all_there(groups, count) {
        return;
    }
    // SAFETY: the lengths were compared above.
    unsafe {
        match (groups.table, groups.negative_factors) {
            (Some(table), _) => loops::<S, TOGETHER>(
                groups,
                staged,
                outputs,
                count,
                |_| groups.factors,
                |index| table[usize::from(index.clamp(0, 255) as u8)],
            ),
            (None, None) => loops::<S, TOGETHER>(groups, staged, outputs, count, |_| groups.factors, code),
            (None, Some(negative)) => {
                let factors = |acc: i32| if acc < 0 { negative } else { groups.factors };
                loops::<S, TOGETHER>(groups, staged, outputs, count, factors, code);
            }
        }
    }
}

/// A hidden layer's output.
#[inline(always)]
fn code(value: i32) -> u8 {
    value.clamp(0, CODE_MAX.into()) as u8
}

/// # Safety
///
/// The sections have the numbers of `count` groups, `outputs` has room for them, and `staged` has a word for two columns each and one more.
#[inline(always)]
unsafe fn loops<'g, S: Sums<TOGETHER>, const TOGETHER: usize>(
    groups: &Groups<'g>,
    staged: &[u32],
    outputs: &mut [u8],
    count: usize,
    factors: impl Fn(i32) -> &'g [u8],
    output: impl Fn(i32) -> u8,
) {
    let words = groups.columns / 2;
    let group_bytes = GROUP * groups.columns;
    let zero_point = i32::from(groups.zero_point);
    let mut group = 0;
    while group < count {
        // Where only one group is left, it is computed twice.
        let now = TOGETHER.min(count - group);
        let mut sums = [[0; GROUP]; TOGETHER];
        // SAFETY: the groups from `group` on, `now` of them, are among the `count` that the caller promises. Sections begin on multiples of 16, which
        // decode proves, and groups of four keep words where words have to be.
        unsafe {
            let correction = *staged.get_unchecked(words);
            let first = group * GROUP;
            for (index, sums) in sums.iter_mut().enumerate() {
                let bias = groups.bias.as_ptr().cast::<u32>().add(first + if index < now { index * GROUP } else { 0 });
                for (row, sum) in sums.iter_mut().enumerate() {
                    *sum = (*bias.add(row)).wrapping_sub(correction);
                }
            }
            let stride = if now == TOGETHER { group_bytes } else { 0 };
            S::add(staged.as_ptr(), words, groups.weights.as_ptr().add(group * group_bytes), stride, &mut sums);
            for (index, sums) in sums.iter().enumerate().take(now) {
                for (row, &sum) in sums.iter().enumerate() {
                    let (acc, at) = (sum.cast_signed(), first + index * GROUP + row);
                    let factor = *factors(acc).as_ptr().cast::<u32>().add(at);
                    let value = zero_point + rescale(acc, factor);
                    *outputs.get_unchecked_mut(at) = output(value);
                }
            }
        }
        group += TOGETHER;
    }
}
