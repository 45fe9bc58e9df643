//! The intrinsics of AVX-512F and AVX-512 VNNI that the loops use.

use super::lanes::{Vector, dot_bytes, dot_words, multiply_even};
use super::{__m128i, __m512i};

/// # Safety
///
/// There are 64 bytes to read.
pub unsafe fn _mm512_loadu_si512(from: *const __m512i) -> __m512i {
    // SAFETY: as the caller says.
    unsafe { Vector::load(from) }
}

pub unsafe fn _mm512_load_si512(from: *const __m512i) -> __m512i {
    // SAFETY: as the caller says.
    unsafe { Vector::load_aligned(from) }
}

pub unsafe fn _mm512_storeu_si512(to: *mut __m512i, a: __m512i) {
    // SAFETY: as the caller says.
    unsafe { a.store(to) }
}

pub fn _mm512_setzero_si512() -> __m512i {
    Vector([0; 64])
}

pub fn _mm512_set1_epi32(a: i32) -> __m512i {
    Vector::of(|_| a)
}

pub fn _mm512_set1_epi64(a: i64) -> __m512i {
    Vector::of(|_| a)
}

/// `VPMOVZXBD`: `DEST[31:0] := ZeroExtend(SRC[7:0])` for each of 16 bytes.
pub fn _mm512_cvtepu8_epi32(a: __m128i) -> __m512i {
    Vector::of(|i| u32::from(a.lane::<u8>(i)))
}

/// `VPMOVDB`: `DEST[7:0] := TruncateDoubleWordToByte(SRC[31:0])` for each of 16 lanes.
pub fn _mm512_cvtepi32_epi8(a: __m512i) -> __m128i {
    Vector::of(|i| a.lane::<u32>(i) as u8)
}

pub fn _mm512_and_si512(a: __m512i, b: __m512i) -> __m512i {
    a.zip(b, |a: u8, b| a & b)
}

pub fn _mm512_add_epi32(a: __m512i, b: __m512i) -> __m512i {
    a.zip(b, i32::wrapping_add)
}

pub fn _mm512_add_epi64(a: __m512i, b: __m512i) -> __m512i {
    a.zip(b, i64::wrapping_add)
}

/// `VPMINSD`
pub fn _mm512_min_epi32(a: __m512i, b: __m512i) -> __m512i {
    a.zip(b, i32::min)
}

/// `VPMAXSD`
pub fn _mm512_max_epi32(a: __m512i, b: __m512i) -> __m512i {
    a.zip(b, i32::max)
}

/// `VPSRLD`: `IF COUNT > 31 THEN 0 ELSE ZeroExtend(SRC[31:0] >> COUNT)`.
pub fn _mm512_srli_epi32<const COUNT: u32>(a: __m512i) -> __m512i {
    a.map(|a: u32| a.checked_shr(COUNT).unwrap_or(0))
}

/// `VPSRLQ`, the same in 64 bits.
pub fn _mm512_srli_epi64<const COUNT: u32>(a: __m512i) -> __m512i {
    a.map(|a: u64| a.checked_shr(COUNT).unwrap_or(0))
}

/// `VPMULDQ`
pub fn _mm512_mul_epi32(a: __m512i, b: __m512i) -> __m512i {
    multiply_even(a, b)
}

/// `VPCMPD` with the predicate `LT`: `DEST[j] := SRC1[i+31:i] < SRC2[i+31:i] ? 1 : 0`, the numbers
/// having a sign.
pub fn _mm512_cmplt_epi32_mask(a: __m512i, b: __m512i) -> u16 {
    (0..16).fold(0, |mask, i| mask | u16::from(a.lane::<i32>(i) < b.lane::<i32>(i)) << i)
}

/// `VPBLENDMD`: `IF k1[j] THEN DEST[i+31:i] := SRC2[i+31:i] ELSE DEST[i+31:i] := SRC1[i+31:i]`.
pub fn _mm512_mask_blend_epi32(mask: u16, a: __m512i, b: __m512i) -> __m512i {
    Vector::of(|i| if mask >> i & 1 == 1 { b.lane::<u32>(i) } else { a.lane(i) })
}

/// `VPDPBUSD` with an EVEX prefix
pub fn _mm512_dpbusd_epi32(sums: __m512i, a: __m512i, b: __m512i) -> __m512i {
    dot_bytes(sums, a, b)
}

/// `VPDPWSSD` with an EVEX prefix
pub fn _mm512_dpwssd_epi32(sums: __m512i, a: __m512i, b: __m512i) -> __m512i {
    dot_words(sums, a, b)
}
