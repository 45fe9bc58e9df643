//! The intrinsics of SSE2, SSE4.1, AVX2 and AVX-VNNI that the loops use.

use super::lanes::{Vector, dot_bytes, dot_words, multiply_even};
use super::{__m128i, __m256i};

/// # Safety
///
/// There are 16 bytes to read.
pub unsafe fn _mm_loadu_si128(from: *const __m128i) -> __m128i {
    // SAFETY: as the caller says.
    unsafe { Vector::load(from) }
}

pub unsafe fn _mm_storeu_si128(to: *mut __m128i, a: __m128i) {
    // SAFETY: as the caller says.
    unsafe { a.store(to) }
}

pub fn _mm_set1_epi8(a: i8) -> __m128i {
    Vector::of(|_| a)
}

/// `PMINUB`: `DEST[7:0] := SRC1[7:0] < SRC2[7:0] ? SRC1[7:0] : SRC2[7:0]` for each byte.
pub fn _mm_min_epu8(a: __m128i, b: __m128i) -> __m128i {
    a.zip(b, u8::min)
}

/// `PSRLDQ`: `TEMP := COUNT; IF TEMP > 15 THEN TEMP := 16; DEST := DEST >> (TEMP * 8)`.
pub fn _mm_srli_si128<const COUNT: i32>(a: __m128i) -> __m128i {
    let shift = (COUNT as usize).min(16);
    Vector::of(|i| if i + shift < 16 { a.lane(i + shift) } else { 0u8 })
}

/// `PACKUSWB`: `DEST[7:0] := SaturateSignedWordToUnsignedByte(SRC1[15:0])` and so on, the words of
/// `a` before those of `b`.
pub fn _mm_packus_epi16(a: __m128i, b: __m128i) -> __m128i {
    Vector::of(|i| {
        let word: i16 = if i < 8 { a.lane(i) } else { b.lane(i - 8) };
        word.clamp(0, 255) as u8
    })
}

/// # Safety
///
/// There are 32 bytes to read.
pub unsafe fn _mm256_loadu_si256(from: *const __m256i) -> __m256i {
    // SAFETY: as the caller says.
    unsafe { Vector::load(from) }
}

pub unsafe fn _mm256_load_si256(from: *const __m256i) -> __m256i {
    // SAFETY: as the caller says.
    unsafe { Vector::load_aligned(from) }
}

pub unsafe fn _mm256_storeu_si256(to: *mut __m256i, a: __m256i) {
    // SAFETY: as the caller says.
    unsafe { a.store(to) }
}

pub fn _mm256_set1_epi16(a: i16) -> __m256i {
    Vector::of(|_| a)
}

pub fn _mm256_set1_epi32(a: i32) -> __m256i {
    Vector::of(|_| a)
}

pub fn _mm256_set1_epi64x(a: i64) -> __m256i {
    Vector::of(|_| a)
}

/// Takes the lower half; no instruction.
pub fn _mm256_castsi256_si128(a: __m256i) -> __m128i {
    _mm256_extracti128_si256::<0>(a)
}

/// `VEXTRACTI128`: `imm8[0] = 0: DEST := SRC1[127:0]; imm8[0] = 1: DEST := SRC1[255:128]`.
pub fn _mm256_extracti128_si256<const HALF: i32>(a: __m256i) -> __m128i {
    Vector::of(|i| a.lane::<u8>(16 * (HALF as usize & 1) + i))
}

/// `VPMOVZXBD`: `DEST[31:0] := ZeroExtend(SRC[7:0])` for each of the lower 8 bytes.
pub fn _mm256_cvtepu8_epi32(a: __m128i) -> __m256i {
    Vector::of(|i| u32::from(a.lane::<u8>(i)))
}

pub fn _mm256_and_si256(a: __m256i, b: __m256i) -> __m256i {
    a.zip(b, |a: u8, b| a & b)
}

pub fn _mm256_or_si256(a: __m256i, b: __m256i) -> __m256i {
    a.zip(b, |a: u8, b| a | b)
}

pub fn _mm256_add_epi16(a: __m256i, b: __m256i) -> __m256i {
    a.zip(b, i16::wrapping_add)
}

pub fn _mm256_add_epi32(a: __m256i, b: __m256i) -> __m256i {
    a.zip(b, i32::wrapping_add)
}

pub fn _mm256_add_epi64(a: __m256i, b: __m256i) -> __m256i {
    a.zip(b, i64::wrapping_add)
}

/// `VPSLLD`: `IF COUNT > 31 THEN 0 ELSE ZeroExtend(SRC[31:0] << COUNT)`, as all shifts here.
pub fn _mm256_slli_epi32<const COUNT: i32>(a: __m256i) -> __m256i {
    a.map(|a: u32| a.checked_shl(COUNT as u32).unwrap_or(0))
}

/// `VPSRLD`
pub fn _mm256_srli_epi32<const COUNT: i32>(a: __m256i) -> __m256i {
    a.map(|a: u32| a.checked_shr(COUNT as u32).unwrap_or(0))
}

/// `VPSRLQ`
pub fn _mm256_srli_epi64<const COUNT: i32>(a: __m256i) -> __m256i {
    a.map(|a: u64| a.checked_shr(COUNT as u32).unwrap_or(0))
}

/// `VPSRAD`: `IF COUNT > 31 THEN COUNT := 32; DEST[31:0] := SignExtend(SRC[31:0] >> COUNT)`.
pub fn _mm256_srai_epi32<const COUNT: i32>(a: __m256i) -> __m256i {
    a.map(|a: i32| a >> (COUNT as u32).min(31))
}

/// `VPMULDQ`
pub fn _mm256_mul_epi32(a: __m256i, b: __m256i) -> __m256i {
    multiply_even(a, b)
}

/// `VPMADDUBSW`: `DEST[15:0] := SaturateToSignedWord(SRC2[15:8] * SRC1[15:8] + SRC2[7:0] *
/// SRC1[7:0])` for each word; the bytes of `a` have no sign, those of `b` have one.
pub fn _mm256_maddubs_epi16(a: __m256i, b: __m256i) -> __m256i {
    let product = |i| i32::from(a.lane::<u8>(i)) * i32::from(b.lane::<i8>(i));
    Vector::of(|i| {
        (product(2 * i) + product(2 * i + 1)).clamp(i16::MIN.into(), i16::MAX.into()) as i16
    })
}

/// `VPMADDWD`: `DEST[31:0] := (SRC1[15:0] * SRC2[15:0]) + (SRC1[31:16] * SRC2[31:16])` for each
/// lane of 32 bits.
pub fn _mm256_madd_epi16(a: __m256i, b: __m256i) -> __m256i {
    dot_words(Vector([0; 32]), a, b)
}

/// `VPBLENDVB`: `IF MASK[7] = 1 THEN DEST[7:0] := SRC2[7:0] ELSE DEST[7:0] := SRC1[7:0]` for each
/// byte.
pub fn _mm256_blendv_epi8(a: __m256i, b: __m256i, mask: __m256i) -> __m256i {
    Vector::of(|i| if mask.lane::<i8>(i) < 0 { b.lane::<u8>(i) } else { a.lane(i) })
}

/// `VPBLENDD`: `IF imm8[i] = 1 THEN DEST.dword[i] := SRC2.dword[i] ELSE ... SRC1.dword[i]`.
pub fn _mm256_blend_epi32<const MASK: i32>(a: __m256i, b: __m256i) -> __m256i {
    Vector::of(|i| if MASK >> i & 1 == 1 { b.lane::<u32>(i) } else { a.lane(i) })
}

/// `VPERMQ`: `DEST[63:0] := (SRC[255:0] >> (IMM8[1:0] * 64))[63:0]`, and so on.
pub fn _mm256_permute4x64_epi64<const ORDER: i32>(a: __m256i) -> __m256i {
    Vector::of(|i| a.lane::<u64>((ORDER >> (2 * i) & 3) as usize))
}

/// `VPACKSSDW`: `DEST[15:0] := SaturateSignedDwordToSignedWord(SRC1[31:0])` and so on. Each half of
/// 128 bits has four words of the same half of `a`, and then four of `b`.
pub fn _mm256_packs_epi32(a: __m256i, b: __m256i) -> __m256i {
    Vector::of(|i| {
        let (half, inside) = (i / 8, i % 8);
        let from = if inside < 4 { a } else { b };
        let number: i32 = from.lane(4 * half + inside % 4);
        number.clamp(i16::MIN.into(), i16::MAX.into()) as i16
    })
}

/// `VPDPBUSD` with a VEX prefix
pub fn _mm256_dpbusd_avx_epi32(sums: __m256i, a: __m256i, b: __m256i) -> __m256i {
    dot_bytes(sums, a, b)
}

/// `VPDPWSSD` with a VEX prefix
pub fn _mm256_dpwssd_avx_epi32(sums: __m256i, a: __m256i, b: __m256i) -> __m256i {
    dot_words(sums, a, b)
}
