//! Half bytes row by row, in a loop that compilers vectorize.

use super::{HalfBytes, bytes};
use crate::header::Packing;

pub const PACKING: Packing = Packing::Rows;
pub const ROWS: usize = 1;
/// A group's codes are those of even columns, then those of odd ones: what the low and the high
/// halves of its bytes meet.
pub const EVEN_THEN_ODD: bool = true;

/// Adds up a row, onto `sums`.
pub fn add(block: &HalfBytes<'_>, [sum]: &mut [i32; ROWS]) {
    match block.group {
        16 => row::<8>(block, sum),
        _ => row::<16>(block, sum),
    }
}

/// A group is `2 HALF` columns.
fn row<const HALF: usize>(block: &HalfBytes<'_>, acc: &mut i32) {
    let groups = block
        .weights
        .as_chunks::<HALF>()
        .0
        .iter()
        .zip(block.scales)
        .zip(block.staged.chunks_exact(HALF / 2 + 1));
    for ((weights, &scale), staged) in groups.take(block.groups) {
        let Some((&correction, codes)) = staged.split_last() else { return };
        let Some([even, odd]) = bytes(codes).as_chunks::<HALF>().0.first_chunk::<2>() else {
            return;
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
