//! The loops for x86-64 with AVX-512 and its VNNI. A register has 512 bits: the 16 sums of a group,
//! or a block.
//!
//! `vpdpbusd` adds to each lane of 32 bits the four products of its bytes, those of the first
//! operand without a sign (the codes), those of the second with one (the weights). So one
//! instruction adds a block for an image. It computes the four products and their sum exactly, and
//! adds to the lane modulo 2^32 (`vpdpbusds` would saturate there).

#![allow(unsafe_code)]

use super::network::{Block, COLUMNS, GROUP, Network, Work};
use super::tile::{self, Isa, Loops};
use super::x86::*;

/// A value of this type proves that the CPU has AVX-512F and AVX-512 VNNI. Only [`new`](Self::new)
/// makes one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Avx512Vnni(());

impl Loops for Avx512Vnni {
    const IMAGES: usize = 6;

    fn new() -> Option<Self> {
        has!("avx512f", "avx512vnni").then_some(Self(()))
    }

    fn run(self, network: &Network, work: &mut Work) {
        // SAFETY: `new` made this value, so the CPU has AVX-512F and AVX-512 VNNI.
        unsafe { run(self, network, work) }
    }
}

enable! {
    "avx512f,avx512vnni":
    fn run(isa: Avx512Vnni, network: &Network, work: &mut Work) {
        // Tiles of 6 images by 4 groups: of the 32 registers, 24 hold sums, four hold weights, and
        // one holds codes. Tiles of half bytes have 2 groups, because each of their sums has a part
        // beside it.
        tile::run::<_, { Avx512Vnni::IMAGES }, 4, 2, 8>(isa, network, work);
    }
}

impl Isa for Avx512Vnni {
    type Sums = __m512i;
    type Weights = __m512i;
    type Codes = __m512i;
    type Part = __m512i;
    type Scales = __m512i;

    #[inline(always)]
    fn sums(self, values: &[i32; GROUP]) -> __m512i {
        // SAFETY: AVX-512F as `new` made `self`; the load is of the 64 bytes of `values`, and takes
        // any alignment.
        unsafe { _mm512_loadu_si512(values.as_ptr().cast()) }
    }

    #[inline(always)]
    fn weights(self, block: &Block) -> __m512i {
        // SAFETY: AVX-512F as `new` made `self`; the load is of the 64 bytes of `block`, which is
        // aligned to 64.
        unsafe { _mm512_load_si512(block.0.as_ptr().cast()) }
    }

    #[inline(always)]
    fn codes(self, codes: [u8; COLUMNS]) -> __m512i {
        // SAFETY: AVX-512F as `new` made `self`.
        unsafe { _mm512_set1_epi32(i32::from_le_bytes(codes)) }
    }

    #[inline(always)]
    fn add(self, sums: __m512i, weights: __m512i, codes: __m512i) -> __m512i {
        // SAFETY: AVX-512 VNNI as `new` made `self`.
        unsafe { _mm512_dpbusd_epi32(sums, codes, weights) }
    }

    #[inline(always)]
    fn nibbles(self, block: &Block) -> [__m512i; 2] {
        let both = self.weights(block);
        // SAFETY: AVX-512F as `new` made `self`.
        unsafe {
            let mask = _mm512_set1_epi32(0x0F0F_0F0F);
            [_mm512_and_si512(both, mask), _mm512_and_si512(_mm512_srli_epi32::<4>(both), mask)]
        }
    }

    #[inline(always)]
    fn scales(self, scales: &[u8; GROUP]) -> __m512i {
        // SAFETY: AVX-512F as `new` made `self`; the load is of the 16 bytes of `scales`, and takes
        // any alignment.
        unsafe { _mm512_cvtepu8_epi32(_mm_loadu_si128(scales.as_ptr().cast())) }
    }

    #[inline(always)]
    fn part(self, start: i32) -> __m512i {
        // SAFETY: AVX-512F as `new` made `self`.
        unsafe { _mm512_set1_epi32(start) }
    }

    #[inline(always)]
    fn add_to_part(self, part: __m512i, weights: __m512i, codes: __m512i) -> __m512i {
        self.add(part, weights, codes)
    }

    #[inline(always)]
    fn add_part(self, sums: __m512i, part: __m512i, scales: __m512i) -> __m512i {
        // SAFETY: AVX-512 VNNI as `new` made `self`. `vpdpwssd` adds to each lane the products of
        // its lower and of its upper words. A part fits 16 bits with a sign, so its lower word is
        // the part and its upper word repeats the sign. A scale's upper word is 0, so the second
        // product is 0.
        unsafe { _mm512_dpwssd_epi32(sums, part, scales) }
    }

    #[inline(always)]
    fn values(self, sums: __m512i) -> [i32; GROUP] {
        let mut values = [0; GROUP];
        // SAFETY: AVX-512F as `new` made `self`; the store is of the 64 bytes of `values`, and
        // takes any alignment.
        unsafe { _mm512_storeu_si512(values.as_mut_ptr().cast(), sums) }
        values
    }

    #[inline(always)]
    fn requantize(
        self,
        sums: __m512i,
        [positive, negative]: [&[i32; GROUP]; 2],
        zero_point: i32,
        top: u8,
    ) -> [u8; GROUP] {
        let (positive, negative) = (self.sums(positive), self.sums(negative));
        let mut codes = [0; GROUP];
        // SAFETY: AVX-512F as `new` made `self`; the store is of the 16 bytes of `codes`.
        //
        // A code needs the upper half of `sum * factor + 2^31`. `vpmuldq` multiplies the lanes of
        // even index to 64 bits. For those of odd index, a shift by 32 brings them to even places
        // first. The upper half of an odd product then lies in the lane where its sum was. That of
        // an even product is shifted down to its lane.
        unsafe {
            let below = _mm512_cmplt_epi32_mask(sums, _mm512_setzero_si512());
            let factors = _mm512_mask_blend_epi32(below, positive, negative);
            let round = _mm512_set1_epi64(1 << 31);
            let even = _mm512_add_epi64(_mm512_mul_epi32(sums, factors), round);
            let odd =
                _mm512_mul_epi32(_mm512_srli_epi64::<32>(sums), _mm512_srli_epi64::<32>(factors));
            let odd = _mm512_add_epi64(odd, round);
            // The odd bits of the mask take the odd lanes from `odd`.
            let scaled = _mm512_mask_blend_epi32(0xAAAA, _mm512_srli_epi64::<32>(even), odd);
            let scaled = _mm512_add_epi32(scaled, _mm512_set1_epi32(zero_point));
            let clamped = _mm512_min_epi32(
                _mm512_max_epi32(scaled, _mm512_setzero_si512()),
                _mm512_set1_epi32(top.into()),
            );
            _mm_storeu_si128(codes.as_mut_ptr().cast(), _mm512_cvtepi32_epi8(clamped));
        }
        codes
    }
}
