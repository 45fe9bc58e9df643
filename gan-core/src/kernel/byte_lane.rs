//! Multiply-accumulates on cores with a 32-bit multiply and no SIMD: one multiply makes two of
//! them.
//!
//! A byte holds `u = w + 128`, the weight without a sign. A word has two columns of two rows, and a
//! mask leaves two bytes of one row in it, 16 bits apart, the second column below. With the inputs
//! of the two columns in `x = x0 + 2^16 x1` and the bytes of a row in `u = u1 + 2^16 u0`,
//!
//! ```text
//! x u  =  x0 u1  +  2^16 (x0 u0 + x1 u1)  +  2^32 x1 u0
//! ```
//!
//! so the upper half of the low word of the product is `x0 u0 + x1 u1`, exactly:
//!
//! - nothing is carried into it, because `x0 u1 <= 127 * 255 < 2^16`;
//! - it fits 16 bits, because `2 * 127 * 255 = 64,770 < 2^16`;
//! - `2^32 x1 u0` is not part of the low word.
//!
//! The sum of a row is then `sum u x = sum w x + 128 sum x`. The *correction* `128 sum x` is the
//! same for all rows. Staging computes it once, and a row's sum begins with the bias minus the
//! correction. All of this is modulo 2^32, and [`decode`](crate::decode) proves that the result has
//! 32 bits with its sign, so it is exact.

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
