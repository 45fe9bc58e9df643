//! The truncation trick: latents nearer to zero, for images that are more typical and less various.
//! docs/blob-format.md prescribes it, in integers, so that every machine draws the same images.

use super::SCALING;

/// The factor that all latents of a [`LatentSampler`](super::LatentSampler) are scaled by, from 0
/// to 1 in steps of 1/256. A generator that gets latents nearer to zero draws images that are more
/// typical, and less different from each other: with 0 it draws one image for each label.
///
/// ```
/// use gan_core::{LatentSampler, Truncation};
/// let half = Truncation::from_256ths(128).unwrap();
/// let (mut latent, mut truncated) = ([0; 10], [0; 10]);
/// LatentSampler::new(42).fill(&mut latent);
/// LatentSampler::new(42).with_truncation(half).fill(&mut truncated);
/// assert_eq!(truncated, latent.map(|code| half.apply(code)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Truncation(u16);

impl Truncation {
    /// The factor 1, which changes nothing.
    pub const OFF: Self = Self(256);

    /// The factor `factor / 256`. Returns `None` if that is more than 1: `factor` is 0 to 256.
    pub const fn from_256ths(factor: u16) -> Option<Self> {
        if factor <= Self::OFF.0 { Some(Self(factor)) } else { None }
    }

    /// The factor in units of 1/256: 0 to 256.
    pub const fn in_256ths(self) -> u16 {
        self.0
    }

    /// Scales the distance `d` between a latent code and the code of zero, 64, and rounds it to the
    /// nearest integer, halves away from zero. Codes on both sides of 64 are treated alike: if `d`
    /// becomes `e`, `-d` becomes `-e`. The new code lies between 64 and the old one, so codes 0 to
    /// 127 stay in that range.
    ///
    /// With the factor `t / 256`, and `>>` that rounds down, the new distance is
    /// `(d t + 128 + (d >> 31)) >> 8`, where `d >> 31` is -1 if `d` is negative and 0 if not.
    /// Without it, halves would be rounded up: for a negative `d` towards zero. A negative `d` must
    /// become `-floor((-d t + 128) / 256) = ceil((d t - 128) / 256)`, and as `ceil(n / 256)` is
    /// `floor((n + 255) / 256)`, that is `floor((d t + 127) / 256)`.
    #[inline]
    pub const fn apply(self, code: u8) -> u8 {
        let distance = code as i32 - SCALING.zero_point as i32;
        let scaled = (distance * self.0 as i32 + 128 + (distance >> 31)) >> 8;
        (SCALING.zero_point as i32 + scaled) as u8
    }
}

impl Default for Truncation {
    fn default() -> Self {
        Self::OFF
    }
}
