//! The numbers of a layer, borrowed from the blob. Multi-byte numbers are little-endian bytes: sections are aligned, but nothing here has
//! to rely on it.

use crate::blob::Packing;
use crate::quant::Rescale;

/// The numbers of a layer; their meaning is in the [`LayerSpec`](crate::LayerSpec) of the same index.
#[derive(Debug, Clone, Copy)]
pub enum Layer<'a> {
    /// Integers in the canonical order.
    I8 {
        /// `[output][input]`, -127..=127.
        weights: &'a [i8],
        /// `[class][output]`, i32.
        bias: &'a [u8],
        /// `[output]`, u16.
        multipliers: &'a [u8],
        /// `[output]`.
        shifts: &'a [u8],
        /// What follows the accumulator.
        output: Output<'a>,
    },
    /// Integers in an order that a kernel likes.
    Packed(Packed<'a>),
    /// Reals.
    F32 {
        /// `[output][input]`, f32.
        weights: &'a [u8],
        /// `[class][output]`, f32.
        bias: &'a [u8],
    },
}

/// The numbers of a packed int8 layer. Rows are padded to whole groups, inputs to whole columns.
#[derive(Debug, Clone, Copy)]
pub struct Packed<'a> {
    /// The order; not [`Packing::Rows`].
    pub packing: Packing,
    /// In the packing's order.
    pub weights: &'a [u8],
    /// `[class][padded output]`, i32.
    pub bias: &'a [u8],
    /// `[padded output]`, u32: [`Rescale::factor`].
    pub factors: &'a [u8],
    /// `[padded output]`. The factors hold all that a kernel needs; with these, unpacking gives the canonical bytes back.
    pub shifts: &'a [u8],
    /// What follows the accumulator; negative multipliers are factors as well.
    pub output: Output<'a>,
}

/// How an int8 layer's accumulators become its outputs.
#[derive(Debug, Clone, Copy)]
pub enum Output<'a> {
    /// Requantized to a code 0..=127.
    Code {
        /// `[output]`, u16 (in a packed layer u32): in place of the multiplier for negative accumulators.
        negative_multipliers: &'a [u8],
    },
    /// Requantized to 0..=255 and looked up.
    Table(&'a [u8; 256]),
}

impl<'a> Layer<'a> {
    /// The order of its weights.
    pub fn packing(&self) -> Packing {
        match self {
            Self::I8 { .. } | Self::F32 { .. } => Packing::Rows,
            Self::Packed(packed) => packed.packing,
        }
    }

    /// What follows the accumulators of an int8 layer.
    pub(crate) fn output(&self) -> Option<Output<'a>> {
        match *self {
            Self::I8 { output, .. } | Self::Packed(Packed { output, .. }) => Some(output),
            Self::F32 { .. } => None,
        }
    }

    /// The table of an int8 layer that has one.
    pub(crate) fn table(&self) -> Option<&'a [u8; 256]> {
        match self.output()? {
            Output::Table(table) => Some(table),
            Output::Code { .. } => None,
        }
    }

    /// An int8 layer's weight, whatever the packing; `None` if there is no such row or column.
    pub fn weight(&self, inputs: usize, row: usize, column: usize) -> Option<i8> {
        match self {
            Self::I8 { weights, .. } => weights.get(row * inputs + column).copied(),
            Self::Packed(packed) => i8::try_from(packed.packing.weight(packed.weights, inputs, row, column)).ok(),
            Self::F32 { .. } => None,
        }
    }

    /// An int8 layer's bias, whatever the packing; `None` if there is no such class or row.
    pub fn bias(&self, outputs: usize, class: usize, row: usize) -> Option<i32> {
        let (Self::I8 { bias, .. } | Self::Packed(Packed { bias, .. })) = self else { return None };
        let rows = outputs.next_multiple_of(self.packing().group());
        bias.as_chunks().0.get(class * rows + row).map(|&bias| i32::from_le_bytes(bias))
    }

    /// How an int8 layer's positive accumulators are requantized, and its negative ones if they are otherwise; `None` if there is no such row.
    pub fn rescale(&self, row: usize) -> Option<(Rescale, Option<Rescale>)> {
        let (multipliers, shifts, output) = match *self {
            Self::I8 { multipliers, shifts, output, .. } => (multipliers, shifts, output),
            Self::Packed(Packed { factors, shifts, output, .. }) => (factors, shifts, output),
            Self::F32 { .. } => return None,
        };
        let shift = *shifts.get(row)?;
        let rescale = |section: &[u8]| {
            Some(match self {
                Self::Packed(_) => Rescale::from_fixed(u32::from_le_bytes(*section.as_chunks().0.get(row)?), shift),
                _ => Rescale { multiplier: u16::from_le_bytes(*section.as_chunks().0.get(row)?), shift },
            })
        };
        let negative = match output {
            Output::Code { negative_multipliers } => Some(rescale(negative_multipliers)?),
            Output::Table(_) => None,
        };
        Some((rescale(multipliers)?, negative))
    }
}
