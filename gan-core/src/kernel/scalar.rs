//! Plain loops. They specify what every kernel computes, and run the layers that are not packed for
//! this build's kernel.

/// `bias + sum of weights[k] * input[k]`, over the shorter of the two.
///
/// `decode` proves that no partial sum leaves 32 bits when the codes are at most 127.
#[inline]
pub fn dot(weights: &[i8], input: &[u8], bias: i32) -> i32 {
    weights
        .iter()
        .zip(input)
        .fold(bias, |acc, (&w, &x)| acc.wrapping_add(i32::from(w) * i32::from(x)))
}

/// `bias + sum of weights[k] * input[k]` in f32, first to last. `weights` holds four little-endian
/// bytes each.
#[inline]
pub fn dot_f32(weights: &[u8], input: impl Iterator<Item = f32>, bias: f32) -> f32 {
    let (weights, _) = weights.as_chunks::<4>();
    weights.iter().zip(input).fold(bias, |acc, (w, x)| acc + f32::from_le_bytes(*w) * x)
}
