//! Requantization turns an accumulator into a code of the next layer, in integers.
//!
//! `M`, the real factor from accumulator to code, is held as `multiplier * 2^-shift` with 15 bits
//! of multiplier. The product is exact, there is one rounding, and no step needs a 64-bit multiply.
//! Derivation: `docs/quantization.md`.

/// Largest multiplier.
pub const MULTIPLIER_MAX: u16 = 32767;
/// Smallest shift. The split into two 16-bit halves is exact from it on.
pub const SHIFT_MIN: u8 = 17;
/// Largest shift. The rounding term fits 32 bits up to it.
pub const SHIFT_MAX: u8 = 46;

/// Largest shift in a packed layer, where a factor is one 32-bit number.
pub const SHIFT_PACKED_MAX: u8 = 32;

/// The real factor `multiplier * 2^-shift`, which is at least 0 and less than 1/4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rescale {
    /// 0..=[`MULTIPLIER_MAX`].
    pub multiplier: u16,
    /// [`SHIFT_MIN`]..=[`SHIFT_MAX`].
    pub shift: u8,
}

#[cfg(feature = "tools")]
impl Rescale {
    /// The factor nearest to `factor` whose multiplier has all its 15 bits, or as many as a shift
    /// of [`SHIFT_PACKED_MAX`] leaves. No sum is so large that the bits below 2^-32 would matter,
    /// and every kernel can take such factors.
    ///
    /// It is `None` if `factor` is negative, not finite, or too large (1/4 or more). This uses f64,
    /// so it is meant for hosts.
    ///
    /// ```
    /// use gan_core::quant::Rescale;
    /// assert_eq!(Rescale::from_factor(0.001), Some(Rescale { multiplier: 16777, shift: 24 }));
    /// ```
    pub fn from_factor(factor: f64) -> Option<Self> {
        if !(0.0..0.25).contains(&factor) {
            return None;
        }
        let mut shift = SHIFT_PACKED_MAX;
        while shift > SHIFT_MIN && Self::round(factor, shift) > f64::from(MULTIPLIER_MAX) {
            shift -= 1;
        }
        Self::with_shift(factor, shift)
    }

    /// The factor nearest to `factor` that has the given shift. It is `None` if its multiplier
    /// would be out of range.
    pub fn with_shift(factor: f64, shift: u8) -> Option<Self> {
        let multiplier = Self::round(factor, shift);
        (multiplier >= 0.0 && multiplier <= f64::from(MULTIPLIER_MAX))
            .then_some(Self { multiplier: multiplier as u16, shift })
    }

    fn round(factor: f64, shift: u8) -> f64 {
        libm::floor(libm::ldexp(factor, i32::from(shift)) + 0.5)
    }
}

impl Rescale {
    /// The factor in units of 2^-32, as packed layers hold it. It is `None` if the shift is more
    /// than [`SHIFT_PACKED_MAX`].
    pub fn factor(self) -> Option<u32> {
        let up = SHIFT_PACKED_MAX.checked_sub(self.shift)?;
        u32::from(self.multiplier).checked_shl(up.into())
    }

    /// The inverse of [`factor`](Self::factor). If no multiplier with this shift has the factor,
    /// the result is a multiplier of another factor, or one out of range.
    pub(crate) fn from_fixed(factor: u32, shift: u8) -> Self {
        let multiplier = factor >> (SHIFT_PACKED_MAX.wrapping_sub(shift) & 31);
        Self { multiplier: u16::try_from(multiplier).unwrap_or(u16::MAX), shift }
    }

    /// `floor(acc * multiplier / 2^shift + 1/2)`, exactly.
    ///
    /// The two fields must be within their ranges. [`decode`](crate::decode) proves this for those
    /// in a blob. With others the result is some number.
    #[inline]
    pub fn apply(self, acc: i32) -> i32 {
        let multiplier = i32::from(self.multiplier);
        // The masks change no valid shift; they tell the compiler that no shift overflows. No sum
        // of valid fields wraps around. So nothing can panic, whatever the fields are.
        let half = 1i32 << (self.shift.wrapping_sub(SHIFT_MIN) & 31);
        let high = (acc >> 16) * multiplier;
        let low = ((acc as u32 & 0xFFFF) * u32::from(self.multiplier)) >> 16;
        high.wrapping_add(half).wrapping_add(low as i32) >> (self.shift.wrapping_sub(16) & 31)
    }
}
