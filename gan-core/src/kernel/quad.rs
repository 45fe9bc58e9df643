//! Four rows of half bytes where there is nothing better than two pairs.

use super::nibbles::pair;

/// Adds up two pairs of rows, as [`pair`] does with one.
#[inline]
pub fn quad<const WORDS: usize>(
    weights: [&[u32]; 2],
    [first, second, third, fourth]: [&[u8]; 4],
    codes: &[u8],
    corrections: &[u32],
    [a, b, c, d]: [i32; 4],
) -> [i32; 4] {
    let [a, b] = pair::<WORDS>(weights[0], [first, second], codes, corrections, [a, b]);
    let [c, d] = pair::<WORDS>(weights[1], [third, fourth], codes, corrections, [c, d]);
    [a, b, c, d]
}
