//! Cores with a 32-bit multiply and no SIMD: two multiply-accumulates in one multiply.
//!
//! With two inputs in `x = x0 + 2^16 x1` and the weights of a row, plus 128, in `w = w1 + 2^16 w0`,
//!
//! ```text
//! x w = x0 w1 + 2^16 (x0 w0 + x1 w1) + 2^32 x1 w0
//! ```
//!
//! so `(x w mod 2^32) >> 16` is `x0 w0 + x1 w1` plus what `x0 w1` carries, which is nothing: `127 * 255 < 2^16`, and so is the sum,
//! `2 * 127 * 255 = 64770`. Always exact. The 128 comes off with `-128 (x0 + x1 + ..)`, which is the same for all rows.

use super::{Groups, pairs};
use crate::blob::Packing;

pub const PACKING: Packing = Packing::ByteLane;
pub const GROUP: usize = PACKING.group();

pub fn stage(codes: &[u8], staged: &mut [u32]) {
    let staged = staged.get_mut(..PACKING.staged_len(codes.len())).unwrap_or_default();
    if let Some((correction, words)) = staged.split_last_mut() {
        *correction = pairs::stage(codes, words) << 7;
    }
}

/// Whether the sections have the numbers of `count` groups. decode proves it; repeated here because kernels rely on it.
pub fn all_there(groups: &Groups<'_>, count: usize) -> bool {
    let fits = |section: &[u8]| section.len() >= 4 * GROUP * count;
    count > 0
        && groups.columns > 0
        && groups.columns.is_multiple_of(8)
        && groups.weights.len() >= 4 * groups.columns * count
        && fits(groups.bias)
        && fits(groups.factors)
        && groups.shifts.len() >= GROUP * count
        && groups.negative_factors.is_none_or(fits)
}
