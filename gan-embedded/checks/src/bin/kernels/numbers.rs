//! Fills the rows of a layer with random parameters, or with parameters at the ends of the range
//! for which every packing is exact.

use gan_core::blob;

use crate::buffers::{Buffers, Size};

/// A linear congruential generator with the constants of Numerical Recipes: enough for tests.
pub struct Random(pub u32);

impl Random {
    /// Returns a number below `count`, which is at most 65536.
    pub fn below(&mut self, count: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((self.0 >> 16) * count) >> 16
    }
}

/// The sums of a row's weights, and where its bias may lie.
pub struct Sums {
    /// 127 times the sums of the positive and of the negative weights.
    above: i32,
    below: i32,
    /// Roughly how far a sum is from the middle.
    spread: u32,
    /// The ends of the range for which every kernel is exact.
    limits: (i32, i32),
}

/// The signs of the weights of a row at the limit: all positive, all negative, or random.
fn signs(random: &mut Random) -> impl FnMut(&mut Random) -> i8 + use<> {
    let all = random.below(4);
    move |random| match all {
        0 => 1,
        1 => -1,
        _ => 2 * random.below(2) as i8 - 1,
    }
}

/// Fills a row of int8 weights.
pub fn bytes(weights: &mut [i8], random: &mut Random) -> Sums {
    // With more inputs, no bias would bring such a row's sums into 24 bits.
    let at_the_limit = weights.len() <= 1000 && random.below(4) == 0;
    let mut sign = signs(random);
    weights.fill_with(|| {
        if at_the_limit { 127 * sign(random) } else { (random.below(255) as i16 - 127) as i8 }
    });
    let (mut above, mut below) = (0, 0);
    for &weight in &*weights {
        above += 127 * i32::from(weight.max(0));
        below += 127 * i32::from(weight.min(0));
    }
    Sums {
        above,
        below,
        spread: 64 + 3000 * weights.len().isqrt() as u32,
        limits: (-(1 << 23), (1 << 23) - 1),
    }
}

/// Fills a row of int4 weights and its scales.
pub fn half_bytes(
    buffers: &mut Buffers,
    random: &mut Random,
    group: usize,
    row: usize,
    inputs: usize,
) -> Sums {
    let groups = inputs.div_ceil(group);
    let scales = &mut buffers.scales[row * groups..][..groups];
    let weights = buffers.half_bytes[row * groups * group / 2..][..groups * group / 2]
        .chunks_exact_mut(group / 2);
    let at_the_limit = random.below(4) == 0;
    let mut sign = signs(random);
    let (mut above, mut below, mut left) = (0, 0, inputs);
    for (scale, bytes) in scales.iter_mut().zip(weights) {
        *scale = if at_the_limit { 255 } else { random.below(256) as u8 };
        for byte in bytes {
            let mut weight = || {
                let Some(after) = left.checked_sub(1) else { return 0 };
                left = after;
                let weight =
                    if at_the_limit { 7 * sign(random) } else { random.below(15) as i8 - 7 };
                above += 127 * i32::from(*scale) * i32::from(weight.max(0));
                below += 127 * i32::from(*scale) * i32::from(weight.min(0));
                weight
            };
            let (even, odd) = (weight(), weight());
            *byte = blob::half_bytes(even, odd);
        }
    }
    Sums { above, below, spread: 40_000 * inputs.isqrt() as u32, limits: (i32::MIN, i32::MAX) }
}

/// Fills in all parameters of a row except its weights.
pub fn numbers(buffers: &mut Buffers, random: &mut Random, size: Size, row: usize, sums: &Sums) {
    let &Sums { above, below, spread, limits: (least, most) } = sums;
    for class in 0..size.classes.max(1) {
        let bias = match random.below(8) {
            0 => most - above,
            1 => least - below,
            _ => {
                (random.below(1 << 16) as i32 - (1 << 15)) * (spread >> 10) as i32 / 32
                    - above / 2
                    - below / 2
            }
        };
        buffers.bias[4 * (class * size.outputs + row)..][..4].copy_from_slice(&bias.to_le_bytes());
    }
    // One choice spreads the outputs over all codes. The others are at the ends, or random.
    let (multiplier, shift) = match random.below(8) {
        0 => (random.below(32768), 17 + random.below(16)),
        _ => (16384 + random.below(16384), (8 + spread.ilog2()).clamp(17, 32)),
    };
    buffers.shifts[row] = shift as u8;
    buffers.multipliers[2 * row..][..2].copy_from_slice(&(multiplier as u16).to_le_bytes());
    let negative = if random.below(2) == 0 { multiplier / 5 } else { random.below(32768) };
    buffers.negative_multipliers[2 * row..][..2].copy_from_slice(&(negative as u16).to_le_bytes());
}
