//! The loops for x86-64 with AVX2. Products of unsigned by signed bytes are added in pairs in 16
//! bits, then in pairs in 32 bits.

#![allow(unsafe_code)]

use super::network::{Block, COLUMNS, GROUP, Network, Work};
use super::tile::{self, Isa, Loops};
use super::x86::*;

/// A value of this type proves that the CPU has AVX2. Only [`new`](Self::new) makes one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Avx2(());

impl Loops for Avx2 {
    const IMAGES: usize = 4;

    fn new() -> Option<Self> {
        has!("avx2").then_some(Self(()))
    }

    fn run(self, network: &Network, work: &mut Work) {
        // SAFETY: `new` made this value, so the CPU has AVX2.
        unsafe { run(self, network, work) }
    }
}

enable! {
    "avx2":
    fn run(isa: Avx2, network: &Network, work: &mut Work) {
        tile::run::<_, { Avx2::IMAGES }, 1, 1, 4>(isa, network, work);
    }
}

/// Two vectors of eight rows.
pub(super) type Pair = [__m256i; 2];

impl Isa for Avx2 {
    type Sums = Pair;
    type Weights = Pair;
    type Codes = __m256i;
    /// Each lane holds two sums of 16 bits.
    type Part = Pair;
    type Scales = Pair;

    #[inline(always)]
    fn sums(self, values: &[i32; GROUP]) -> Pair {
        let start = values.as_ptr().cast::<__m256i>();
        // SAFETY: AVX2 as `new` made `self`; both loads are within the 64 bytes of `values`, and
        // take any alignment.
        unsafe { [_mm256_loadu_si256(start), _mm256_loadu_si256(start.add(1))] }
    }

    #[inline(always)]
    fn weights(self, block: &Block) -> Pair {
        let start = block.0.as_ptr().cast::<__m256i>();
        // SAFETY: AVX2 as `new` made `self`; both loads are within the 64 bytes of `block`, which
        // is aligned to 64.
        unsafe { [_mm256_load_si256(start), _mm256_load_si256(start.add(1))] }
    }

    #[inline(always)]
    fn codes(self, codes: [u8; COLUMNS]) -> __m256i {
        // SAFETY: AVX2 as `new` made `self`.
        unsafe { _mm256_set1_epi32(i32::from_le_bytes(codes)) }
    }

    #[inline(always)]
    fn add(self, sums: Pair, weights: Pair, codes: __m256i) -> Pair {
        [self.add_half(sums[0], weights[0], codes), self.add_half(sums[1], weights[1], codes)]
    }

    #[inline(always)]
    fn nibbles(self, block: &Block) -> [Pair; 2] {
        let both = self.weights(block);
        // SAFETY: AVX2 as `new` made `self`.
        unsafe {
            let mask = _mm256_set1_epi32(0x0F0F_0F0F);
            let [first, second] =
                [_mm256_srli_epi32::<4>(both[0]), _mm256_srli_epi32::<4>(both[1])];
            [
                [_mm256_and_si256(both[0], mask), _mm256_and_si256(both[1], mask)],
                [_mm256_and_si256(first, mask), _mm256_and_si256(second, mask)],
            ]
        }
    }

    #[inline(always)]
    fn scales(self, scales: &[u8; GROUP]) -> Pair {
        // SAFETY: AVX2 as `new` made `self`; the load is of the 16 bytes of `scales`, and takes any
        // alignment.
        unsafe {
            let scales = _mm_loadu_si128(scales.as_ptr().cast());
            [_mm256_cvtepu8_epi32(scales), _mm256_cvtepu8_epi32(_mm_srli_si128::<8>(scales))]
        }
    }

    #[inline(always)]
    fn part(self, start: i32) -> Pair {
        // SAFETY: AVX2 as `new` made `self`.
        [unsafe { _mm256_set1_epi32(start & 0xFFFF) }; 2]
    }

    #[inline(always)]
    fn add_to_part(self, part: Pair, weights: Pair, codes: __m256i) -> Pair {
        // SAFETY: AVX2 as `new` made `self`. No sum saturates or overflows: of eight blocks it is
        // at most 8 x 2 x 15 x 127 = 30,480.
        unsafe {
            [
                _mm256_add_epi16(part[0], _mm256_maddubs_epi16(codes, weights[0])),
                _mm256_add_epi16(part[1], _mm256_maddubs_epi16(codes, weights[1])),
            ]
        }
    }

    #[inline(always)]
    fn add_part(self, sums: Pair, part: Pair, scales: Pair) -> Pair {
        // SAFETY: AVX2 as `new` made `self`.
        unsafe {
            let both = |scales| _mm256_or_si256(scales, _mm256_slli_epi32::<16>(scales));
            [
                _mm256_add_epi32(sums[0], _mm256_madd_epi16(part[0], both(scales[0]))),
                _mm256_add_epi32(sums[1], _mm256_madd_epi16(part[1], both(scales[1]))),
            ]
        }
    }

    #[inline(always)]
    fn values(self, sums: Pair) -> [i32; GROUP] {
        let mut values = [0; GROUP];
        let start = values.as_mut_ptr().cast::<__m256i>();
        // SAFETY: AVX2 as `new` made `self`; both stores are within the 64 bytes of `values`, and
        // take any alignment.
        unsafe {
            _mm256_storeu_si256(start, sums[0]);
            _mm256_storeu_si256(start.add(1), sums[1]);
        }
        values
    }

    #[inline(always)]
    fn requantize(
        self,
        sums: Pair,
        [positive, negative]: [&[i32; GROUP]; 2],
        zero_point: i32,
        top: u8,
    ) -> [u8; GROUP] {
        let (positive, negative) = (self.sums(positive), self.sums(negative));
        let first = self.scale_half(sums[0], positive[0], negative[0], zero_point);
        let second = self.scale_half(sums[1], positive[1], negative[1], zero_point);
        let mut codes = [0; GROUP];
        // SAFETY: AVX2 as `new` made `self`; the store is of the 16 bytes of `codes`.
        unsafe {
            // The packing instruction saturates, which does the clamp. It works within halves of
            // 128 bits, which are put in order afterwards.
            let words =
                _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi32(first, second));
            let bytes = _mm_packus_epi16(
                _mm256_castsi256_si128(words),
                _mm256_extracti128_si256::<1>(words),
            );
            let bytes = _mm_min_epu8(bytes, _mm_set1_epi8(top.cast_signed()));
            _mm_storeu_si128(codes.as_mut_ptr().cast(), bytes);
        }
        codes
    }
}

// These are methods because closures would not always be inlined, and AVX2 would not be enabled for
// them.
impl Avx2 {
    #[inline(always)]
    fn add_half(self, sums: __m256i, weights: __m256i, codes: __m256i) -> __m256i {
        // SAFETY: AVX2 as `new` made `self`. No pair saturates: 2 x 127 x 127 < 2^15.
        unsafe {
            _mm256_add_epi32(
                sums,
                _mm256_madd_epi16(_mm256_maddubs_epi16(codes, weights), _mm256_set1_epi16(1)),
            )
        }
    }

    /// `zero_point + floor(sum * factor / 2^32 + 1/2)`.
    #[inline(always)]
    fn scale_half(
        self,
        sums: __m256i,
        positive: __m256i,
        negative: __m256i,
        zero_point: i32,
    ) -> __m256i {
        // SAFETY: AVX2 as `new` made `self`.
        unsafe {
            let factors = _mm256_blendv_epi8(positive, negative, _mm256_srai_epi32::<31>(sums));
            let round = _mm256_set1_epi64x(1 << 31);
            let even = _mm256_add_epi64(_mm256_mul_epi32(sums, factors), round);
            let odd =
                _mm256_mul_epi32(_mm256_srli_epi64::<32>(sums), _mm256_srli_epi64::<32>(factors));
            let odd = _mm256_add_epi64(odd, round);
            // This keeps the upper half of each product, in the lane of its sum.
            let scaled = _mm256_blend_epi32::<0xAA>(_mm256_srli_epi64::<32>(even), odd);
            _mm256_add_epi32(scaled, _mm256_set1_epi32(zero_point))
        }
    }
}
