//! The loops for x86-64 with AVX-VNNI. They are those of [`avx2`](super::avx2), two registers of
//! 256 bits for 16 lanes, but one instruction adds the four products of a lane: `vpdpbusd`, as in
//! [`avx512vnni`](super::avx512vnni). AVX-VNNI is that instruction for CPUs without AVX-512.

#![allow(unsafe_code)]

use super::avx2::{Avx2, Pair};
use super::network::{Block, COLUMNS, GROUP, Network, Work};
use super::tile::{self, Isa, Loops};
use super::x86::*;

/// A value of this type proves that the CPU has AVX2 and AVX-VNNI. Only [`new`](Self::new) makes
/// one.
#[derive(Debug, Clone, Copy)]
pub(super) struct AvxVnni(Avx2);

impl Loops for AvxVnni {
    const IMAGES: usize = 6;

    fn new() -> Option<Self> {
        has!("avxvnni").then_some(Self(Avx2::new()?))
    }

    fn run(self, network: &Network, work: &mut Work) {
        // SAFETY: `new` made this value, so the CPU has AVX2 and AVX-VNNI.
        unsafe { run(self, network, work) }
    }
}

enable! {
    "avx2,avxvnni":
    fn run(isa: AvxVnni, network: &Network, work: &mut Work) {
        // Tiles of 6 images by one group, of two registers: of the 16 registers, 12 hold sums, two
        // hold weights, and one holds codes.
        tile::run::<_, { AvxVnni::IMAGES }, 1, 1, 4>(isa, network, work);
    }
}

impl Isa for AvxVnni {
    type Sums = Pair;
    type Weights = Pair;
    type Codes = __m256i;
    type Part = Pair;
    type Scales = Pair;

    #[inline(always)]
    fn sums(self, values: &[i32; GROUP]) -> Pair {
        self.0.sums(values)
    }

    #[inline(always)]
    fn weights(self, block: &Block) -> Pair {
        self.0.weights(block)
    }

    #[inline(always)]
    fn codes(self, codes: [u8; COLUMNS]) -> __m256i {
        self.0.codes(codes)
    }

    #[inline(always)]
    fn add(self, sums: Pair, weights: Pair, codes: __m256i) -> Pair {
        // SAFETY: AVX-VNNI as `new` made `self`.
        unsafe {
            [
                _mm256_dpbusd_avx_epi32(sums[0], codes, weights[0]),
                _mm256_dpbusd_avx_epi32(sums[1], codes, weights[1]),
            ]
        }
    }

    #[inline(always)]
    fn nibbles(self, block: &Block) -> [Pair; 2] {
        self.0.nibbles(block)
    }

    #[inline(always)]
    fn scales(self, scales: &[u8; GROUP]) -> Pair {
        self.0.scales(scales)
    }

    #[inline(always)]
    fn part(self, start: i32) -> Pair {
        // SAFETY: AVX2 as `new` made `self`.
        [unsafe { _mm256_set1_epi32(start) }; 2]
    }

    #[inline(always)]
    fn add_to_part(self, part: Pair, weights: Pair, codes: __m256i) -> Pair {
        self.add(part, weights, codes)
    }

    #[inline(always)]
    fn add_part(self, sums: Pair, part: Pair, scales: Pair) -> Pair {
        // SAFETY: AVX-VNNI as `new` made `self`. `vpdpwssd` adds the products of the lower and of
        // the upper words. A part fits 16 bits with a sign, so its lower word is the part and its
        // upper word repeats the sign. A scale's upper word is 0, so the second product is 0.
        unsafe {
            [
                _mm256_dpwssd_avx_epi32(sums[0], part[0], scales[0]),
                _mm256_dpwssd_avx_epi32(sums[1], part[1], scales[1]),
            ]
        }
    }

    #[inline(always)]
    fn values(self, sums: Pair) -> [i32; GROUP] {
        self.0.values(sums)
    }

    #[inline(always)]
    fn requantize(
        self,
        sums: Pair,
        factors: [&[i32; GROUP]; 2],
        zero_point: i32,
        top: u8,
    ) -> [u8; GROUP] {
        self.0.requantize(sums, factors, zero_point, top)
    }
}
