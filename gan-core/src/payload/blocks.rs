//! Walks over the weights of a packed layer, four weights of a row at a time: of int8 layers by
//! groups of rows, of layers of half bytes row by row.
//!
//! [`Packing::weight`] finds one weight by dividing its row and its column, in 20 to 30
//! instructions. Whoever wants all weights of a group, to check them or to run a layer whose
//! packing is another core's, takes whole blocks of bytes apart here, in a few instructions a
//! weight.

use super::Nibbles;
use crate::header::Packing;
use crate::kernel::words;

/// The largest number of rows in a group.
pub(crate) const ROWS: usize = 16;

/// What a walk over the weights of a group does with them.
pub(crate) trait Each {
    /// What four columns need that is the same for all rows of the group.
    type Columns: Copy;

    /// Begins four columns. The first call begins columns 0 to 3, and each further call the four
    /// after those of the call before.
    fn columns(&mut self) -> Self::Columns;

    /// Takes the weights of a row of the group in these columns. A weight beyond its limit is shown
    /// as -128.
    fn four(&mut self, row: usize, columns: Self::Columns, weights: [i8; 4]);
}

/// Shows `each` all weights of a group of rows, those of padding included. `bytes` are the weights
/// of the group, a byte for each row and padded column. Layers in rows have no groups, and those of
/// half bytes have other blocks.
#[inline]
pub(crate) fn group<E: Each>(packing: Packing, bytes: &[u8], each: &mut E) {
    match packing {
        Packing::ByteLane => {
            for block in bytes.as_chunks().0 {
                // Of each two columns, the second one comes first.
                let &[a1, b1, a0, b0, c1, d1, c0, d0, a3, b3, a2, b2, c3, d3, c2, d2] = block;
                let weight = |byte: u8| (byte ^ 0x80).cast_signed();
                let columns = each.columns();
                each.four(0, columns, [weight(a0), weight(a1), weight(a2), weight(a3)]);
                each.four(1, columns, [weight(b0), weight(b1), weight(b2), weight(b3)]);
                each.four(2, columns, [weight(c0), weight(c1), weight(c2), weight(c3)]);
                each.four(3, columns, [weight(d0), weight(d1), weight(d2), weight(d3)]);
            }
        }
        Packing::PairedHalfword => {
            for block in bytes.as_chunks::<2>().0.as_chunks().0 {
                let &[p0, p1, q0, q1, p2, p3, q2, q3] = block;
                // A pair is 256 a + b: if b is negative, the high byte is less than a by 1.
                let first = |[low, high]: [u8; 2]| high.wrapping_add(low >> 7).cast_signed();
                let second = |[low, _]: [u8; 2]| low.cast_signed();
                let columns = each.columns();
                each.four(0, columns, [first(p0), first(p1), first(p2), first(p3)]);
                each.four(1, columns, [second(p0), second(p1), second(p2), second(p3)]);
                each.four(2, columns, [first(q0), first(q1), first(q2), first(q3)]);
                each.four(3, columns, [second(q0), second(q1), second(q2), second(q3)]);
            }
        }
        Packing::Blocks16x4 => {
            for block in bytes.as_chunks::<64>().0 {
                let columns = each.columns();
                for (row, bytes) in block.as_chunks().0.iter().enumerate() {
                    each.four(row, columns, bytes.map(u8::cast_signed));
                }
            }
        }
        Packing::Blocks7x16 => {
            for block in bytes.as_chunks::<112>().0 {
                for part in 0..4 {
                    let columns = each.columns();
                    for (row, bytes) in block.as_chunks::<16>().0.iter().enumerate() {
                        each.four(row, columns, bytes.as_chunks().0[part].map(u8::cast_signed));
                    }
                }
            }
        }
        Packing::Rows | Packing::NibbleLane => {
            debug_assert!(false, "layers in rows and those of half bytes have no such groups");
        }
    }
}

/// A row of a layer of half bytes, in either order.
pub(crate) struct HalfBytes<'a> {
    /// From the row's first word on: a word has eight columns of this row, or one column of eight
    /// rows.
    words: &'a [u32],
    /// Words of a group of columns.
    group: usize,
    /// Where the row lies in each word, in bits; `None` if the words have eight columns.
    pub lane: Option<u32>,
}

impl<'a> HalfBytes<'a> {
    /// A row of a layer that has `padded` columns, those of padding included.
    pub fn new(nibbles: &Nibbles<'a>, padded: usize, row: usize) -> Self {
        let group = usize::from(nibbles.group);
        let (first, group, lane) = if nibbles.packing == Packing::NibbleLane {
            // Even rows lie in the lower half of a word: rows 0, 2, 4 and 6 from its first half
            // byte on. Odd rows lie in the upper half.
            let row_of_eight = row as u32 % 8;
            (row / 8 * padded, group, Some(16 * (row_of_eight % 2) + 4 * (row_of_eight / 2)))
        } else {
            (row * padded / 8, group / 8, None)
        };
        let words = words(nibbles.weights).get(first..).unwrap_or_default();
        Self { words, group, lane }
    }

    /// The words of each group of columns.
    #[inline(always)]
    pub fn groups(&self) -> impl Iterator<Item = &'a [u32]> {
        self.words.chunks_exact(self.group.max(1))
    }

    /// Shows `each` the half bytes of a group, four columns at a time.
    #[inline(always)]
    pub fn fours(&self, words: &[u32], mut each: impl FnMut([u32; 4])) {
        let at = |word: u32, shift: u32| (u32::from_le(word) >> (shift & 31)) & 15;
        match self.lane {
            Some(lane) => {
                for &[a, b, c, d] in words.as_chunks().0 {
                    each([at(a, lane), at(b, lane), at(c, lane), at(d, lane)]);
                }
            }
            None => {
                for &word in words {
                    each([at(word, 0), at(word, 4), at(word, 8), at(word, 12)]);
                    each([at(word, 16), at(word, 20), at(word, 24), at(word, 28)]);
                }
            }
        }
    }
}
