//! Sums of layers of half bytes, for any core: a row at a time, and two rows in one multiplication.
//!
//! A weight `w` is stored as `n = w + 8`, so a group's sum is `sum of n x` less `8 sum of x`, which is the same in all rows and
//! is computed once, when the inputs are staged.
//!
//! **Two rows at once.** A word of [`Packing::PairedNibbles`](crate::Packing::PairedNibbles) holds four columns, of the first row in its lower and of the
//! second in its upper half. `(word >> 4 k) & 0x000F000F` are the two weights of column `k`, 16 bits apart, and one multiplication by
//! `x` makes both products. A group has at most 32 columns, so that a lane's sum is at most `32 * 15 * 127 = 60,960 < 2^16`: nothing
//! runs from the lower lane into the upper one, and nothing is lost at the top.

/// The half bytes of column `4 i` of two rows.
pub(super) const LANES: u32 = 0x000F_000F;

/// Adds up a row: `bias + sum over groups of scale * (sum of n x - correction)`. A group is `2 HALF` columns; its codes are the even
/// columns' and then the odd ones', as the low and the high halves of its bytes.
#[inline]
pub fn row<const HALF: usize>(weights: &[u8], scales: &[u8], codes: &[u8], corrections: &[u32], bias: i32) -> i32 {
    let groups = weights.as_chunks::<HALF>().0.iter().zip(codes.as_chunks::<HALF>().0.as_chunks::<2>().0);
    groups.zip(scales.iter().zip(corrections)).fold(bias, |acc, ((bytes, [even, odd]), (&scale, &correction))| {
        let mut sum = 0u32;
        for ((&byte, &even), &odd) in bytes.iter().zip(even).zip(odd) {
            sum = sum.wrapping_add(u32::from(byte & 15) * u32::from(even) + u32::from(byte >> 4) * u32::from(odd));
        }
        scaled(acc, scale, sum, correction)
    })
}

/// Adds up two rows at once. A group is `4 WORDS` columns, whose codes are in order.
#[inline]
pub fn pair<const WORDS: usize>(
    weights: &[u32],
    scales: [&[u8]; 2],
    codes: &[u8],
    corrections: &[u32],
    mut sums: [i32; 2],
) -> [i32; 2] {
    let groups = weights.as_chunks::<WORDS>().0.iter().zip(codes.as_chunks::<4>().0.as_chunks::<WORDS>().0);
    let [first, second] = scales;
    for ((words, codes), ((&first, &second), &correction)) in groups.zip(first.iter().zip(second).zip(corrections)) {
        let mut lanes = 0u32;
        for (&word, &[a, b, c, d]) in words.iter().zip(codes) {
            let word = u32::from_le(word);
            // Written out: firmware is built for size, which would make a loop of it.
            let product = |shift: u32, code: u8| ((word >> shift) & LANES).wrapping_mul(code.into());
            lanes = lanes.wrapping_add(product(0, a)).wrapping_add(product(4, b));
            lanes = lanes.wrapping_add(product(8, c)).wrapping_add(product(12, d));
        }
        let [low, high] = &mut sums;
        *low = scaled(*low, first, lanes & 0xFFFF, correction);
        *high = scaled(*high, second, lanes >> 16, correction);
    }
    sums
}

/// `acc + scale * (sum - correction)`. decode proves that it stays within 32 bits.
#[inline]
pub(super) fn scaled(acc: i32, scale: u8, sum: u32, correction: u32) -> i32 {
    acc.wrapping_add(i32::from(scale).wrapping_mul(sum.wrapping_sub(correction).cast_signed()))
}
