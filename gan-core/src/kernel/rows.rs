//! The sums of rows that lie as a model's file has them, and of layers of reals. The kernel of the
//! build takes the columns of an integer row that its instruction set has a faster way for.

use super::{Active, PackedKernel};

/// `bias + sum of weights[k] * input[k]`, of as many weights as inputs.
///
/// `decode` proves that no partial sum leaves 32 bits when the codes are at most 127.
#[inline]
pub(crate) fn dot(weights: &[i8], input: &[u8], bias: i32) -> i32 {
    let (bias, weights, input) = Active::add_row(weights, input, bias);
    let term = |w: i8, x: u8| i32::from(w) * i32::from(x);
    // Four at a time: the compiler does not do so where it makes code small.
    let (fours, others) = weights.as_chunks();
    let (four_inputs, other_inputs) = input.as_chunks();
    let mut acc = bias;
    for (&[a, b, c, d], &[e, f, g, h]) in fours.iter().zip(four_inputs) {
        acc = acc.wrapping_add(term(a, e) + term(b, f) + term(c, g) + term(d, h));
    }
    others.iter().zip(other_inputs).fold(acc, |acc, (&w, &x)| acc.wrapping_add(term(w, x)))
}

/// `bias + sum of weights[k] * input[k]` in f32, first to last. `weights` holds four little-endian
/// bytes each.
#[cfg(feature = "float")]
#[inline]
pub(crate) fn dot_f32(weights: &[u8], input: impl Iterator<Item = f32>, bias: f32) -> f32 {
    let (weights, _) = weights.as_chunks::<4>();
    weights.iter().zip(input).fold(bias, |acc, (w, x)| acc + f32::from_le_bytes(*w) * x)
}
