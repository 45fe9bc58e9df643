//! The loops for x86-64 with AVX2. A register has 256 bits, so 16 lanes of 32 bits take two: the
//! first has rows 0 to 7 of a group, the second has rows 8 to 15.
//!
//! AVX2 has no instruction that adds four products of bytes, so two of them do it:
//!
//! * `vpmaddubsw` multiplies bytes without a sign (the codes) by bytes with one (the weights), and
//!   adds each two neighbouring products to a word of 16 bits. It would saturate, but cannot here:
//!   codes are at most 127, so two products are within 2 x 127 x -128 = -32,512 and
//!   2 x 127 x 127 = 32,258, and a word holds -32,768 to 32,767.
//! * `vpmaddwd` multiplies words, here by 1, and adds each two neighbouring ones to a lane of 32
//!   bits.

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
        // Tiles of 4 images by one group, of two registers: of the 16 registers, eight hold sums,
        // two hold weights, one holds codes, and others hold the products between the two steps.
        tile::run::<_, { Avx2::IMAGES }, 1, 1, 4>(isa, network, work);
    }
}

/// Two vectors of eight rows.
pub(super) type Pair = [__m256i; 2];

impl Isa for Avx2 {
    type Sums = Pair;
    type Weights = Pair;
    type Codes = __m256i;
    /// Each lane of 32 bits holds two words, whose sum is the part: the lower word has the products
    /// of the first two of four columns, the upper one those of the other two.
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
        // SAFETY: AVX2 as `new` made `self`. The lower word begins with `start`, which fits 16
        // bits, and the upper one with 0.
        [unsafe { _mm256_set1_epi32(start & 0xFFFF) }; 2]
    }

    #[inline(always)]
    fn add_to_part(self, part: Pair, weights: Pair, codes: __m256i) -> Pair {
        // SAFETY: AVX2 as `new` made `self`. No word saturates or overflows. One call adds at most
        // 2 x 15 x 127 = 3,810 to a word, and a part of 32 inputs takes eight calls, so a word ends
        // at most 30,480 above its start, which is -32,512 to 0.
        unsafe {
            [
                _mm256_add_epi16(part[0], _mm256_maddubs_epi16(codes, weights[0])),
                _mm256_add_epi16(part[1], _mm256_maddubs_epi16(codes, weights[1])),
            ]
        }
    }

    #[inline(always)]
    fn add_part(self, sums: Pair, part: Pair, scales: Pair) -> Pair {
        // SAFETY: AVX2 as `new` made `self`. With the scale in both words of a lane, `vpmaddwd`
        // adds scale x lower word and scale x upper word, which is scale x part.
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
            // `vpackssdw` makes words of the numbers and saturates. It works within halves of 128
            // bits, so the result has rows 0 to 3, 8 to 11, 4 to 7 and 12 to 15. The permutation
            // puts them in order. `packuswb` makes bytes of the words and saturates to 0..=255. So
            // the two of them clamp, but for `top`.
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

// These are methods, because a closure is not always inlined, and would then be compiled without
// AVX2.
impl Avx2 {
    #[inline(always)]
    fn add_half(self, sums: __m256i, weights: __m256i, codes: __m256i) -> __m256i {
        // SAFETY: AVX2 as `new` made `self`. No word saturates (see the top of this file).
        unsafe {
            _mm256_add_epi32(
                sums,
                _mm256_madd_epi16(_mm256_maddubs_epi16(codes, weights), _mm256_set1_epi16(1)),
            )
        }
    }

    /// `zero_point + floor(sum * factor / 2^32 + 1/2)`: the upper half of `sum * factor + 2^31`.
    ///
    /// `vpmuldq` multiplies the lanes of even index to 64 bits. For those of odd index, a shift by
    /// 32 brings them to even places first. The upper half of an odd product then lies in the lane
    /// where its sum was. That of an even product is shifted down to its lane.
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
            // Bits 1, 3, 5 and 7 of the mask take the odd lanes from `odd`.
            let scaled = _mm256_blend_epi32::<0xAA>(_mm256_srli_epi64::<32>(even), odd);
            _mm256_add_epi32(scaled, _mm256_set1_epi32(zero_point))
        }
    }
}
