//! The orders of weights in a packed layer, written out place by place.

use super::{Int4, Int8, Packing};

impl Packing {
    /// All, in the order of their variant numbers.
    pub const ALL: [Self; 6] = [
        Self::Rows,
        Self::PairedHalfword,
        Self::ByteLane,
        Self::Blocks7x16,
        Self::Blocks16x4,
        Self::NibbleLane,
    ];

    /// Rows that belong together, and the number of columns that inputs are padded to a multiple
    /// of.
    #[must_use]
    pub fn unit(self) -> (usize, usize) {
        match self {
            Self::Rows => (1, 1),
            Self::PairedHalfword | Self::ByteLane => (4, 8),
            Self::Blocks7x16 => (7, 16),
            Self::Blocks16x4 => (16, 4),
            // Columns are padded by the layer's group, which is more.
            Self::NibbleLane => (8, 4),
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
            Packing::Rows => out.extend((0..inputs).map(|column| at(first, column) as u8)),
            Packing::PairedHalfword | Packing::ByteLane => {
                for column in (0..inputs.next_multiple_of(columns)).step_by(2) {
                    for row in [first, first + 2] {
                        let (a, b, c, d) = (
                            at(row, column),
                            at(row + 1, column),
                            at(row, column + 1),
                            at(row + 1, column + 1),
                        );
                        if packing == Packing::PairedHalfword {
                            // A damaged blob may hold -128, whose pair wraps around.
                            out.extend((256 * a).wrapping_add(b).to_le_bytes());
                            out.extend((256 * c).wrapping_add(d).to_le_bytes());
                        } else {
                            out.extend([c, d, a, b].map(|weight| (weight + 128) as u8));
                        }
                    }
                }
            }
            // No valid layer of bytes has lanes of nibbles.
            Packing::Blocks7x16 | Packing::Blocks16x4 | Packing::NibbleLane => {
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
                for (column, row) in
                    (0..padded).step_by(2).flat_map(|column| [(column, first), (column, first + 2)])
                {
                    for column in [column, column + 1] {
                        let pair = i16::from_le_bytes([next(), next()]);
                        let b = i16::from(pair as i8);
                        put(row, column, ((i32::from(pair) - i32::from(b)) / 256) as i16);
                        put(row + 1, column, b);
                    }
                }
            }
            Packing::ByteLane => {
                for (column, row) in
                    (0..padded).step_by(2).flat_map(|column| [(column, first), (column, first + 2)])
                {
                    for (row, column) in
                        [(row, column + 1), (row + 1, column + 1), (row, column), (row + 1, column)]
                    {
                        put(row, column, i16::from(next()) - 128);
                    }
                }
            }
            Packing::Rows | Packing::Blocks7x16 | Packing::Blocks16x4 | Packing::NibbleLane => {
                for column in (0..padded).step_by(columns) {
                    for row in first..first + rows {
                        (column..column + columns)
                            .for_each(|column| put(row, column, i16::from(next() as i8)));
                    }
                }
            }
        }
    }
    out
}

/// The weights' section of half bytes: those of a row's groups follow each other, or those of a
/// column of eight rows.
pub(super) fn nibbles(packing: Packing, int4: &Int4, inputs: usize, outputs: usize) -> Vec<u8> {
    let padded = inputs.next_multiple_of(usize::from(int4.group));
    let at = |row: usize, column: usize| {
        let inside = column < inputs && row < outputs;
        (if inside { int4.int8.weights[row * inputs + column] + 8 } else { 8 }) as u8
    };
    let mut out = Vec::new();
    if packing == Packing::NibbleLane {
        for row in (0..outputs).step_by(8) {
            for column in 0..padded {
                out.extend(
                    [0, 4, 1, 5]
                        .map(|lower| at(row + lower, column) | (at(row + lower + 2, column) << 4)),
                );
            }
        }
    } else {
        for row in 0..outputs {
            out.extend(
                (0..padded).step_by(2).map(|column| at(row, column) | (at(row, column + 1) << 4)),
            );
        }
    }
    out
}

/// The inverse of [`nibbles`]. -8 stands for half a byte that no weight has; what is in the padding
/// is ignored.
pub(super) fn from_nibbles(
    packing: Packing,
    bytes: &[u8],
    group: u8,
    inputs: usize,
    outputs: usize,
) -> Vec<i8> {
    let padded = inputs.next_multiple_of(usize::from(group));
    let half = |index: usize| (bytes[index / 2] >> (4 * (index % 2)) & 15) as i8 - 8;
    let place = |row: usize, column: usize| match packing {
        // Eight half bytes of a column: of the even rows, then of the odd ones.
        Packing::NibbleLane => {
            row / 8 * 8 * padded + column * 8 + [0, 4, 1, 5, 2, 6, 3, 7][row % 8]
        }
        _ => row * padded + column,
    };
    (0..outputs).flat_map(|row| (0..inputs).map(move |column| half(place(row, column)))).collect()
}

/// The scales' section, from those of `[output][group]`: for eight rows those of their first
/// groups, of their second ones, and so on.
pub(super) fn scales(packing: Packing, scales: &[u8], groups: usize) -> Vec<u8> {
    if packing != Packing::NibbleLane {
        return scales.to_vec();
    }
    let scale = |row: usize, group: usize| scales.get(row * groups + group).copied().unwrap_or(0);
    let rows = (0..scales.len() / groups.max(1)).step_by(8);
    rows.flat_map(|first| (0..8 * groups).map(move |index| scale(first + index % 8, index / 8)))
        .collect()
}

/// The inverse of [`scales`]; what is in the padding is ignored.
pub(super) fn from_scales(
    packing: Packing,
    bytes: &[u8],
    groups: usize,
    outputs: usize,
) -> Vec<u8> {
    let place = |row: usize, group: usize| match packing {
        Packing::NibbleLane => row / 8 * 8 * groups + 8 * group + row % 8,
        _ => row * groups + group,
    };
    (0..outputs).flat_map(|row| (0..groups).map(move |group| bytes[place(row, group)])).collect()
}

/// `values` of `rows` rows for each class, each padded with zeros to `padded` rows.
pub(super) fn pad<T: Copy + Default>(values: &[T], rows: usize, padded: usize) -> Vec<T> {
    values
        .chunks(rows)
        .flat_map(|class| {
            class.iter().copied().chain(std::iter::repeat_n(T::default(), padded - rows))
        })
        .collect()
}

/// Multipliers as factors in units of 2^-32. A shift over 32 leaves none, which no valid model has.
pub(super) fn factors(int8: &Int8, multipliers: &[u16]) -> Vec<u32> {
    let factor = |(&multiplier, &shift): (&u16, &u8)| (u64::from(multiplier) << 32 >> shift) as u32;
    multipliers.iter().zip(&int8.shifts).map(factor).collect()
}
