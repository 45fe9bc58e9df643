//! The orders of weights in a packed layer, written out place by place.

use super::{Int4, Int8, Packing};

impl Packing {
    /// All, in the order of their variant numbers.
    pub const ALL: [Self; 6] =
        [Self::Rows, Self::PairedHalfword, Self::ByteLane, Self::Blocks7x16, Self::Blocks16x4, Self::PairedNibbles];

    /// Rows that belong together, and the number of columns that inputs are padded to a multiple of.
    #[must_use]
    pub fn unit(self) -> (usize, usize) {
        match self {
            Self::Rows => (1, 1),
            Self::PairedHalfword | Self::ByteLane => (4, 8),
            Self::Blocks7x16 => (7, 16),
            Self::Blocks16x4 => (16, 4),
            // Columns are padded by the layer's group, which is more.
            Self::PairedNibbles => (2, 4),
        }
    }
}

/// The weights' section, from those of `[output][input]`.
pub(super) fn weights(packing: Packing, weights: &[i8], inputs: usize) -> Vec<u8> {
    let (rows, columns) = packing.unit();
    let at = |row: usize, column: usize| {
        let inside = column < inputs && row < weights.len() / inputs;
        i16::from(if inside { weights[row * inputs + column] } else { 0 })
    };
    let mut out = Vec::new();
    for first in (0..weights.len() / inputs).step_by(rows) {
        match packing {
            Packing::Rows | Packing::PairedNibbles => out.extend((0..inputs).map(|column| at(first, column) as u8)),
            Packing::PairedHalfword | Packing::ByteLane => {
                for column in (0..inputs.next_multiple_of(columns)).step_by(2) {
                    for row in [first, first + 2] {
                        let (a, b, c, d) = (at(row, column), at(row + 1, column), at(row, column + 1), at(row + 1, column + 1));
                        if packing == Packing::PairedHalfword {
                            out.extend((256 * a + b).to_le_bytes());
                            out.extend((256 * c + d).to_le_bytes());
                        } else {
                            out.extend([c, d, a, b].map(|weight| (weight + 128) as u8));
                        }
                    }
                }
            }
            Packing::Blocks7x16 | Packing::Blocks16x4 => {
                for column in (0..inputs.next_multiple_of(columns)).step_by(columns) {
                    for row in first..first + rows {
                        out.extend((column..column + columns).map(|column| at(row, column) as u8));
                    }
                }
            }
        }
    }
    out
}

/// The inverse of [`weights`], of bytes of the right length. Whatever is in the padding is ignored.
pub(super) fn unpack(packing: Packing, bytes: &[u8], inputs: usize, outputs: usize) -> Vec<i8> {
    let (rows, columns) = packing.unit();
    let padded = inputs.next_multiple_of(columns);
    let mut out = vec![0; inputs * outputs];
    let mut put = |row: usize, column: usize, weight: i16| {
        if row < outputs && column < inputs {
            // A weight that no byte holds is none; -128 stands for it.
            out[row * inputs + column] = i8::try_from(weight).unwrap_or(i8::MIN);
        }
    };
    let mut bytes = bytes.iter().copied();
    let mut next = || bytes.next().expect("as long as its packing");
    for first in (0..outputs).step_by(rows) {
        match packing {
            Packing::PairedHalfword => {
                for (column, row) in (0..padded).step_by(2).flat_map(|column| [(column, first), (column, first + 2)]) {
                    for column in [column, column + 1] {
                        let pair = i16::from_le_bytes([next(), next()]);
                        let b = i16::from(pair as i8);
                        put(row, column, ((i32::from(pair) - i32::from(b)) / 256) as i16);
                        put(row + 1, column, b);
                    }
                }
            }
            Packing::ByteLane => {
                for (column, row) in (0..padded).step_by(2).flat_map(|column| [(column, first), (column, first + 2)]) {
                    for (row, column) in [(row, column + 1), (row + 1, column + 1), (row, column), (row + 1, column)] {
                        put(row, column, i16::from(next()) - 128);
                    }
                }
            }
            Packing::Rows | Packing::Blocks7x16 | Packing::Blocks16x4 | Packing::PairedNibbles => {
                for column in (0..padded).step_by(columns) {
                    for row in first..first + rows {
                        (column..column + columns).for_each(|column| put(row, column, i16::from(next() as i8)));
                    }
                }
            }
        }
    }
    out
}

/// The weights' section of half bytes: those of a row's groups follow each other, or those of four columns of two rows.
pub(super) fn nibbles(packing: Packing, int4: &Int4, inputs: usize, outputs: usize) -> Vec<u8> {
    let padded = inputs.next_multiple_of(usize::from(int4.group));
    let at = |row: usize, column: usize| {
        let inside = column < inputs && row < outputs;
        (if inside { int4.int8.weights[row * inputs + column] + 8 } else { 8 }) as u8
    };
    let mut out = Vec::new();
    if packing == Packing::PairedNibbles {
        for row in (0..outputs).step_by(2) {
            for column in (0..padded).step_by(4) {
                for row in [row, row + 1] {
                    out.extend([column, column + 2].map(|column| at(row, column) | (at(row, column + 1) << 4)));
                }
            }
        }
    } else {
        for row in 0..outputs {
            out.extend((0..padded).step_by(2).map(|column| at(row, column) | (at(row, column + 1) << 4)));
        }
    }
    out
}

/// The inverse of [`nibbles`]. -8 stands for half a byte that no weight has; what is in the padding is ignored.
pub(super) fn from_nibbles(packing: Packing, bytes: &[u8], group: u8, inputs: usize, outputs: usize) -> Vec<i8> {
    let padded = inputs.next_multiple_of(usize::from(group));
    let half = |index: usize| (bytes[index / 2] >> (4 * (index % 2)) & 15) as i8 - 8;
    let place = |row: usize, column: usize| match packing {
        // Four half bytes of one row, four of the other.
        Packing::PairedNibbles => row / 2 * 2 * padded + column / 4 * 8 + row % 2 * 4 + column % 4,
        _ => row * padded + column,
    };
    (0..outputs).flat_map(|row| (0..inputs).map(move |column| half(place(row, column)))).collect()
}

/// `values` of `rows` rows for each class, each padded with zeros to `padded` rows.
pub(super) fn pad<T: Copy + Default>(values: &[T], rows: usize, padded: usize) -> Vec<T> {
    values.chunks(rows).flat_map(|class| class.iter().copied().chain(std::iter::repeat_n(T::default(), padded - rows))).collect()
}

/// Multipliers as factors in units of 2^-32. A shift over 32 leaves none, which no valid model has.
pub(super) fn factors(int8: &Int8, multipliers: &[u16]) -> Vec<u32> {
    let factor = |(&multiplier, &shift): (&u16, &u8)| (u64::from(multiplier) << 32 >> shift) as u32;
    multipliers.iter().zip(&int8.shifts).map(factor).collect()
}
