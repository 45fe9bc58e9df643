//! The model of each intrinsic compared with the real one, where this CPU has it, on numbers of
//! which many are the ends of their lanes.

use super::x86 as model;
use core::arch::x86_64 as real;
use core::fmt::Debug;
use gan_tests::synthetic::SplitMix64;
use std::format;
use std::io::Write;

/// Rounds of each intrinsic.
const ROUNDS: usize = 2000;

/// What intrinsics take and give: a vector of the model, or a number, which is the same in both.
trait Value: Copy + Debug + PartialEq {
    type Real: Copy;
    fn random(rng: &mut SplitMix64) -> Self;
    fn real(self) -> Self::Real;
    fn from_real(real: Self::Real) -> Self;
}

macro_rules! vectors {
    ($($name:ident of $bytes:literal)+) => {$(
        impl Value for model::$name {
            type Real = real::$name;

            fn random(rng: &mut SplitMix64) -> Self {
                // Two bytes at a time, so that lanes of 16 bits are at their ends too.
                let ends = [[0; 2], [255; 2], [0, 128], [255, 127], [1, 0], [127; 2], [128; 2]];
                let mut pair = |_| match rng.range(0, 12) {
                    end @ 0..=6 => ends[end as usize],
                    _ => (rng.range(0, 0xFFFF) as u16).to_le_bytes(),
                };
                let mut bytes = [0; $bytes];
                bytes.as_chunks_mut().0.iter_mut().enumerate().for_each(|(i, two)| *two = pair(i));
                model::Vector(bytes)
            }

            fn real(self) -> real::$name {
                // SAFETY: both are as many bytes, and any bytes are a vector.
                unsafe { core::mem::transmute(self) }
            }

            fn from_real(real: real::$name) -> Self {
                // SAFETY: both are as many bytes, and any bytes are an array.
                unsafe { core::mem::transmute(real) }
            }
        }
    )+};
}
vectors! { __m128i of 16 __m256i of 32 __m512i of 64 }

macro_rules! numbers {
    ($($number:ty)+) => {$(
        impl Value for $number {
            type Real = Self;

            fn random(rng: &mut SplitMix64) -> Self {
                match rng.range(0, 3) {
                    0 => Self::MIN,
                    1 => Self::MAX,
                    _ => rng.next_u64() as Self,
                }
            }

            fn real(self) -> Self {
                self
            }

            fn from_real(real: Self) -> Self {
                real
            }
        }
    )+};
}
numbers! { i8 i16 i32 i64 u16 }

/// Compares each intrinsic of the list if the CPU has the instructions, and says whether it has:
/// `NAME::<CONSTANT>(argument: TYPE, ...) as REAL_NAME`.
macro_rules! compare {
    ($($feature:tt)&+: $($name:ident $(::<$constant:literal>)?
        ($($argument:ident: $kind:ident),*) as $real:ident;)+) => {
        let there = $(is_x86_feature_detected!($feature))&&+;
        let said = if there { "compared with the CPU" } else { "SKIPPED, this CPU lacks it" };
        let features = [$($feature),+].join(", ");
        // Not by `println`, which cargo test hides.
        let _ = std::io::stdout().write_all(format!("\nmodel of {features}: {said}\n").as_bytes());
        let mut rng = SplitMix64(7);
        for _ in (0..ROUNDS).take_while(|_| there) {
            $(
                $(let $argument: $kind = Value::random(&mut rng);)*
                // SAFETY: the CPU has the instructions.
                let found = unsafe { real::$real$(::<$constant>)?($($argument.real()),*) };
                let modelled = model::$name$(::<$constant>)?($($argument),*);
                let name = stringify!($name $(<$constant>)?);
                assert_eq!(modelled, Value::from_real(found), "{name} of {:?}", ($($argument,)*));
            )+
        }
    };
}

/// The same for loads and stores, of memory that is aligned and of the bytes after it.
macro_rules! compare_memory {
    ($feature:tt: $kind:ident $([$load:ident $offset:literal])+ $store:ident) => {
        if is_x86_feature_detected!($feature) {
            let mut rng = SplitMix64(8);
            for _ in 0..ROUNDS {
                let memory = Aligned64([$kind::random(&mut rng), $kind::random(&mut rng)]);
                let start = (&raw const memory).cast::<u8>();
                // SAFETY: the CPU has the instructions, and the memory is two vectors long.
                unsafe {
                    $({
                        let from = start.add($offset);
                        let found = real::$load(from.cast());
                        assert_eq!(model::$load(from.cast()), Value::from_real(found));
                    })+
                    let (mut stored, mut modelled) = (memory, memory);
                    let end = |memory: &mut Aligned64<$kind>| {
                        (&raw mut *memory).cast::<u8>().add(5)
                    };
                    real::$store(end(&mut stored).cast(), memory.0[0].real());
                    model::$store(end(&mut modelled).cast(), memory.0[0]);
                    assert_eq!(modelled, stored, stringify!($store));
                }
            }
        }
    };
}

/// Two vectors at an address that suits any of them.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(64))]
struct Aligned64<V>([V; 2]);

type V128 = model::__m128i;
type V256 = model::__m256i;
type V512 = model::__m512i;

#[test]
fn avx2() {
    compare! { "avx2":
        _mm_set1_epi8(a: i8) as _mm_set1_epi8;
        _mm_min_epu8(a: V128, b: V128) as _mm_min_epu8;
        _mm_srli_si128::<8>(a: V128) as _mm_srli_si128;
        _mm_packus_epi16(a: V128, b: V128) as _mm_packus_epi16;
        _mm256_set1_epi16(a: i16) as _mm256_set1_epi16;
        _mm256_set1_epi32(a: i32) as _mm256_set1_epi32;
        _mm256_set1_epi64x(a: i64) as _mm256_set1_epi64x;
        _mm256_castsi256_si128(a: V256) as _mm256_castsi256_si128;
        _mm256_extracti128_si256::<1>(a: V256) as _mm256_extracti128_si256;
        _mm256_cvtepu8_epi32(a: V128) as _mm256_cvtepu8_epi32;
        _mm256_and_si256(a: V256, b: V256) as _mm256_and_si256;
        _mm256_or_si256(a: V256, b: V256) as _mm256_or_si256;
        _mm256_add_epi16(a: V256, b: V256) as _mm256_add_epi16;
        _mm256_add_epi32(a: V256, b: V256) as _mm256_add_epi32;
        _mm256_add_epi64(a: V256, b: V256) as _mm256_add_epi64;
        _mm256_slli_epi32::<16>(a: V256) as _mm256_slli_epi32;
        _mm256_srli_epi32::<4>(a: V256) as _mm256_srli_epi32;
        _mm256_srli_epi64::<32>(a: V256) as _mm256_srli_epi64;
        _mm256_srai_epi32::<31>(a: V256) as _mm256_srai_epi32;
        _mm256_mul_epi32(a: V256, b: V256) as _mm256_mul_epi32;
        _mm256_maddubs_epi16(a: V256, b: V256) as _mm256_maddubs_epi16;
        _mm256_madd_epi16(a: V256, b: V256) as _mm256_madd_epi16;
        _mm256_blendv_epi8(a: V256, b: V256, mask: V256) as _mm256_blendv_epi8;
        _mm256_blend_epi32::<0xAA>(a: V256, b: V256) as _mm256_blend_epi32;
        _mm256_permute4x64_epi64::<0b11_01_10_00>(a: V256) as _mm256_permute4x64_epi64;
        _mm256_packs_epi32(a: V256, b: V256) as _mm256_packs_epi32;
    }
}

#[test]
fn avx512_vnni() {
    compare! { "avx512f" & "avx512vnni":
        _mm512_setzero_si512() as _mm512_setzero_si512;
        _mm512_set1_epi32(a: i32) as _mm512_set1_epi32;
        _mm512_set1_epi64(a: i64) as _mm512_set1_epi64;
        _mm512_cvtepu8_epi32(a: V128) as _mm512_cvtepu8_epi32;
        _mm512_cvtepi32_epi8(a: V512) as _mm512_cvtepi32_epi8;
        _mm512_and_si512(a: V512, b: V512) as _mm512_and_si512;
        _mm512_add_epi32(a: V512, b: V512) as _mm512_add_epi32;
        _mm512_add_epi64(a: V512, b: V512) as _mm512_add_epi64;
        _mm512_min_epi32(a: V512, b: V512) as _mm512_min_epi32;
        _mm512_max_epi32(a: V512, b: V512) as _mm512_max_epi32;
        _mm512_srli_epi32::<4>(a: V512) as _mm512_srli_epi32;
        _mm512_srli_epi64::<32>(a: V512) as _mm512_srli_epi64;
        _mm512_mul_epi32(a: V512, b: V512) as _mm512_mul_epi32;
        _mm512_cmplt_epi32_mask(a: V512, b: V512) as _mm512_cmplt_epi32_mask;
        _mm512_mask_blend_epi32(mask: u16, a: V512, b: V512) as _mm512_mask_blend_epi32;
        _mm512_dpbusd_epi32(sums: V512, a: V512, b: V512) as _mm512_dpbusd_epi32;
        _mm512_dpwssd_epi32(sums: V512, a: V512, b: V512) as _mm512_dpwssd_epi32;
    }
}

#[test]
fn memory() {
    compare_memory! { "sse2": V128 [_mm_loadu_si128 3] _mm_storeu_si128 }
    compare_memory! {
        "avx2": V256 [_mm256_loadu_si256 3] [_mm256_load_si256 32] _mm256_storeu_si256
    }
    compare_memory! {
        "avx512f": V512 [_mm512_loadu_si512 3] [_mm512_load_si512 64] _mm512_storeu_si512
    }
}

/// AVX-VNNI, and its instructions in the encoding of AVX-512, which compute the same.
#[test]
fn avx_vnni() {
    compare! { "avxvnni":
        _mm256_dpbusd_avx_epi32(sums: V256, a: V256, b: V256) as _mm256_dpbusd_avx_epi32;
        _mm256_dpwssd_avx_epi32(sums: V256, a: V256, b: V256) as _mm256_dpwssd_avx_epi32;
    }
    compare! { "avx512vl" & "avx512vnni":
        _mm256_dpbusd_avx_epi32(sums: V256, a: V256, b: V256) as _mm256_dpbusd_epi32;
        _mm256_dpwssd_avx_epi32(sums: V256, a: V256, b: V256) as _mm256_dpwssd_epi32;
    }
}
