//! From a seed to latent codes, in integers: the same on every machine, for ever.
//!
//! PCG-XSH-RR 64/32 gives 32 random bits, and their place among the quantiles of the standard normal distribution is the
//! code. The format's documentation pins the generator, so no change in a dependency may change it: golden vectors check.

use crate::CODE_MAX;
use crate::activation::Scaling;
use rand_core::Rng;
use rand_pcg::Pcg32;

/// PCG's default stream.
const STREAM: u64 = 0x0A02_BDBF_7BB3_C0A7;

/// How latents are coded: `(code - 64) / 16`, steps of 1/16 up to four sigma.
pub const SCALING: Scaling = Scaling { steps: 16.0, zero_point: 64 };

/// The real number that a latent code stands for.
#[inline]
pub fn real(code: u8) -> f32 {
    (f32::from(code) - f32::from(SCALING.zero_point)) / SCALING.steps as f32
}

/// Draws latent vectors, one code at a time: standard normal, as codes 0..=127.
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
pub struct LatentSampler(Pcg32);

impl LatentSampler {
    /// The codes of `seed`, from the first.
    pub fn new(seed: u64) -> Self {
        Self(Pcg32::new(seed, STREAM))
    }

    /// Skips `codes` codes, in time logarithmic in their number.
    pub fn advance(&mut self, codes: u64) {
        self.0.advance(codes);
    }

    /// Draws one vector.
    pub fn fill(&mut self, latent: &mut [u8]) {
        for code in latent {
            *code = quantile(self.0.next_u32());
        }
    }
}

/// The number of thresholds at or under `u`.
fn quantile(u: u32) -> u8 {
    (THRESHOLDS.partition_point(|&threshold| threshold <= u) as u8).min(CODE_MAX)
}

/// `THRESHOLDS[k] = round(2^32 * Phi((k - 63.5) / 16))`: where the code goes from `k` to `k + 1`.
pub const THRESHOLDS: [u32; 127] = [
    0x00025E15, 0x00031258, 0x0003F86F, 0x00051CFC, 0x00068F7E, 0x000862E9, 0x000AAE4A, 0x000D8D89, 0x00112249, 0x001594E4,
    0x001B1589, 0x0021DD77, 0x002A3064, 0x00345DFD, 0x0040C394, 0x004FCDE9, 0x0061FB18, 0x0077DC9C, 0x00921976, 0x00B17054,
    0x00D6B9CE, 0x0102EA99, 0x013715A9, 0x01746E3E, 0x01BC49B4, 0x02102122, 0x0271929B, 0x02E26205, 0x03647977, 0x03F9E8F8,
    0x04A4E5A0, 0x0567C7E7, 0x0645092D, 0x073F4058, 0x08591D83, 0x099564A9, 0x0AF6E75A, 0x0C807D6C, 0x0E34FCB8, 0x10172FED,
    0x1229CC98, 0x146F6871, 0x16EA6E24, 0x199D11B1, 0x1C8944AB, 0x1FB0AA74, 0x23148CD2, 0x26B5D105, 0x2A94EDB6, 0x2EB1E1ED,
    0x330C2D62, 0x37A2CA5D, 0x3C74295D, 0x417E2EB5, 0x46BE324C, 0x4C310192, 0x51D2E3C4, 0x579FA06D, 0x5D928839, 0x63A67FD6,
    0x69D60CE3, 0x701B6498, 0x76707C00, 0x7CCF1963, 0x8330E69D, 0x898F8400, 0x8FE49B68, 0x9629F31D, 0x9C59802A, 0xA26D77C7,
    0xA8605F93, 0xAE2D1C3C, 0xB3CEFE6E, 0xB941CDB4, 0xBE81D14B, 0xC38BD6A3, 0xC85D35A3, 0xCCF3D29E, 0xD14E1E13, 0xD56B124A,
    0xD94A2EFB, 0xDCEB732E, 0xE04F558C, 0xE376BB55, 0xE662EE4F, 0xE91591DC, 0xEB90978F, 0xEDD63368, 0xEFE8D013, 0xF1CB0348,
    0xF37F8294, 0xF50918A6, 0xF66A9B57, 0xF7A6E27D, 0xF8C0BFA8, 0xF9BAF6D3, 0xFA983819, 0xFB5B1A60, 0xFC061708, 0xFC9B8689,
    0xFD1D9DFB, 0xFD8E6D65, 0xFDEFDEDE, 0xFE43B64C, 0xFE8B91C2, 0xFEC8EA57, 0xFEFD1567, 0xFF294632, 0xFF4E8FAC, 0xFF6DE68A,
    0xFF882364, 0xFF9E04E8, 0xFFB03217, 0xFFBF3C6C, 0xFFCBA203, 0xFFD5CF9C, 0xFFDE2289, 0xFFE4EA77, 0xFFEA6B1C, 0xFFEEDDB7,
    0xFFF27277, 0xFFF551B6, 0xFFF79D17, 0xFFF97082, 0xFFFAE304, 0xFFFC0791, 0xFFFCEDA8,
];
