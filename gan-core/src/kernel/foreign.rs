//! Sums of layers that are packed for the kernel of another core. Those of layers in rows are
//! [`rows::dot`](super::rows::dot)'s.

use super::{Active, PackedKernel, words};

/// The sums of four rows of byte lanes, each with its bias. A byte is the weight plus 128, so 128
/// times the sum of all codes, `total`, is too much.
pub fn lanes(bytes: &[u8], codes: &[u8], total: i32, bias: [i32; 4]) -> [i32; 4] {
    let sums = bias.map(|bias| bias.wrapping_sub(total.wrapping_mul(128)));
    let (sums, bytes, codes) = Active::add_byte_lanes(bytes, codes, sums);
    let [mut first, mut second, mut third, mut fourth] = sums;
    let (pairs, last) = codes.as_chunks();
    let mut blocks = bytes.as_chunks().0.iter();
    let term = |byte: u8, code: u8| i32::from(byte) * i32::from(code);
    // Of each two columns, the second one comes first.
    for (&[e, f], &[a1, b1, a0, b0, c1, d1, c0, d0]) in pairs.iter().zip(&mut blocks) {
        first = first.wrapping_add(term(a0, e) + term(a1, f));
        second = second.wrapping_add(term(b0, e) + term(b1, f));
        third = third.wrapping_add(term(c0, e) + term(c1, f));
        fourth = fourth.wrapping_add(term(d0, e) + term(d1, f));
    }
    if let (&[e], Some(&[_, _, a0, b0, _, _, c0, d0])) = (last, blocks.next()) {
        first = first.wrapping_add(term(a0, e));
        second = second.wrapping_add(term(b0, e));
        third = third.wrapping_add(term(c0, e));
        fourth = fourth.wrapping_add(term(d0, e));
    }
    [first, second, third, fourth]
}

/// The sums of four rows of pairs, each with its bias.
///
/// A halfword is `256 a + b`, with the weights of two rows. With `A` and `B` for their sums, the
/// sum of halfwords times codes is `256 A + B`, in 32 bits. Its low byte may have overflowed into
/// `A`, so `A = ((256 A + B) - B) >> 8`, which is exact if `A` has 24 bits. `decode` proves that it
/// has with its bias, which is therefore in it from the beginning.
pub fn pairs(bytes: &[u8], codes: &[u8], bias: [i32; 4]) -> [i32; 4] {
    let [mut both, mut low, mut both_after, mut low_after] =
        [bias[0].wrapping_shl(8), 0, bias[2].wrapping_shl(8), 0i32];
    // A word has two columns of two rows.
    let mut add = |[first, after]: [u32; 2], e: u8, f: u8| {
        let (e, f) = (i32::from(e), i32::from(f));
        let halves = |word: u32| {
            let word = u32::from_le(word);
            (i32::from(word as i16), word.cast_signed() >> 16)
        };
        let second = |pair: i32| i32::from(pair as i8);
        let (pair, next) = halves(first);
        both = both.wrapping_add(pair * e + next * f);
        low = low.wrapping_add(second(pair) * e + second(next) * f);
        let (pair, next) = halves(after);
        both_after = both_after.wrapping_add(pair * e + next * f);
        low_after = low_after.wrapping_add(second(pair) * e + second(next) * f);
    };
    let (code_pairs, last) = codes.as_chunks();
    let mut blocks = words(bytes).as_chunks().0.iter();
    for (&[e, f], &block) in code_pairs.iter().zip(&mut blocks) {
        add(block, e, f);
    }
    if let (&[e], Some(&block)) = (last, blocks.next()) {
        add(block, e, 0);
    }
    [
        both.wrapping_sub(low) >> 8,
        low.wrapping_add(bias[1]),
        both_after.wrapping_sub(low_after) >> 8,
        low_after.wrapping_add(bias[3]),
    ]
}
