//! The orders of a layer's weights. Reading, writing and checking all ask here where a weight lies.

use core::fmt;

/// Order of a layer's weights, and of the numbers that go with them.
///
/// All packings hold the same integers. Rows come in groups of [`group`](Self::group) rows, and are
/// padded to whole groups. Inputs are padded with weights of 0 to a multiple of
/// [`columns`](Self::columns).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "encode", derive(serde::Serialize))]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Packing {
    /// Row-major, `[output][input]`: the canonical order.
    Rows,
    /// Four rows by two columns in two words. A halfword is `256 a + b`, with the weights `a` of a
    /// row and `b` of the next row. For Armv7E-M and Armv8-M with DSP.
    PairedHalfword,
    /// Four rows by two columns in two words. A byte is the weight plus 128. For cores with a
    /// 32-bit multiply and no SIMD.
    ByteLane,
    /// Seven rows by 16 columns. For Armv8.1-M with MVE.
    Blocks7x16,
    /// 16 rows by four columns. For hosts, and WebAssembly with vectors.
    Blocks16x4,
    /// Eight rows by one column of half bytes in a word. For 32-bit cores without vectors. `I4`
    /// layers have this packing or [`Rows`](Self::Rows).
    NibbleLane,
}

impl Packing {
    /// The packing of a kernel, by the kernel's name: "armv6m", "armv7m", "dsp", "mve", "rv32im",
    /// "x86-64", "aarch64", "simd128", "relaxed-simd" or "scalar".
    pub fn of_kernel(name: &str) -> Option<Self> {
        Some(match name {
            "scalar" => Self::Rows,
            "dsp" => Self::PairedHalfword,
            "armv6m" | "armv7m" | "rv32im" => Self::ByteLane,
            "mve" => Self::Blocks7x16,
            "x86-64" | "aarch64" | "simd128" | "relaxed-simd" => Self::Blocks16x4,
            _ => return None,
        })
    }

    /// The packing's name, as people write it.
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

    /// Number of rows in a group.
    pub const fn group(self) -> usize {
        match self {
            Self::Rows => 1,
            Self::PairedHalfword | Self::ByteLane => 4,
            Self::Blocks7x16 => 7,
            Self::NibbleLane => 8,
            Self::Blocks16x4 => 16,
        }
    }

    /// The number of inputs is padded to a multiple of this.
    pub const fn columns(self) -> usize {
        match self {
            Self::Rows => 1,
            Self::PairedHalfword | Self::ByteLane => 8,
            Self::Blocks7x16 => 16,
            Self::Blocks16x4 | Self::NibbleLane => 4,
        }
    }

    /// The packing of `I4` layers in a model whose other layers have this packing:
    /// [`NibbleLane`](Self::NibbleLane) for cores without vectors, otherwise rows.
    #[cfg(feature = "encode")]
    pub(crate) const fn of_nibbles(self) -> Self {
        match self {
            Self::Rows | Self::Blocks7x16 | Self::Blocks16x4 => Self::Rows,
            Self::PairedHalfword | Self::ByteLane | Self::NibbleLane => Self::NibbleLane,
        }
    }

    /// Number of words that hold an `I8` layer's inputs in the form that the packing's kernel
    /// reads.
    pub const fn staged_len(self, inputs: usize) -> usize {
        let padded = inputs.next_multiple_of(self.columns());
        match self {
            Self::Rows | Self::Blocks7x16 | Self::Blocks16x4 | Self::NibbleLane => {
                padded.div_ceil(4)
            }
            Self::PairedHalfword => padded / 2,
            // The last word holds 128 times the sum of the inputs.
            Self::ByteLane => padded / 2 + 1,
        }
    }

    /// The smallest and the largest sum of a row, bias included, that the kernels of this packing
    /// compute exactly.
    ///
    /// The sum of a pair's first row is what remains of `256 a + b` in 32 bits when `b` is
    /// subtracted, so it has 24 bits.
    pub(crate) fn sums(self, row: usize) -> (i32, i32) {
        if self == Self::PairedHalfword && row.is_multiple_of(2) {
            (-(1 << 23), (1 << 23) - 1)
        } else {
            (i32::MIN, i32::MAX)
        }
    }

    /// The offset in bytes of the weight of `row` and `column`, in a layer of `inputs` columns
    /// without padding.
    #[inline]
    pub(crate) fn offset(self, inputs: usize, row: usize, column: usize) -> usize {
        let group = self.group();
        let (start, row) =
            (row / group * group * inputs.next_multiple_of(self.columns()), row % group);
        // The two words of four rows by two columns begin on a multiple of eight bytes. The first
        // word has the first two rows.
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

    /// The weight of `row` and `column`, which may lie in the padding. If the bytes are those of no
    /// weight, the result is outside -127..=127, as -128 is.
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

    /// Puts a weight where [`weight`](Self::weight) finds it. The first row of a pair must be put
    /// before the second, because the second one borrows from it.
    #[cfg(feature = "encode")]
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

    /// Where the half byte of `row` and `column` lies in a layer of `padded` columns: the offset of
    /// its byte, and by how many bits it is shifted there.
    #[inline]
    fn nibble_at(self, padded: usize, row: usize, column: usize) -> (usize, u32) {
        match self {
            // Even rows lie in a word's lower half, odd rows in its upper half.
            Self::NibbleLane => (
                (row / 8 * padded + column) * 4 + row % 2 * 2 + row % 8 / 4,
                4 * (row as u32 / 2 % 2),
            ),
            _ => (row * (padded / 2) + column / 2, 4 * (column as u32 % 2)),
        }
    }

    /// The offset of the scale of a row and a group, in a layer whose rows have so many `groups`.
    #[inline]
    pub(crate) fn scale_at(self, groups: usize, row: usize, group: usize) -> usize {
        let size = if self == Self::NibbleLane { 8 } else { 1 };
        (row / size * groups + group) * size + row % size
    }

    /// The weight of `row` and `column` of an `I4` layer, which may lie in the padding. It is -8 if
    /// the half byte is that of no weight.
    #[inline]
    pub(crate) fn nibble(self, bytes: &[u8], padded: usize, row: usize, column: usize) -> i8 {
        let (at, shift) = self.nibble_at(padded, row, column);
        ((bytes.get(at).copied().unwrap_or_default() >> shift) & 15).cast_signed() - 8
    }

    /// Puts a weight where [`nibble`](Self::nibble) finds it, into bytes that were 0.
    #[cfg(feature = "encode")]
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
