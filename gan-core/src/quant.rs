//! Requantization: how the sum of a row becomes a code of the next layer, in integers.
//!
//! # Scales and zero points
//!
//! An integer `q` stands for the real number `x = S (q - z)`. The *scale* `S` is the real value of
//! one step, and the *zero point* `z` is the integer that stands for 0. Weights `w` have a scale
//! for each row and the zero point 0. So a row with the real weights `W = S_w w`, the inputs `x`
//! and the bias `b` has the sum
//!
//! ```text
//! sum_k W_k x_k + b  =  S_w S_x ( sum_k w_k q_k  +  [ b / (S_w S_x) - z_x sum_k w_k ] )
//! ```
//!
//! The bracket does not depend on the inputs. Rounded, it is the bias of the blob, an i32. The
//! parenthesis is the *accumulator* `acc`, an i32 that counts steps of `S_w S_x`.
//!
//! # Multiplier and shift
//!
//! An output `y` with the scale `S_y` and the zero point `z_y` has the code `z_y + M acc`, where
//! `M = S_w S_x / S_y` is a real number without a unit. It is held as `m 2^-s`, with the
//! *multiplier* `m` of 15 bits, 0..=32767, and the *shift* `s`, 17..=46. So it is less than
//! `2^15 2^-17 = 1/4`. If `m` has all its bits, 16384..=32767, rounding it changes `M` by 2^-15 of
//! it at most. The result is rounded to the nearest integer, and halves are rounded up:
//!
//! ```text
//! r(acc)  =  floor(acc m / 2^s + 1/2)  =  (acc m + 2^(s-1)) >> s
//! code    =  clamp(z_y + r(acc), 0, 127)
//! ```
//!
//! Negative accumulators may have a multiplier of their own, with the same shift: `ReLU` makes it
//! 0, and `LeakyReLU` makes it `M` times the slope.
//!
//! # Without a 64-bit multiply
//!
//! `acc m` has up to 46 bits and a sign. With `h = acc >> 16` and `l = acc mod 2^16`,
//! `acc = 2^16 h + l`, and because `s >= 17`, `2^(s-17)` is an integer:
//!
//! ```text
//! acc m + 2^(s-1)  =  2^16 (h m + 2^(s-17)) + l m
//! r(acc)  =  floor( ( h m + 2^(s-17) + floor(l m / 2^16) ) / 2^(s-16) )
//! ```
//!
//! The division by `2^s` is done in two steps, by `2^16` and by `2^(s-16)`. Rounding down after
//! each step gives the same as rounding down once. The first step leaves `h m + 2^(s-17)` as it is,
//! since that is an integer. No step overflows 32 bits: `|h m| <= 2^15 32767 < 2^30`, `l m < 2^31`
//! without a sign, and `2^(s-17) <= 2^29`, so that the sum is less than
//! `2^30 + 2^29 + 2^15 < 2^31`.
//!
//! # In packed layers
//!
//! There the shift is 32 at most, and the *factor* `m 2^(32-s)` is one number in units of 2^-32. It
//! is less than `2^15 2^15 = 2^30`. `r(acc) = floor(acc factor / 2^32 + 1/2)` is the same number,
//! and most cores have an instruction for it.

/// Largest multiplier: 15 bits.
pub const MULTIPLIER_MAX: u16 = 32767;
/// Smallest shift. From it on the split into two halves of 16 bits is exact.
pub const SHIFT_MIN: u8 = 17;
/// Largest shift. Up to it the rounding term `2^(s-17)` leaves room for the rest of the sum in 32
/// bits.
pub const SHIFT_MAX: u8 = 46;

/// Largest shift in a packed layer, where a factor is one 32-bit number.
pub const SHIFT_PACKED_MAX: u8 = 32;

/// The real factor `multiplier * 2^-shift`, which is at least 0 and less than 1/4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rescale {
    /// The multiplier, 0..=[`MULTIPLIER_MAX`].
    pub multiplier: u16,
    /// The shift, [`SHIFT_MIN`]..=[`SHIFT_MAX`].
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

    /// The multiplier nearest to `factor * 2^shift`, which may be out of range.
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

    /// `floor(acc * multiplier / 2^shift + 1/2)`, exactly. `acc` is in steps of the accumulator,
    /// and the result in steps of the output, without its zero point.
    ///
    /// The two fields must be within their ranges. [`decode`](crate::decode) proves this for those
    /// in a blob. With others the result is some number.
    #[inline]
    pub fn apply(self, acc: i32) -> i32 {
        let multiplier = i32::from(self.multiplier);
        // The head of the file derives this formula. The masks change no valid shift: they tell the
        // compiler that no shift overflows. With valid fields no sum wraps around. So nothing can
        // panic, whatever the fields are.
        let half = 1i32 << (self.shift.wrapping_sub(SHIFT_MIN) & 31);
        let high = (acc >> 16) * multiplier;
        let low = ((acc as u32 & 0xFFFF) * u32::from(self.multiplier)) >> 16;
        high.wrapping_add(half).wrapping_add(low as i32) >> (self.shift.wrapping_sub(16) & 31)
    }
}
