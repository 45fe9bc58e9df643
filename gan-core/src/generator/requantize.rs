//! Requantizes sums of integer layers one by one, for layers that the build's kernel does not run.

use crate::CODE_MAX;
use crate::header::LayerSpec;
use crate::payload::{Factors, Layer};
use crate::quant::{Rescale, SHIFT_MIN};

/// The numbers of a layer by which its sums become its outputs.
pub(super) struct Requantize<'a> {
    factors: Factors<'a>,
    zero_point: i32,
}

impl<'a> Requantize<'a> {
    /// The numbers of a layer. It is `None` for a layer of reals.
    pub fn of(spec: &LayerSpec, layer: &Layer<'a>) -> Option<Self> {
        Some(Self { factors: layer.factors()?, zero_point: spec.zero_point.into() })
    }

    /// The output of a row whose sum, with its bias, is `acc`.
    #[inline]
    pub fn output(&self, row: usize, acc: i32) -> u8 {
        // `decode` proves that every row has its numbers, so `none` is never taken.
        let none = Rescale { multiplier: 0, shift: SHIFT_MIN };
        let rescale = self.factors.of(row, acc < 0).unwrap_or(none);
        let scaled = self.zero_point.wrapping_add(rescale.apply(acc));
        match self.factors.table {
            Some(table) => table[usize::from(scaled.clamp(0, 255) as u8)],
            None => scaled.clamp(0, CODE_MAX.into()) as u8,
        }
    }
}
