//! Products of weights and codes as words of 16 bits, with `i32x4.dot_i16x8`.
//!
//! An instruction multiplies four weights of two rows by the same four codes, and adds up pairs of
//! products: each row has two partial sums, which are added at the end. 25 instructions make the 64
//! multiply-accumulates of a block.

use super::BLOCK;
use core::arch::wasm32::{
    i16x8_add, i16x8_extend_low_u8x16, i16x8_extmul_high_u8x16, i16x8_extmul_low_u8x16,
    i16x8_load_extend_i8x8, i32x4_add, i32x4_dot_i16x8, i32x4_extadd_pairwise_i16x8, i32x4_shuffle,
    i32x4_splat, u32x4_splat, v128,
};

/// The kernel's name.
pub const NAME: &str = "simd128";

/// The sums of 16 rows. Vector `k` has two partial sums of row `2 k`, then two of row `2 k + 1`.
pub struct Sums([v128; 8]);

impl Default for Sums {
    #[inline(always)]
    fn default() -> Self {
        Self([i32x4_splat(0); 8])
    }
}

impl Sums {
    /// Adds the products of a block and its four codes, which are the bytes of a word.
    #[inline(always)]
    pub fn add(&mut self, block: &[u8; BLOCK], codes: u32) {
        // The four codes twice, as words.
        let codes = i16x8_extend_low_u8x16(u32x4_splat(codes));
        for (sums, weights) in self.0.iter_mut().zip(block.as_chunks::<8>().0) {
            // SAFETY: an array of eight bytes is read, which needs no alignment.
            let weights = unsafe { i16x8_load_extend_i8x8(weights.as_ptr().cast()) };
            *sums = i32x4_add(*sums, i32x4_dot_i16x8(weights, codes));
        }
    }

    /// The sums of rows 0 to 3, 4 to 7, 8 to 11 and 12 to 15.
    #[inline(always)]
    pub fn rows(&self) -> [v128; 4] {
        let Self([a, b, c, d, e, f, g, h]) = *self;
        [[a, b], [c, d], [e, f], [g, h]].map(|[first, last]| {
            i32x4_add(
                i32x4_shuffle::<0, 2, 4, 6>(first, last),
                i32x4_shuffle::<1, 3, 5, 7>(first, last),
            )
        })
    }
}

/// Four numbers that add up to the products of 32 half bytes, as bytes 0..=15, and their codes.
#[inline(always)]
pub fn half_bytes([even, odd]: [v128; 2], [even_codes, odd_codes]: [v128; 2]) -> v128 {
    // At most four times 15 * 127 = 1,905 in each word.
    let even = i16x8_add(
        i16x8_extmul_low_u8x16(even, even_codes),
        i16x8_extmul_high_u8x16(even, even_codes),
    );
    let odd =
        i16x8_add(i16x8_extmul_low_u8x16(odd, odd_codes), i16x8_extmul_high_u8x16(odd, odd_codes));
    i32x4_extadd_pairwise_i16x8(i16x8_add(even, odd))
}
