//! Orders of a layer's weights: where each weight lies, in one place for reading, writing and
//! checking.

use core::fmt;
use serde::Serialize;

/// Order of a layer's weights, and of the numbers that go with them.
///
/// All hold the same integers. Rows come in groups, whose size is [`group`](Self::group); inputs
/// are padded with weights of 0 to a multiple of [`columns`](Self::columns), and rows to whole
/// groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Packing {
    /// Row-major, `[output][input]`: the canonical order.
    Rows,
    /// Four rows by two columns in two words; a halfword is `256 a + b` of rows `a` and `b = a +
    /// 1`. For Armv7E-M and Armv8-M with DSP.
    PairedHalfword,
    /// Four rows by two columns in two words; a byte is the weight plus 128. For cores with a
    /// 32-bit multiply and no SIMD.
    ByteLane,
    /// Seven rows by 16 columns. For Armv8.1-M with MVE.
    Blocks7x16,
    /// 16 rows by four columns. For hosts.
    Blocks16x4,
    /// Eight rows by one column of half bytes in a word. For 32-bit cores without vectors; the only
    /// one of `I4` layers besides [`Rows`](Self::Rows).
    NibbleLane,
}

impl Packing {
    /// The packing of a kernel, by the kernel's name: "armv6m", "armv7m", "dsp", "mve", "rv32im",
    /// "x86-64", "aarch64" or "scalar".
    pub fn of_kernel(name: &str) -> Option<Self> {
        Some(match name {
            "scalar" => Self::Rows,
            "dsp" => Self::PairedHalfword,
            "armv6m" | "armv7m" | "rv32im" => Self::ByteLane,
            "mve" => Self::Blocks7x16,
            "x86-64" | "aarch64" => Self::Blocks16x4,
            _ => return None,
        })
    }

    /// Its name, as people write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::PairedHalfword => "paired-halfword",
            Self::ByteLane => "byte-lane",
            Self::Blocks7x16 => "blocks-7x16",
            Self::Blocks16x4 => "blocks-16x4",
            Self::NibbleLane => "nibble-lane",
        }
    }

    /// Rows in a group.
    pub const fn group(self) -> usize {
        match self {
            Self::Rows => 1,
            Self::PairedHalfword | Self::ByteLane => 4,
            Self::Blocks7x16 => 7,
            Self::NibbleLane => 8,
            Self::Blocks16x4 => 16,
        }
    }

    /// Padded inputs are a multiple of this.
    pub const fn columns(self) -> usize {
        match self {
            Self::Rows => 1,
            Self::PairedHalfword | Self::ByteLane => 8,
            Self::Blocks7x16 => 16,
            Self::Blocks16x4 | Self::NibbleLane => 4,
        }
    }

    /// The packing of `I4` layers in a model whose others have this one: that of cores without
    /// vectors, or rows.
    pub(crate) const fn of_nibbles(self) -> Self {
        match self {
            Self::Rows | Self::Blocks7x16 | Self::Blocks16x4 => Self::Rows,
            Self::PairedHalfword | Self::ByteLane | Self::NibbleLane => Self::NibbleLane,
        }
    }

    /// Words that hold an `I8` layer's inputs as the packing's kernel reads them.
    pub const fn staged_len(self, inputs: usize) -> usize {
        let padded = inputs.next_multiple_of(self.columns());
        match self {
            Self::Rows | Self::Blocks7x16 | Self::Blocks16x4 | Self::NibbleLane => {
                padded.div_ceil(4)
            }
            Self::PairedHalfword => padded / 2,
            // And 128 times their sum.
            Self::ByteLane => padded / 2 + 1,
        }
    }

    /// Smallest and largest sum that the kernels of this packing get right in a row, bias included.
    ///
    /// A pair's first row is what remains of `256 a + b` in 32 bits when `b` is taken off, so it
    /// has 24 of them.
    pub(crate) fn sums(self, row: usize) -> (i32, i32) {
        if self == Self::PairedHalfword && row.is_multiple_of(2) {
            (-(1 << 23), (1 << 23) - 1)
        } else {
            (i32::MIN, i32::MAX)
        }
    }

    /// Where the weight of `row` and `column` lies among those of `inputs` (not padded) columns, in
    /// bytes.
    #[inline]
    pub(crate) fn offset(self, inputs: usize, row: usize, column: usize) -> usize {
        let group = self.group();
        let (start, row) =
            (row / group * group * inputs.next_multiple_of(self.columns()), row % group);
        // Words of four rows by two columns begin on multiples of eight bytes, with the first two
        // rows.
        let word = start + column / 2 * 8 + row / 2 * 4;
        match self {
            // No I8 layer has lanes of nibbles.
            Self::Rows | Self::NibbleLane => start + column,
            Self::PairedHalfword => word + column % 2 * 2,
            Self::ByteLane => word + ((column % 2) ^ 1) * 2 + row % 2,
            Self::Blocks7x16 => start + column / 16 * (7 * 16) + row * 16 + column % 16,
            Self::Blocks16x4 => start + column / 4 * (16 * 4) + row * 4 + column % 4,
        }
    }

    /// The weight of `row` and `column`, padding included. -128 or something else outside
    /// -127..=127 stands for bytes that no weight has.
    #[inline]
    pub(crate) fn weight(self, bytes: &[u8], inputs: usize, row: usize, column: usize) -> i32 {
        let at = self.offset(inputs, row, column);
        let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
        match self {
            Self::Rows | Self::Blocks7x16 | Self::Blocks16x4 | Self::NibbleLane => {
                i32::from(byte(at).cast_signed())
            }
            Self::ByteLane => i32::from(byte(at)) - 128,
            Self::PairedHalfword => {
                let pair = i32::from(i16::from_le_bytes([byte(at), byte(at + 1)]));
                let second = i32::from(byte(at).cast_signed());
                if row.is_multiple_of(2) { (pair - second) >> 8 } else { second }
            }
        }
    }

    /// Puts a weight where [`weight`](Self::weight) finds it. A pair's rows in their order: the
    /// second borrows from the first.
    pub(crate) fn put(
        self,
        bytes: &mut [u8],
        inputs: usize,
        row: usize,
        column: usize,
        weight: i8,
    ) {
        let at = self.offset(inputs, row, column);
        let Some(place) = bytes.get_mut(at..) else { return };
        match (self, place) {
            (Self::PairedHalfword, [low, high, ..]) => {
                let pair = if row.is_multiple_of(2) {
                    i16::from(weight) << 8
                } else {
                    i16::from_le_bytes([*low, *high]).wrapping_add(weight.into())
                };
                [*low, *high] = pair.to_le_bytes();
            }
            (Self::ByteLane, [byte, ..]) => *byte = weight.cast_unsigned() ^ 0x80,
            (_, [byte, ..]) => *byte = weight.cast_unsigned(),
            (_, []) => {}
        }
    }

    /// Where the half byte of `row` and `column` lies among those of `padded` columns: the byte,
    /// and how far it is to be shifted.
    #[inline]
    fn nibble_at(self, padded: usize, row: usize, column: usize) -> (usize, u32) {
        match self {
            // Even rows in a word's lower half, odd ones in its upper half.
            Self::NibbleLane => (
                (row / 8 * padded + column) * 4 + row % 2 * 2 + row % 8 / 4,
                4 * (row as u32 / 2 % 2),
            ),
            _ => (row * (padded / 2) + column / 2, 4 * (column as u32 % 2)),
        }
    }

    /// Where the scale of a row and a group lies among those of rows with so many `groups`.
    #[inline]
    pub(crate) fn scale_at(self, groups: usize, row: usize, group: usize) -> usize {
        let size = if self == Self::NibbleLane { 8 } else { 1 };
        (row / size * groups + group) * size + row % size
    }

    /// The weight of `row` and `column` of an `I4` layer, padding included. -8 stands for half a
    /// byte that no weight has.
    #[inline]
    pub(crate) fn nibble(self, bytes: &[u8], padded: usize, row: usize, column: usize) -> i8 {
        let (at, shift) = self.nibble_at(padded, row, column);
        ((bytes.get(at).copied().unwrap_or_default() >> shift) & 15).cast_signed() - 8
    }

    /// Puts a weight where [`nibble`](Self::nibble) finds it, into bytes that were 0.
    pub(crate) fn put_nibble(
        self,
        bytes: &mut [u8],
        padded: usize,
        row: usize,
        column: usize,
        weight: i8,
    ) {
        let (at, shift) = self.nibble_at(padded, row, column);
        if let Some(byte) = bytes.get_mut(at) {
            *byte |= (weight.wrapping_add(8).cast_unsigned() & 15) << shift;
        }
    }
}

impl fmt::Display for Packing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
