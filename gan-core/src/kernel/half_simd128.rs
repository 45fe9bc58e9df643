//! Half bytes on WebAssembly with vectors of 128 bits, in rows, row by row.
//!
//! The bytes of a group of columns are one vector, or half of one for groups of 16. A mask leaves
//! its even columns, and a shift leaves the odd ones, each weight `w` as `n = w + 8`. The group's
//! four partial sums of `n x` are multiplied by its scale and added to those of the row. What they
//! have too much, 8 times the sum of `x`, is staged with the codes and taken off by itself. All of
//! it is exact modulo 2^32, and [`decode`](crate::decode) proves that the result has 32 bits.

#![allow(unsafe_code)]

use super::active::dot;
use super::{HalfByteKernel, HalfByteRows, bytes};
use crate::header::Packing;
use core::arch::wasm32::{
    i32x4_add, i32x4_extract_lane, i32x4_mul, i32x4_splat, u8x16_shr, u8x16_splat, u64x2, v128,
    v128_and, v128_load,
};

pub struct ActiveHalf;

impl HalfByteKernel for ActiveHalf {
    const PACKING: Packing = Packing::Rows;
    const ROWS: usize = 1;
    const EVEN_THEN_ODD: bool = true;
    type Sums = [i32; 1];

    fn add(rows: &HalfByteRows<'_>, [sum]: &mut [i32; 1]) {
        debug_assert!(rows.hold(1), "a section or the staged inputs are too short");
        match rows.group {
            16 => row::<8>(rows, sum),
            _ => row::<16>(rows, sum),
        }
    }
}

/// Adds up a row whose groups have `2 HALF` columns: 8 or 16.
fn row<const HALF: usize>(block: &HalfByteRows<'_>, acc: &mut i32) {
    let (mut sums, mut surplus) = (i32x4_splat(0), 0u32);
    let groups = block
        .weights
        .as_chunks::<HALF>()
        .0
        .iter()
        .zip(block.scales)
        .zip(block.staged.chunks_exact(HALF / 2 + 1));
    for ((weights, &scale), staged) in groups.take(block.groups) {
        let Some((&correction, codes)) = staged.split_last() else { break };
        let Some([even, odd]) = bytes(codes).as_chunks::<HALF>().0.first_chunk::<2>() else {
            debug_assert!(false, "a group has HALF even and HALF odd codes");
            break;
        };
        let weights = vector(weights);
        let weights = [v128_and(weights, u8x16_splat(15)), u8x16_shr(weights, 4)];
        let part = dot::half_bytes(weights, [vector(even), vector(odd)]);
        sums = i32x4_add(sums, i32x4_mul(part, i32x4_splat(scale.into())));
        surplus = surplus.wrapping_add(u32::from(scale).wrapping_mul(correction));
    }
    let sum = i32x4_extract_lane::<0>(sums)
        .wrapping_add(i32x4_extract_lane::<1>(sums))
        .wrapping_add(i32x4_extract_lane::<2>(sums))
        .wrapping_add(i32x4_extract_lane::<3>(sums));
    *acc = acc.wrapping_add(sum).wrapping_sub(surplus.cast_signed());
}

/// 16 bytes as a vector, or eight and as many zeros.
#[inline(always)]
fn vector<const HALF: usize>(bytes: &[u8; HALF]) -> v128 {
    if let Some(sixteen) = bytes.first_chunk::<16>() {
        // SAFETY: an array of 16 bytes is read, which needs no alignment.
        unsafe { v128_load(sixteen.as_ptr().cast()) }
    } else {
        let eight = bytes.first_chunk().copied().unwrap_or_default();
        u64x2(u64::from_le_bytes(eight), 0)
    }
}
