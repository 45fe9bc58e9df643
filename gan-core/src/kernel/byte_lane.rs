//! Multiply-accumulates on cores with a 32-bit multiply and no SIMD: one multiply makes two of
//! them.
//!
//! With two inputs in `x = x0 + 2^16 x1` and the weights of a row, plus 128, in `w = w1 + 2^16 w0`,
//!
//! ```text
//! x w = x0 w1 + 2^16 (x0 w0 + x1 w1) + 2^32 x1 w0
//! ```
//!
//! so `(x w mod 2^32) >> 16` is `x0 w0 + x1 w1` plus the carry of `x0 w1`. There is no carry, since
//! `127 * 255 < 2^16`, and the sum fits 16 bits too, since `2 * 127 * 255 = 64770`. So the result
//! is always exact. Adding `-128 (x0 + x1 + ..)`, which is the same for all rows, takes the 128 off
//! the weights.

#[path = "halfword_inputs.rs"]
mod halfword_inputs;

use crate::header::Packing;
use crate::kernel::{Active, RowGroups};
use core::ptr;

pub const PACKING: Packing = Packing::ByteLane;
const GROUP: usize = PACKING.group();

pub fn stage(codes: &[u8], staged: &mut [u32]) {
    debug_assert!(staged.len() >= PACKING.staged_len(codes.len()), "too few words for the codes");
    let staged = staged.get_mut(..PACKING.staged_len(codes.len())).unwrap_or_default();
    if let Some((correction, words)) = staged.split_last_mut() {
        *correction = halfword_inputs::stage(codes, words) << 7;
    }
}

/// The arguments of the assembly.
#[repr(C)]
pub struct Call {
    pub weights: *const u8,
    pub x: *const u32,
    /// The end of the part of `x` that is read in blocks of 16 inputs.
    pub x_main: *const u32,
    pub x_end: *const u32,
    pub bias: *const u8,
    pub factors: *const u8,
    /// Points to the factors again if negative sums have no factors of their own.
    pub negative_factors: *const u8,
    pub shifts: *const u8,
    /// Null if there is no table.
    pub table: *const u8,
    pub outputs: *mut u8,
    pub outputs_end: *mut u8,
    pub zero_point: u32,
    /// 128 times the sum of the inputs.
    pub correction: u32,
}

impl Call {
    /// The call that computes all whole groups of `outputs`. It is `None` if a section is too
    /// short, or if there is no whole group.
    ///
    /// The pointers point to all that the kernels read and write: to sections of so many groups,
    /// which begin on words as decode proves, to a table with an entry for every saturated index,
    /// and to `outputs`, which are borrowed exclusively as long as the caller holds them.
    pub fn new(groups: &RowGroups<'_>, staged: &[u32], outputs: &mut [u8]) -> Option<Self> {
        let words = groups.columns / 2;
        let count = outputs.len() / GROUP;
        let holds = staged.len() > words && groups.hold::<Active>(count);
        debug_assert!(holds, "a section or the staged inputs are too short");
        let &correction = staged.get(words)?;
        let (x, start) = (staged.as_ptr(), outputs.as_mut_ptr());
        holds.then(|| Self {
            weights: groups.weights.as_ptr(),
            x,
            // Inside `staged`, which has more than `words` words.
            x_main: x.wrapping_add(words - words % 8),
            x_end: x.wrapping_add(words),
            bias: groups.bias.as_ptr(),
            factors: groups.factors.as_ptr(),
            negative_factors: groups.negative_factors.unwrap_or(groups.factors).as_ptr(),
            shifts: groups.shifts.as_ptr(),
            table: groups.table.map_or(ptr::null(), |table| table.as_ptr()),
            outputs: start,
            outputs_end: start.wrapping_add(count * GROUP),
            zero_point: groups.zero_point.into(),
            correction,
        })
    }
}
