//! Requantizes sums of integer layers one by one, for layers that the build's kernel does not run.

use crate::CODE_MAX;
use crate::header::LayerSpec;
use crate::payload::{Layer, Nibbles, Output, Packed};
use crate::quant::Rescale;

/// The numbers of a layer by which its sums become its outputs.
pub(super) struct Requantize<'a> {
    /// The multipliers for sums of 0 and more, and those for negative sums.
    multipliers: [&'a [u8]; 2],
    shifts: &'a [u8],
    table: Option<&'a [u8; 256]>,
    zero_point: i32,
    /// Whether a multiplier is a factor of 32 bits, as in packed layers, and not one of 16.
    packed: bool,
}

impl<'a> Requantize<'a> {
    /// The numbers of a layer. It is `None` for a layer of reals.
    pub fn of(spec: &LayerSpec, layer: &Layer<'a>) -> Option<Self> {
        let (multipliers, shifts, output) = match *layer {
            Layer::I8 { multipliers, shifts, output, .. } => (multipliers, shifts, output),
            Layer::Packed(Packed { factors, shifts, output, .. }) => (factors, shifts, output),
            Layer::I4(Nibbles { multipliers, shifts, output, .. }) => (multipliers, shifts, output),
            Layer::F32 { .. } => return None,
        };
        let (negative, table) = match output {
            Output::Code { negative_multipliers } => (negative_multipliers, None),
            // An index of a table has one factor, whatever the sum's sign.
            Output::Table(table) => (multipliers, Some(table)),
        };
        Some(Self {
            multipliers: [multipliers, negative],
            shifts,
            table,
            zero_point: spec.zero_point.into(),
            packed: matches!(layer, Layer::Packed(_)),
        })
    }

    /// The output of a row whose sum, with its bias, is `acc`.
    #[inline]
    pub fn output(&self, row: usize, acc: i32) -> u8 {
        // decode proves that every row has its numbers.
        let shift = self.shifts.get(row).copied().unwrap_or_default();
        let multipliers = self.multipliers[usize::from(acc < 0)];
        let rescale = if self.packed {
            let factor = multipliers.as_chunks().0.get(row).copied().unwrap_or_default();
            Rescale::from_fixed(u32::from_le_bytes(factor), shift)
        } else {
            let multiplier = multipliers.as_chunks().0.get(row).copied().unwrap_or_default();
            Rescale { multiplier: u16::from_le_bytes(multiplier), shift }
        };
        let scaled = self.zero_point.wrapping_add(rescale.apply(acc));
        match self.table {
            Some(table) => table[usize::from(scaled.clamp(0, 255) as u8)],
            None => scaled.clamp(0, CODE_MAX.into()) as u8,
        }
    }
}
