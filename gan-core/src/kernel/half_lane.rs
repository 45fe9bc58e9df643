//! Half bytes on cores with a 32-bit multiply and no vectors: eight rows at a time, two of them in
//! one multiply.
//!
//! A word of [`Packing::NibbleLane`] holds a column of eight rows, each weight `w` as `n = w + 8`.
//! `(word >> 4 j) & 0x000F000F` are those of rows `2 j` and `2 j + 1`, 16 bits apart, and one
//! multiplication by the column's code makes both products. A group has at most 32 columns, so that
//! the sum in each half of a word is at most `32 * 15 * 127 = 60,960 < 2^16`: nothing is carried
//! from the lower half into the upper one, and nothing is lost at the top.
//!
//! `j = 0` needs no mask. Modulo 2^32, the sum of `word x` itself is the sum of `j = 0`, plus 16
//! times that of `j = 1`, plus 256 and 4,096 times the other two, and these are subtracted once for
//! each group. So eight multiply-accumulates take four multiplies and three masks.
//!
//! A group's sum of `w x` is that of `n x`, less 8 times the sum of `x`. The latter is the same in
//! all rows, and is staged with the codes. The group's sum times its scale is added to the sum of
//! the row, which [`decode`](crate::decode) proves to have 32 bits.

#![allow(unsafe_code)]

use crate::header::Packing;
use crate::kernel::HalfByteRows;

pub const PACKING: Packing = Packing::NibbleLane;
pub const ROWS: usize = PACKING.group();

/// The arguments of the assembly.
#[repr(C)]
struct Call {
    weights: *const u8,
    staged: *const u32,
    scales: *const u8,
    staged_end: *const u32,
    /// Number of blocks of eight columns in a group.
    blocks: usize,
    sums: *mut i32,
}

impl Call {
    /// The call that adds up these rows. It is `None` if a section is too short.
    ///
    /// The pointers point to all that the kernels read and write: to the weights, the scales and
    /// the staged codes of whole groups, of which there is at least one and which begin on words as
    /// decode proves, and to `sums`, which are borrowed exclusively as long as the caller holds
    /// them.
    fn new(rows: &HalfByteRows<'_>, sums: &mut [i32; ROWS]) -> Option<Self> {
        let holds = rows.hold(ROWS);
        debug_assert!(holds, "a section or the staged inputs are too short");
        let staged = rows.staged.get(..rows.groups * rows.stride())?.as_ptr_range();
        holds.then_some(Self {
            weights: rows.weights.as_ptr(),
            staged: staged.start,
            scales: rows.scales.as_ptr(),
            staged_end: staged.end,
            blocks: rows.group / 8,
            sums: sums.as_mut_ptr(),
        })
    }
}

unsafe extern "C" {
    /// The instruction set's loop, in its own file.
    ///
    /// # Safety
    ///
    /// The call is as [`Call::new`] makes it.
    fn gan_core_half_rows(call: &Call);
}

/// Adds the products of eight rows to `sums`.
pub fn add(rows: &HalfByteRows<'_>, sums: &mut [i32; ROWS]) {
    if let Some(call) = Call::new(rows, sums) {
        // SAFETY: as `Call::new` says.
        unsafe { gan_core_half_rows(&call) }
    }
}
