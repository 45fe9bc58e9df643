//! Half bytes row by row, in a loop that compilers vectorize. A group's sum of `w x` is that of
//! half bytes `n = w + 8` times `x`, less 8 times the sum of `x`, which is staged with the codes.

use super::{HalfByteKernel, HalfByteRows, bytes};
use crate::header::Packing;

pub struct ActiveHalf;

impl HalfByteKernel for ActiveHalf {
    const PACKING: Packing = Packing::Rows;
    const ROWS: usize = 1;
    /// Even columns meet the low halves of a group's bytes, odd columns the high halves.
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

/// Adds up a row whose groups have `2 HALF` columns.
fn row<const HALF: usize>(block: &HalfByteRows<'_>, acc: &mut i32) {
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
        let mut sum = 0u32;
        for ((&byte, &even), &odd) in weights.iter().zip(even).zip(odd) {
            sum = sum.wrapping_add(
                u32::from(byte & 15) * u32::from(even) + u32::from(byte >> 4) * u32::from(odd),
            );
        }
        *acc = acc.wrapping_add(
            i32::from(scale).wrapping_mul(sum.wrapping_sub(correction).cast_signed()),
        );
    }
}
