//! Sums of layers that are packed for the kernel of another core. Those of layers in rows are
//! [`rows::dot`](super::rows::dot)'s.

use super::{Active, PackedKernel, words};

/// The sums of four rows in the packing [`ByteLane`](crate::Packing::ByteLane), each with its bias.
/// `bytes` are a group of rows, `codes` the inputs of the layer, and `total` is the sum of the
/// codes. A byte is the weight plus 128, so 128 times `total` is taken off each sum.
pub fn lanes(bytes: &[u8], codes: &[u8], total: i32, bias: [i32; 4]) -> [i32; 4] {
    let sums = bias.map(|bias| bias.wrapping_sub(total.wrapping_mul(128)));
    let (sums, bytes, codes) = Active::add_byte_lanes(bytes, codes, sums);
    let [mut first, mut second, mut third, mut fourth] = sums;
    let (pairs, last) = codes.as_chunks();
    let mut blocks = bytes.as_chunks().0.iter();
    let term = |byte: u8, code: u8| i32::from(byte) * i32::from(code);
    // The second column of two comes first.
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

/// The sums of four rows in the packing [`PairedHalfword`](crate::Packing::PairedHalfword), each
/// with its bias. `bytes` are a group of rows, which begins on a word, and `codes` the inputs of
/// the layer.
///
/// A halfword is `256 a + b`, with the weights of two rows. With `A` and `B` for the sums of these
/// rows, the sum of halfwords times codes is `256 A + B` modulo 2^32. So `A` is
/// `((256 A + B) - B) >> 8`, which is exact if `A` has 24 bits with its sign. `decode` proves this
/// of the sum with its bias, so the sum begins with the bias.
pub fn pairs(bytes: &[u8], codes: &[u8], bias: [i32; 4]) -> [i32; 4] {
    // 256 A + B and B of the first two rows, then of the last two.
    let [mut pair_of_first, mut second_row, mut pair_of_last, mut last_row] =
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
        pair_of_first = pair_of_first.wrapping_add(pair * e + next * f);
        second_row = second_row.wrapping_add(second(pair) * e + second(next) * f);
        let (pair, next) = halves(after);
        pair_of_last = pair_of_last.wrapping_add(pair * e + next * f);
        last_row = last_row.wrapping_add(second(pair) * e + second(next) * f);
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
        pair_of_first.wrapping_sub(second_row) >> 8,
        second_row.wrapping_add(bias[1]),
        pair_of_last.wrapping_sub(last_row) >> 8,
        last_row.wrapping_add(bias[3]),
    ]
}
