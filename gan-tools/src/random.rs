//! Random numbers, each sequence from (seed, purpose, index) alone.

use rand_pcg::Pcg64Mcg;

/// The purpose of the weights of a model that is not trained; the index is the layer. gan-train has
/// the other purposes, from 1 on.
pub const BENCH_MODEL: u64 = 11;

/// The sequence of `purpose` and `index`.
pub fn stream(seed: u64, purpose: u64, index: u64) -> Pcg64Mcg {
    let high = mix(mix(seed) ^ purpose);
    let low = mix(high ^ mix(index));
    Pcg64Mcg::new(u128::from(high) << 64 | u128::from(low))
}

/// SplitMix64's output function (Steele, Lea, Flood 2014): spreads neighbouring numbers.
fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}
