//! Makes `arith.bin`, which holds requantizations and pieces of sampled sequences.

use crate::reference::{rescale, sampler};
use crate::synthetic::SplitMix64;
use crate::vectors::{ARITHMETIC_MAGIC, SAMPLER_CODES};

/// The bytes of the arithmetic file.
#[must_use]
pub fn arithmetic() -> Vec<u8> {
    let rescales = rescale_inputs();
    let samplers = sampler_inputs();
    let mut out = ARITHMETIC_MAGIC.to_vec();
    out.extend((rescales.len() as u16).to_le_bytes());
    out.extend((samplers.len() as u16).to_le_bytes());
    for (acc, multiplier, shift) in rescales {
        let expected = rescale(i64::from(acc), multiplier, shift) as i32;
        out.extend(acc.to_le_bytes());
        out.extend(multiplier.to_le_bytes());
        out.push(shift);
        out.extend(expected.to_le_bytes());
    }
    for (seed, skip, truncation) in samplers {
        out.extend(seed.to_le_bytes());
        out.extend(skip.to_le_bytes());
        out.extend(truncation.to_le_bytes());
        let codes = sampler::codes(seed, skip, SAMPLER_CODES);
        out.extend(codes.into_iter().map(|code| sampler::truncated(code, truncation)));
    }
    out
}

/// (accumulator, multiplier, shift): the corners, the neighbours of halves at every shift, and 350
/// random ones.
fn rescale_inputs() -> Vec<(i32, u16, u8)> {
    let mut inputs = Vec::new();
    for acc in [i32::MIN, i32::MIN + 1, -65_537, -65_536, -1, 0, 1, 65_535, 65_536, i32::MAX] {
        for multiplier in [0, 1, 16_384, 32_767] {
            inputs.extend([17, 32, 46].map(|shift| (acc, multiplier, shift)));
        }
    }
    for shift in 17..=46 {
        // acc x multiplier is 2^(shift-1), half a unit, which an i32 reaches with a multiplier of 1
        // or of 2^14.
        let (multiplier, half) =
            if shift <= 31 { (1, 1i64 << (shift - 1)) } else { (16_384, 1i64 << (shift - 15)) };
        let near = [half, half - 1, -half, -half - 1, -half + 1];
        inputs.extend(
            near.into_iter().filter_map(|acc| Some((i32::try_from(acc).ok()?, multiplier, shift))),
        );
    }
    let mut rng = SplitMix64(3);
    for _ in 0..350 {
        // Of any size, so that small results are as common as large ones.
        let acc = rng.range(i64::from(i32::MIN), i64::from(i32::MAX)) as i32 >> rng.range(0, 31);
        inputs.push((acc, rng.range(0, 32_767) as u16, rng.range(17, 46) as u8));
    }
    inputs
}

/// (seed, codes skipped, truncation): near and far, and the outputs that decide between `<=` and
/// `<`; then truncated ones, by 128 with halves on both sides of zero. The generator's period is
/// 2^64, so the last skip is one step back.
fn sampler_inputs() -> Vec<(u64, u64, u16)> {
    const OFF: u16 = 256;
    const SEEDS: [u64; 4] = [0, 1, 0x0123_4567_89AB_CDEF, u64::MAX];
    let mut inputs = Vec::new();
    for seed in SEEDS {
        inputs.extend([0, 1, 10_007, 1 << 32, 1 << 63, u64::MAX].map(|skip| (seed, skip, OFF)));
    }
    inputs.extend(sampler::SEEDS_AT_THRESHOLDS.map(|(seed, _, _)| (seed, 0, OFF)));
    for seed in SEEDS {
        inputs.extend([0, 1, 64, 127, 128, 129, 179, 255].map(|truncation| (seed, 3, truncation)));
    }
    inputs
}
