//! Products of weights and codes as bytes, with `i32x4.relaxed_dot_i8x16_i7x16_add`.
//!
//! An instruction multiplies four weights of four rows by the same four codes and adds up what
//! belongs to a row. Relaxed means that engines may differ where the second factor has its highest
//! bit set. Codes have seven bits, so no engine may differ here: two products are at most
//! `2 * 127 * 127 = 32,258`, which a word with a sign holds. Nine instructions make the 64
//! multiply-accumulates of a block.
//!
//! An engine can still be wrong: V8 11.3, which Node.js 20 has, takes the factors the other way
//! round. So a program that uses this kernel first compares it with known answers.

use super::BLOCK;
use core::arch::wasm32::{
    i32x4_relaxed_dot_i8x16_i7x16_add, i32x4_splat, u32x4_splat, v128, v128_load,
};

/// The kernel's name.
pub const NAME: &str = "relaxed-simd";

/// The sums of 16 rows, in their order.
pub struct Sums([v128; 4]);

impl Default for Sums {
    #[inline(always)]
    fn default() -> Self {
        Self([i32x4_splat(0); 4])
    }
}

impl Sums {
    /// Adds the products of a block and its four codes, which are the bytes of a word.
    #[inline(always)]
    pub fn add(&mut self, block: &[u8; BLOCK], codes: u32) {
        let codes = u32x4_splat(codes);
        for (sums, weights) in self.0.iter_mut().zip(block.as_chunks::<16>().0) {
            // SAFETY: an array of 16 bytes is read, which needs no alignment.
            let weights = unsafe { v128_load(weights.as_ptr().cast()) };
            *sums = i32x4_relaxed_dot_i8x16_i7x16_add(weights, codes, *sums);
        }
    }

    /// The sums of rows 0 to 3, 4 to 7, 8 to 11 and 12 to 15.
    #[inline(always)]
    pub fn rows(&self) -> [v128; 4] {
        self.0
    }
}

/// Four numbers that add up to the products of 32 half bytes, as bytes 0..=15, and their codes.
#[inline(always)]
pub fn half_bytes([even, odd]: [v128; 2], [even_codes, odd_codes]: [v128; 2]) -> v128 {
    let sums = i32x4_relaxed_dot_i8x16_i7x16_add(even, even_codes, i32x4_splat(0));
    i32x4_relaxed_dot_i8x16_i7x16_add(odd, odd_codes, sums)
}
