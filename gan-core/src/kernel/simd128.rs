//! The kernel of WebAssembly with vectors of 128 bits, in the packing that hosts use: 16 rows by
//! four columns.
//!
//! A block of 64 bytes has four weights of each row, one row after the other. The file `dot` beside
//! this one multiplies them by the four codes that all rows share: with `i32x4.dot_i16x8`, which
//! every engine with vectors has, or with the dot product of bytes of the relaxed instructions,
//! which takes half as many. Both add the same products, and sums of 32 bits are the same in any
//! order.
//!
//! `i64x2.extmul` multiplies sums by factors to 64 bits, so that
//! `floor(acc * factor / 2^32 + 1/2)` is the upper half of `acc * factor + 2^31`.

#![allow(unsafe_code)]

#[cfg_attr(gan_core_kernel = "simd128", path = "simd128_dot.rs")]
#[cfg_attr(gan_core_kernel = "relaxed-simd", path = "relaxed_simd_dot.rs")]
pub(super) mod dot;

use super::{PackedKernel, RowGroups, bytes_mut};
use crate::CODE_MAX;
use crate::header::Packing;
use core::arch::wasm32::{
    i16x8_narrow_i32x4, i32x4_add, i32x4_shr, i32x4_shuffle, i32x4_splat, i64x2_add,
    i64x2_extmul_high_i32x4, i64x2_extmul_low_i32x4, i64x2_splat, u8x16_min, u8x16_narrow_i16x8,
    u8x16_splat, v128, v128_bitselect, v128_load, v128_store,
};

const PACKING: Packing = Packing::Blocks16x4;
const ROWS: usize = PACKING.group();
/// Bytes of the weights of a group of rows in four columns.
const BLOCK: usize = ROWS * PACKING.columns();
/// Bytes of a group's biases, and of its factors.
const NUMBERS: usize = 4 * ROWS;

pub struct Active;

impl PackedKernel for Active {
    const NAME: &'static str = dot::NAME;
    const PACKING: Packing = PACKING;

    /// Copies the codes, four to a word, and adds zeros up to whole words.
    fn stage(codes: &[u8], staged: &mut [u32]) {
        let staged = bytes_mut(staged);
        debug_assert!(staged.len() >= codes.len().next_multiple_of(4));
        let Some((inputs, rest)) = staged.split_at_mut_checked(codes.len()) else { return };
        inputs.copy_from_slice(codes);
        let padding = codes.len().next_multiple_of(4) - codes.len();
        rest.iter_mut().take(padding).for_each(|code| *code = 0);
    }

    fn run(groups: &RowGroups<'_>, staged: &[u32], outputs: &mut [u8]) {
        let blocks = groups.columns / PACKING.columns();
        let Some(codes) = staged.get(..blocks) else {
            debug_assert!(false, "the staged inputs are too short");
            return;
        };
        if !groups.hold::<Self>(outputs.len() / ROWS) {
            debug_assert!(false, "a section is too short");
            return;
        }
        let requantize = Requantize::of(groups);
        let weights = groups.weights.as_chunks::<BLOCK>().0.chunks_exact(blocks.max(1));
        let bias = groups.bias.as_chunks::<NUMBERS>().0;
        let factors = groups.factors.as_chunks::<NUMBERS>().0;
        // Layers without negative factors take those for positive sums.
        let negative = groups.negative_factors.unwrap_or(groups.factors).as_chunks::<NUMBERS>().0;
        let numbers = weights.zip(bias).zip(factors).zip(negative);
        let (outputs, _) = outputs.as_chunks_mut::<ROWS>();
        for ((((weights, bias), factors), negative), outputs) in numbers.zip(outputs) {
            let mut sums = dot::Sums::default();
            for (block, &codes) in weights.iter().zip(codes) {
                sums.add(block, codes);
            }
            requantize.rows(sums.rows(), [bias, factors, negative], outputs);
        }
    }
}

/// What the rows of a layer have in common when their sums become outputs.
struct Requantize<'a> {
    zero_point: v128,
    /// The largest output, or the largest index of the table.
    top: v128,
    table: Option<&'a [u8; 256]>,
}

impl<'a> Requantize<'a> {
    fn of(groups: &RowGroups<'a>) -> Self {
        let top = if groups.table.is_some() { u8::MAX } else { CODE_MAX };
        Self {
            zero_point: i32x4_splat(groups.zero_point.into()),
            top: u8x16_splat(top),
            table: groups.table,
        }
    }

    /// The outputs of 16 rows whose sums lack their biases.
    #[inline(always)]
    fn rows(
        &self,
        sums: [v128; 4],
        [bias, factors, negative]: [&[u8; NUMBERS]; 3],
        outputs: &mut [u8; ROWS],
    ) {
        let scaled = |four: usize| {
            let acc = i32x4_add(sums[four], load(bias, four));
            let factor =
                v128_bitselect(load(negative, four), load(factors, four), i32x4_shr(acc, 31));
            let half = i64x2_splat(1 << 31);
            let first = i64x2_add(i64x2_extmul_low_i32x4(acc, factor), half);
            let last = i64x2_add(i64x2_extmul_high_i32x4(acc, factor), half);
            i32x4_add(i32x4_shuffle::<1, 3, 5, 7>(first, last), self.zero_point)
        };
        // Both of these saturate: to words with a sign, and to bytes 0..=255.
        let [first, last] = [0, 2].map(|four| i16x8_narrow_i32x4(scaled(four), scaled(four + 1)));
        let codes = u8x16_min(u8x16_narrow_i16x8(first, last), self.top);
        // SAFETY: `outputs` has 16 bytes, is borrowed exclusively, and needs no alignment.
        unsafe { v128_store(outputs.as_mut_ptr().cast(), codes) }
        if let Some(table) = self.table {
            outputs.iter_mut().for_each(|output| *output = table[usize::from(*output)]);
        }
    }
}

/// Four of the 16 numbers of a group.
#[inline(always)]
fn load(numbers: &[u8; NUMBERS], four: usize) -> v128 {
    let fours: &[[u8; 16]] = numbers.as_chunks().0;
    // SAFETY: an array of 16 bytes is read, which needs no alignment.
    unsafe { v128_load(fours[four].as_ptr().cast()) }
}
