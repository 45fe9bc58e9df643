//! The loops for AArch64 with the dot product extension (Armv8.2 and later). A register has 128
//! bits, so 16 lanes of 32 bits take four, of four rows each.
//!
//! `sdot` adds to each lane the four products of its bytes, which have signs. The codes are at most
//! 127, so they are the same numbers as bytes with a sign.
//!
//! They are for little-endian order only. There, the first byte in memory is the lowest byte of a
//! lane, so four codes that are read as one number are, in the lanes of bytes, in the order of the
//! four weights beside them. In big-endian order they would be the other way round.

#![allow(unsafe_code)]

use super::network::{Block, COLUMNS, GROUP, Network, Work};
use super::tile::{self, Isa, Loops};
use core::arch::aarch64::*;
use core::arch::asm;

/// A value of this type proves that the CPU has NEON and its dot product. Only [`new`](Self::new)
/// makes one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Neon(());

impl Loops for Neon {
    const IMAGES: usize = 6;

    fn new() -> Option<Self> {
        (std::arch::is_aarch64_feature_detected!("neon")
            && std::arch::is_aarch64_feature_detected!("dotprod"))
        .then_some(Self(()))
    }

    fn run(self, network: &Network, work: &mut Work) {
        // SAFETY: `new` made this value, so the CPU has NEON and the dot product.
        unsafe { run(self, network, work) }
    }
}

#[target_feature(enable = "neon,dotprod")]
fn run(isa: Neon, network: &Network, work: &mut Work) {
    // Tiles of 6 images by one group, of four registers: of the 32 registers, 24 hold sums, four
    // hold weights, and one holds codes.
    tile::run::<_, { Neon::IMAGES }, 1, 1, 4>(isa, network, work);
}

/// `sums + weights . codes` in each lane, modulo 2^32.
#[inline]
#[target_feature(enable = "neon,dotprod")]
fn sdot(mut sums: int32x4_t, weights: int8x16_t, codes: int8x16_t) -> int32x4_t {
    // SAFETY: the instruction is enabled for this function, and does nothing but change `sums`.
    // (The intrinsic is not stable yet.)
    unsafe {
        asm!(
            "sdot {sums:v}.4s, {weights:v}.16b, {codes:v}.16b",
            sums = inout(vreg) sums,
            weights = in(vreg) weights,
            codes = in(vreg) codes,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    sums
}

/// Four vectors of four rows.
type Quad = [int32x4_t; 4];

impl Isa for Neon {
    type Sums = Quad;
    type Weights = [int8x16_t; 4];
    type Codes = int8x16_t;
    type Part = Quad;
    type Scales = Quad;

    #[inline(always)]
    fn sums(self, values: &[i32; GROUP]) -> Quad {
        let values = values.as_ptr();
        // SAFETY: NEON as `new` made `self`; all loads are within the 16 numbers of `values`.
        unsafe {
            [
                vld1q_s32(values),
                vld1q_s32(values.add(4)),
                vld1q_s32(values.add(8)),
                vld1q_s32(values.add(12)),
            ]
        }
    }

    #[inline(always)]
    fn weights(self, block: &Block) -> [int8x16_t; 4] {
        let weights = block.0.as_flattened().as_ptr();
        // SAFETY: NEON as `new` made `self`; all loads are within the 64 bytes of `block`.
        unsafe {
            [
                vld1q_s8(weights),
                vld1q_s8(weights.add(16)),
                vld1q_s8(weights.add(32)),
                vld1q_s8(weights.add(48)),
            ]
        }
    }

    #[inline(always)]
    fn codes(self, codes: [u8; COLUMNS]) -> int8x16_t {
        // SAFETY: NEON as `new` made `self`.
        unsafe { vreinterpretq_s8_u32(vdupq_n_u32(u32::from_le_bytes(codes))) }
    }

    #[inline(always)]
    fn add(self, sums: Quad, weights: [int8x16_t; 4], codes: int8x16_t) -> Quad {
        // SAFETY: the dot product as `new` made `self`.
        unsafe {
            [
                sdot(sums[0], weights[0], codes),
                sdot(sums[1], weights[1], codes),
                sdot(sums[2], weights[2], codes),
                sdot(sums[3], weights[3], codes),
            ]
        }
    }

    #[inline(always)]
    fn nibbles(self, block: &Block) -> [[int8x16_t; 4]; 2] {
        let both = self.weights(block);
        // SAFETY: NEON as `new` made `self`.
        unsafe {
            let low = |both| vandq_s8(both, vdupq_n_s8(15));
            let high = |both| vreinterpretq_s8_u8(vshrq_n_u8::<4>(vreinterpretq_u8_s8(both)));
            [
                [low(both[0]), low(both[1]), low(both[2]), low(both[3])],
                [high(both[0]), high(both[1]), high(both[2]), high(both[3])],
            ]
        }
    }

    #[inline(always)]
    fn scales(self, scales: &[u8; GROUP]) -> Quad {
        self.sums(&scales.map(i32::from))
    }

    #[inline(always)]
    fn part(self, start: i32) -> Quad {
        // SAFETY: NEON as `new` made `self`.
        [unsafe { vdupq_n_s32(start) }; 4]
    }

    #[inline(always)]
    fn add_to_part(self, part: Quad, weights: [int8x16_t; 4], codes: int8x16_t) -> Quad {
        self.add(part, weights, codes)
    }

    #[inline(always)]
    fn add_part(self, sums: Quad, part: Quad, scales: Quad) -> Quad {
        // SAFETY: NEON as `new` made `self`.
        unsafe {
            [
                vmlaq_s32(sums[0], part[0], scales[0]),
                vmlaq_s32(sums[1], part[1], scales[1]),
                vmlaq_s32(sums[2], part[2], scales[2]),
                vmlaq_s32(sums[3], part[3], scales[3]),
            ]
        }
    }

    #[inline(always)]
    fn values(self, sums: Quad) -> [i32; GROUP] {
        let mut values = [0; GROUP];
        for (values, sums) in values.as_chunks_mut::<4>().0.iter_mut().zip(sums) {
            // SAFETY: NEON as `new` made `self`; the store is of the four numbers of `values`.
            unsafe { vst1q_s32(values.as_mut_ptr(), sums) }
        }
        values
    }

    #[inline(always)]
    fn requantize(
        self,
        sums: Quad,
        [positive, negative]: [&[i32; GROUP]; 2],
        zero_point: i32,
        top: u8,
    ) -> [u8; GROUP] {
        let (positive, negative) = (self.sums(positive), self.sums(negative));
        let mut codes = [0; GROUP];
        // SAFETY: NEON as `new` made `self`; the store is of the 16 bytes of `codes`.
        unsafe {
            let mut words = [vdup_n_s16(0); 4];
            for (quarter, words) in words.iter_mut().enumerate() {
                let sums = sums[quarter];
                let factors = vbslq_s32(vcltzq_s32(sums), negative[quarter], positive[quarter]);
                // `rshrn` gives the upper half of `product + 2^31`.
                let low = vrshrn_n_s64::<32>(vmull_s32(vget_low_s32(sums), vget_low_s32(factors)));
                let high = vrshrn_n_s64::<32>(vmull_high_s32(sums, factors));
                *words = vqmovn_s32(vaddq_s32(vcombine_s32(low, high), vdupq_n_s32(zero_point)));
            }
            // The narrowing to words above saturated, and that to bytes without a sign does. So the
            // two of them clamp to 0..=255, and the minimum to `top`.
            let low = vqmovun_s16(vcombine_s16(words[0], words[1]));
            let high = vqmovun_s16(vcombine_s16(words[2], words[3]));
            vst1q_u8(codes.as_mut_ptr(), vminq_u8(vcombine_u8(low, high), vdupq_n_u8(top)));
        }
        codes
    }
}
