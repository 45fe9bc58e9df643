//! Draws latent codes from a seed, in integers. A seed gives the same codes on every machine and in
//! every version.
//!
//! PCG-XSH-RR 64/32 gives 32 random bits, and their place among the quantiles of the standard
//! normal distribution is the code. SplitMix64 makes the generator's state and its stream from the
//! seed. Were the seed the state itself, all seeds would be places on one cycle of numbers, and the
//! images of one seed could be those of another, some images later. docs/blob-format.md prescribes
//! all of this, so no change of a dependency may change the numbers. Golden vectors check that.

mod morph;
mod truncation;

use crate::CODE_MAX;
use crate::activation::Scaling;
pub use morph::{Morph, between};
use rand_core::Rng;
use rand_pcg::Pcg32;
pub use truncation::Truncation;

/// How latents are coded. A code stands for the real number `(code - 64) / 16`, in steps of 1/16 up
/// to four sigma.
pub const SCALING: Scaling = Scaling { steps: 16.0, zero_point: 64 };

/// The real number that a latent code stands for.
#[inline]
pub fn real(code: u8) -> f32 {
    (f32::from(code) - f32::from(SCALING.zero_point)) / SCALING.steps as f32
}

/// Draws latent vectors from the standard normal distribution, as codes 0..=127, one code at a
/// time.
///
/// ```
/// use gan_core::LatentSampler;
/// let (mut all, mut third) = ([0; 30], [0; 10]);
/// LatentSampler::new(42).fill(&mut all);
///
/// // The third image of seed 42, without the two before it.
/// let mut sampler = LatentSampler::new(42);
/// sampler.advance(2 * 10);
/// sampler.fill(&mut third);
/// assert_eq!(third, all[20..]);
/// ```
#[derive(Debug, Clone)]
pub struct LatentSampler {
    random: Pcg32,
    truncation: Truncation,
}

impl LatentSampler {
    /// Begins with the first code of `seed`. Any two seeds give unrelated codes, neighbours such as
    /// 0 and 1 too.
    pub fn new(seed: u64) -> Self {
        let [state, stream] = split_mix(seed);
        Self { random: Pcg32::new(state, stream), truncation: Truncation::OFF }
    }

    /// Scales all codes that are drawn from now on: each is the code that the seed has in its
    /// place, [truncated](Truncation::apply).
    pub fn with_truncation(self, truncation: Truncation) -> Self {
        Self { truncation, ..self }
    }

    /// Skips `codes` codes. The time that this takes is logarithmic in their number.
    pub fn advance(&mut self, codes: u64) {
        self.random.advance(codes);
    }

    /// Draws one vector: as many codes as `latent` has room for.
    pub fn fill(&mut self, latent: &mut [u8]) {
        for code in latent {
            *code = self.code();
        }
    }

    /// Draws one code.
    fn code(&mut self) -> u8 {
        self.truncation.apply(quantile(self.random.next_u32()))
    }
}

/// The first two outputs of SplitMix64 (Steele, Lea and Flood 2014) that is seeded with `seed`.
fn split_mix(seed: u64) -> [u64; 2] {
    [1, 2].map(|step| mix(seed.wrapping_add(GOLDEN_GAMMA.wrapping_mul(step))))
}

/// SplitMix64 adds this to its state before each output: 2^64 over the golden ratio, made odd.
const GOLDEN_GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// SplitMix64's output for a state. Different states give different outputs, and one bit of the
/// state changes half of the output's bits on
/// average.
fn mix(state: u64) -> u64 {
    let x = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// The code 0..=127 of 32 random bits, for firmware that draws latents from a random number
/// generator of its own, such as a chip's: it is normally distributed if `u` is uniform.
///
/// It is the number of thresholds that are at most `u`.
/// Threshold `k` is `round(2^32 * Phi((k - 63.5) / 16))`, where `Phi` is the standard normal's
/// distribution function. There the code changes from `k` to `k + 1`. The thresholds are symmetric,
/// so the lower half of them is enough: as many of the upper half are above `u` as of the lower
/// half are at most the complement of `u`.
pub fn quantile(u: u32) -> u8 {
    let upper = u >= 1 << 31;
    let lower = if upper { !u } else { u };
    let count = LOWER.partition_point(|&threshold| threshold <= lower) as u8;
    if upper { (CODE_MAX + 1).saturating_sub(count).min(CODE_MAX) } else { count }
}

/// The thresholds below one half: numbers 0 to 63 of 127.
static LOWER: [u32; 64] = [
    0x00025E15, 0x00031258, 0x0003F86F, 0x00051CFC, 0x00068F7E, 0x000862E9, 0x000AAE4A, 0x000D8D89,
    0x00112249, 0x001594E4, 0x001B1589, 0x0021DD77, 0x002A3064, 0x00345DFD, 0x0040C394, 0x004FCDE9,
    0x0061FB18, 0x0077DC9C, 0x00921976, 0x00B17054, 0x00D6B9CE, 0x0102EA99, 0x013715A9, 0x01746E3E,
    0x01BC49B4, 0x02102122, 0x0271929B, 0x02E26205, 0x03647977, 0x03F9E8F8, 0x04A4E5A0, 0x0567C7E7,
    0x0645092D, 0x073F4058, 0x08591D83, 0x099564A9, 0x0AF6E75A, 0x0C807D6C, 0x0E34FCB8, 0x10172FED,
    0x1229CC98, 0x146F6871, 0x16EA6E24, 0x199D11B1, 0x1C8944AB, 0x1FB0AA74, 0x23148CD2, 0x26B5D105,
    0x2A94EDB6, 0x2EB1E1ED, 0x330C2D62, 0x37A2CA5D, 0x3C74295D, 0x417E2EB5, 0x46BE324C, 0x4C310192,
    0x51D2E3C4, 0x579FA06D, 0x5D928839, 0x63A67FD6, 0x69D60CE3, 0x701B6498, 0x76707C00, 0x7CCF1963,
];
