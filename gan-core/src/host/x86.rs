//! All that the loops for x86-64 take from the CPU: its intrinsics, assembly, and the question
//! which instructions it has.
//!
//! The files of the loops name these things only through `super::x86`. So the unit tests can
//! compile the same files a second time, in a module whose `x86` is a model of the instructions in
//! plain Rust (`host/emulated.rs`), and run them on any CPU.

#![allow(unsafe_code)]

#[cfg(target_os = "linux")]
pub(super) use core::arch::asm;
pub(super) use core::arch::x86_64::*;

/// Whether the CPU has all of these extensions.
macro_rules! has {
    ($($feature:tt),+) => {
        $(std::arch::is_x86_feature_detected!($feature))&&+
    };
}
pub(super) use has;

/// Compiles a function for a CPU that has these instructions.
macro_rules! enable {
    ($features:literal: $($function:tt)+) => {
        #[target_feature(enable = $features)]
        $($function)+
    };
}
pub(super) use enable;

/// Whether the CPU has AMX's tiles and their products of bytes, and Linux lets this process use
/// them.
#[cfg(target_os = "linux")]
pub(super) fn has_amx() -> bool {
    /// Bits of `edx` in leaf 7 of `cpuid`: AMX-TILE and AMX-INT8.
    const TILE_AND_INT8: u32 = 1 << 24 | 1 << 25;
    __cpuid(0).eax >= 7
        && __cpuid_count(7, 0).edx & TILE_AND_INT8 == TILE_AND_INT8
        && may_use_tiles()
}

/// Asks Linux for the use of the tiles' registers, for all threads of this process. A process has
/// to ask before it uses them, because Linux then makes room for their 8 KB where it saves the
/// registers of a thread.
#[cfg(target_os = "linux")]
fn may_use_tiles() -> bool {
    /// The number of the system call `arch_prctl`.
    const ARCH_PRCTL: i64 = 158;
    /// Its function `ARCH_REQ_XCOMP_PERM`.
    const REQUEST_PERMISSION: i64 = 0x1023;
    /// The number of the tiles among the parts of a CPU's state: `XFEATURE_XTILEDATA`.
    const TILE_DATA: i64 = 18;
    let mut result = ARCH_PRCTL;
    // SAFETY: the system call touches no memory of this process. It changes `rax`, which has the
    // result, and `rcx` and `r11`, as every system call does.
    unsafe {
        asm!(
            "syscall",
            inout("rax") result,
            in("rdi") REQUEST_PERMISSION,
            in("rsi") TILE_DATA,
            out("rcx") _,
            out("r11") _,
            options(nostack),
        );
    }
    result == 0
}
