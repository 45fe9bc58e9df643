//! The numbers of a layer, borrowed from the blob. Numbers of several bytes are kept as
//! little-endian bytes. The sections are aligned, but nothing here relies on that.

use crate::header::{Element, Packing};
use crate::quant::Rescale;

/// The numbers of a layer. The [`LayerSpec`](crate::LayerSpec) of the same index says what they
/// mean. A later version of the format may add kinds.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
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
    /// Integers in the order that a kernel reads fastest.
    Packed(Packed<'a>),
    /// Integers of four bits, in either of their packings.
    I4(Nibbles<'a>),
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
    /// The order of the weights, which is not [`Packing::Rows`].
    pub packing: Packing,
    /// A byte for each padded row and column, in the packing's order: the weight, or a byte of a
    /// pair of weights, as the packing says.
    pub weights: &'a [u8],
    /// `[class][padded output]`, i32.
    pub bias: &'a [u8],
    /// `[padded output]`, u32: [`Rescale::factor`].
    pub factors: &'a [u8],
    /// `[padded output]`. The factors hold all that most kernels need. The shifts are there so that
    /// unpacking gives the canonical bytes back.
    pub shifts: &'a [u8],
    /// What follows the accumulator. The negative multipliers are factors as well.
    pub output: Output<'a>,
}

/// The numbers of a layer of half bytes. Only the weights and their scales are in the order of the
/// packing.
#[derive(Debug, Clone, Copy)]
pub struct Nibbles<'a> {
    /// [`Packing::Rows`] or [`Packing::NibbleLane`].
    pub packing: Packing,
    /// Inputs that share a scale: 16 or 32.
    pub group: u8,
    /// Half a byte for each weight. A weight is within -7..=7, and 8 is added to it. The inputs are
    /// padded to whole groups.
    pub weights: &'a [u8],
    /// `[output][group]`, or in the packing's order. The group's part of the sum is multiplied by
    /// its scale.
    pub scales: &'a [u8],
    /// `[class][output]`, i32.
    pub bias: &'a [u8],
    /// `[output]`, u16.
    pub multipliers: &'a [u8],
    /// `[output]`.
    pub shifts: &'a [u8],
    /// What follows the accumulator.
    pub output: Output<'a>,
}

impl<'a> Nibbles<'a> {
    /// The scales of a row, group of columns by group of columns. Each row has `groups` of them.
    #[inline]
    pub(crate) fn scales(&self, groups: usize, row: usize) -> impl Iterator<Item = i32> + use<'a> {
        let first = self.packing.scale_at(groups, row, 0);
        let step = self.packing.scale_at(groups, row, 1) - first;
        let mut scales = self.scales.get(first..).unwrap_or_default();
        // `step_by` takes three times as many instructions.
        core::iter::repeat_with(move || {
            let scale = scales.first().copied().unwrap_or_default();
            scales = scales.get(step..).unwrap_or_default();
            i32::from(scale)
        })
    }

    /// The scale of a group of columns in a row. Each row has `groups` of them.
    #[inline]
    pub(crate) fn scale(&self, groups: usize, row: usize, group: usize) -> u8 {
        self.scales.get(self.packing.scale_at(groups, row, group)).copied().unwrap_or_default()
    }
}

/// How an integer layer's accumulators become its outputs.
#[derive(Debug, Clone, Copy)]
pub enum Output<'a> {
    /// The accumulator is requantized to a code 0..=127.
    Code {
        /// `[output]`, u16, or in a packed layer u32: the multipliers, or factors, for negative
        /// accumulators.
        negative_multipliers: &'a [u8],
    },
    /// The accumulator is requantized to 0..=255, and this is looked up in the table.
    Table(&'a [u8; 256]),
}

impl<'a> Layer<'a> {
    /// The order of the layer's weights.
    pub fn packing(&self) -> Packing {
        match self {
            Self::I8 { .. } | Self::F32 { .. } => Packing::Rows,
            Self::Packed(packed) => packed.packing,
            Self::I4(nibbles) => nibbles.packing,
        }
    }

    /// The type of the layer's weights.
    pub fn element(&self) -> Element {
        match self {
            Self::I8 { .. } | Self::Packed(_) => Element::I8,
            Self::I4(nibbles) => Element::I4 { group: nibbles.group },
            Self::F32 { .. } => Element::F32,
        }
    }

    /// What follows the accumulators of an integer layer.
    pub(crate) fn output(&self) -> Option<Output<'a>> {
        match *self {
            Self::I8 { output, .. }
            | Self::Packed(Packed { output, .. })
            | Self::I4(Nibbles { output, .. }) => Some(output),
            Self::F32 { .. } => None,
        }
    }

    /// The table of an integer layer that has one.
    pub(crate) fn table(&self) -> Option<&'a [u8; 256]> {
        match self.output()? {
            Output::Table(table) => Some(table),
            Output::Code { .. } => None,
        }
    }

    /// An int8 layer's weight, whatever the packing. It is `None` if there is no such row or
    /// column, or if the layer is of another type.
    pub fn weight(&self, inputs: usize, row: usize, column: usize) -> Option<i8> {
        match self {
            Self::I8 { weights, .. } => weights.get(row * inputs + column).copied(),
            Self::Packed(packed) => {
                i8::try_from(packed.packing.weight(packed.weights, inputs, row, column)).ok()
            }
            Self::I4(_) | Self::F32 { .. } => None,
        }
    }

    /// An integer layer's bias, whatever the packing. It is `None` if there is no such class or
    /// row.
    pub fn bias(&self, outputs: usize, class: usize, row: usize) -> Option<i32> {
        let (bias, rows) = match self {
            Self::I8 { bias, .. } | Self::I4(Nibbles { bias, .. }) => (bias, outputs),
            Self::Packed(Packed { packing, bias, .. }) => {
                (bias, outputs.next_multiple_of(packing.group()))
            }
            Self::F32 { .. } => return None,
        };
        bias.as_chunks().0.get(class * rows + row).map(|&bias| i32::from_le_bytes(bias))
    }

    /// The factor by which an integer layer's accumulators are requantized in a row, and the factor
    /// for negative accumulators if they have one of their own. It is `None` if there is no such
    /// row.
    pub fn rescale(&self, row: usize) -> Option<(Rescale, Option<Rescale>)> {
        let (multipliers, shifts, output) = match *self {
            Self::I8 { multipliers, shifts, output, .. } => (multipliers, shifts, output),
            Self::Packed(Packed { factors, shifts, output, .. }) => (factors, shifts, output),
            Self::I4(Nibbles { multipliers, shifts, output, .. }) => (multipliers, shifts, output),
            Self::F32 { .. } => return None,
        };
        let shift = *shifts.get(row)?;
        let rescale = |section: &[u8]| {
            Some(match self {
                Self::Packed(_) => {
                    Rescale::from_fixed(u32::from_le_bytes(*section.as_chunks().0.get(row)?), shift)
                }
                _ => Rescale {
                    multiplier: u16::from_le_bytes(*section.as_chunks().0.get(row)?),
                    shift,
                },
            })
        };
        let negative = match output {
            Output::Code { negative_multipliers } => Some(rescale(negative_multipliers)?),
            Output::Table(_) => None,
        };
        Some((rescale(multipliers)?, negative))
    }
}
