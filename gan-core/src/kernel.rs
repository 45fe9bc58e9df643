//! The multiply-accumulate loops, with a file for each instruction set. All give the same bits:
//! those of a plain loop.
//!
//! `build.rs` chooses the kernel for the target. `--cfg gan_core_backend="NAME"` forces another
//! one.

// A kernel is a file here with a unit struct `Active` that implements `PackedKernel`, and a file
// with an `ActiveHalf` that implements `HalfByteKernel`; `contract` says what they ask for. The
// table of kernels is in `build.rs`. Each file declares the modules that it shares with others, so
// that they are part of no other build. Layers that are packed for another kernel run by `foreign`,
// those that are not packed by `rows`.

use crate::header::Packing;

/// `global_asm!` between the directives that the build script has for the kernel and the target:
/// those before let the assembler take the kernel's instructions, and those after undo that. Every
/// kernel's assembly is written with this macro.
#[allow(unused_macros, reason = "the scalar kernel has no assembly")]
macro_rules! assembly {
    ($text:literal $(, $name:ident = const $value:expr)* $(,)?) => {
        core::arch::global_asm!(
            env!("GAN_CORE_BEFORE_ASSEMBLY"),
            $text,
            env!("GAN_CORE_AFTER_ASSEMBLY"),
            $($name = const $value,)*
        );
    };
}

/// The offset on the stack of a kernel's assembly where it keeps a field of its `Call`. The fields
/// are there in the order of the struct, but without the first one, the pointer to the weights,
/// which stays in a register.
#[allow(unused_macros, reason = "some kernels keep other fields, or none")]
macro_rules! kept {
    ($field:ident) => {
        core::mem::offset_of!(Call, $field) - size_of::<usize>()
    };
}

mod contract;
pub(crate) mod foreign;
pub(crate) mod rows;

#[cfg_attr(gan_core_kernel = "armv6m", path = "kernel/armv6m.rs")]
#[cfg_attr(gan_core_kernel = "armv7m", path = "kernel/armv7m.rs")]
#[cfg_attr(gan_core_kernel = "dsp", path = "kernel/dsp.rs")]
#[cfg_attr(gan_core_kernel = "mve", path = "kernel/mve.rs")]
#[cfg_attr(gan_core_kernel = "rv32im", path = "kernel/rv32im.rs")]
#[cfg_attr(gan_core_kernel = "relaxed-simd", path = "kernel/simd128.rs")]
#[cfg_attr(gan_core_kernel = "scalar", path = "kernel/scalar.rs")]
#[cfg_attr(gan_core_kernel = "simd128", path = "kernel/simd128.rs")]
mod active;

#[cfg_attr(gan_core_half = "armv6m", path = "kernel/half_armv6m.rs")]
#[cfg_attr(gan_core_half = "armv7m", path = "kernel/half_armv7m.rs")]
#[cfg_attr(gan_core_half = "mve", path = "kernel/half_mve.rs")]
#[cfg_attr(gan_core_half = "rv32im", path = "kernel/half_rv32im.rs")]
#[cfg_attr(gan_core_half = "scalar", path = "kernel/half_scalar.rs")]
#[cfg_attr(gan_core_half = "simd128", path = "kernel/half_simd128.rs")]
mod half;

pub(crate) use active::Active;
pub(crate) use contract::{HalfByteKernel, HalfByteRows, PackedKernel, RowGroups};
pub(crate) use half::ActiveHalf;

/// Name of the kernel that this build uses, for reports.
pub const NAME: &str = Active::NAME;

/// The packing that the kernel of this build takes. Layers in this packing run fastest.
pub const PACKING: Packing = Active::PACKING;

/// Views the bytes of a blob's weights as signed bytes.
#[allow(unsafe_code)]
pub(crate) fn as_i8(bytes: &[u8]) -> &[i8] {
    // SAFETY: u8 and i8 have the same size and alignment and every bit pattern is valid for both;
    // the length and the lifetime are those of `bytes`.
    unsafe { core::slice::from_raw_parts(bytes.as_ptr().cast(), bytes.len()) }
}

/// The bytes of a section as words, in the machine's byte order. They are words only if they begin
/// on a multiple of four bytes, as sections do, and rows of packed layers and of half bytes; if
/// not, the result is empty. Without such a view a Cortex-M0 would read words byte by byte.
#[inline(always)]
pub(crate) fn words(bytes: &[u8]) -> &[u32] {
    let (before, words, _) = aligned_words(bytes);
    if before.is_empty() { words } else { &[] }
}

/// The words in bytes that begin anywhere, in the machine's byte order, between the bytes before
/// the first word and those after the last.
#[inline(always)]
#[allow(unsafe_code)]
pub(crate) fn aligned_words(bytes: &[u8]) -> (&[u8], &[u32], &[u8]) {
    // SAFETY: every four bytes are a valid u32.
    unsafe { bytes.align_to() }
}

/// Words as their bytes, in the machine's byte order.
#[allow(unsafe_code)]
pub(crate) fn bytes(words: &[u32]) -> &[u8] {
    // SAFETY: every bit pattern is a valid u8, which needs no alignment; the memory and the
    // lifetime are those of `words`.
    unsafe { core::slice::from_raw_parts(words.as_ptr().cast(), size_of_val(words)) }
}

/// Words as their bytes, in the machine's byte order.
#[allow(unsafe_code)]
pub(crate) fn bytes_mut(words: &mut [u32]) -> &mut [u8] {
    // SAFETY: as for `bytes`, and every four bytes are a valid u32; the borrow is exclusive.
    unsafe { core::slice::from_raw_parts_mut(words.as_mut_ptr().cast(), size_of_val(words)) }
}

// For a test in tests/, which wants an instruction refused after the assembly of the kernels if the
// target lacks it.
#[cfg(gan_core_last_instruction)]
#[allow(unsafe_code)]
mod last_instruction {
    core::arch::global_asm!(".syntax unified", ".thumb", env!("GAN_CORE_LAST_INSTRUCTION"));
}
