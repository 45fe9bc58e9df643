//! Half bytes on cores with a 32-bit multiply and no vectors: eight rows, two of them in one
//! multiply.
//!
//! A word of [`Packing::NibbleLane`] holds a column of eight rows, each weight `w` as `n = w + 8`.
//! `(word >> 4 j) & 0x000F000F` are those of rows `2 j` and `2 j + 1`, 16 bits apart, and one
//! multiplication by the column's code makes both products. A group has at most 32 columns, so that
//! a lane's sum is at most `32 * 15 * 127 = 60,960 < 2^16`: nothing runs from the lower lane into
//! the upper one, and nothing is lost at the top.
//!
//! For `j = 0` the mask is saved: the sum of `word x` itself is, mod 2^32, that of `j = 0` plus 16
//! times that of `j = 1` plus 256 and 4,096 times the other two, which come off once for each
//! group. So eight multiply-accumulates take four multiplies and three masks.
//!
//! A group's sum of `w x` is that of `n x` less `8 sum of x`, which is the same in all rows and
//! staged with the codes.

#![allow(unsafe_code)]

use super::HalfBytes;
use crate::header::Packing;

pub const PACKING: Packing = Packing::NibbleLane;
pub const ROWS: usize = PACKING.group();
/// A group's codes are in order.
pub const EVEN_THEN_ODD: bool = false;

/// What the assembly gets.
#[repr(C)]
struct Call {
    weights: *const u8,
    staged: *const u32,
    scales: *const u8,
    staged_end: *const u32,
    /// Of eight columns, in a group.
    blocks: usize,
    sums: *mut i32,
}

impl Call {
    /// `None` if something is missing.
    ///
    /// What the pointers point to is there as the kernels read it: weights, scales and staged codes
    /// of whole groups, one at least, which begin on words as decode proves, and `sums`, which are
    /// borrowed exclusively as long as the caller holds them.
    fn new(block: &HalfBytes<'_>, sums: &mut [i32; ROWS]) -> Option<Self> {
        let staged = block.staged.get(..block.groups * block.stride())?.as_ptr_range();
        block.hold(ROWS).then(|| Self {
            weights: block.weights.as_ptr(),
            staged: staged.start,
            scales: block.scales.as_ptr(),
            staged_end: staged.end,
            blocks: block.group / 8,
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

/// Adds up eight rows, onto `sums`.
pub fn add(block: &HalfBytes<'_>, sums: &mut [i32; ROWS]) {
    if let Some(call) = Call::new(block, sums) {
        // SAFETY: as `Call::new` says.
        unsafe { gan_core_half_rows(&call) }
    }
}
