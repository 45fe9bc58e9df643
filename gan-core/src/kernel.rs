//! The multiply-accumulate loops, one file an instruction set. [`scalar`] is the specification: every other kernel gives
//! the same sums.

pub mod scalar;

/// The kernel that this build uses.
pub use scalar as active;

/// Name of the kernel that this build uses, for reports.
pub const NAME: &str = "scalar";

/// The bytes of a blob's weights as what they are.
#[allow(unsafe_code)]
pub(crate) fn as_i8(bytes: &[u8]) -> &[i8] {
    // SAFETY: u8 and i8 have the same size and alignment and every bit pattern is valid for both; the length and the
    // lifetime are those of `bytes`.
    unsafe { core::slice::from_raw_parts(bytes.as_ptr().cast(), bytes.len()) }
}
