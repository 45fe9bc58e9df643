//! What firmware does where it cannot go on.
//!
//! | module | owns |
//! |---|---|
//! | `stack`, on devices | how much of the stack was used |
//! | `cortex_m`, on Arm | the guard below the stack, and what a fault says of where it happened |
//! | [`fatal`](fn@fatal) | the end of the program, which is the firmware's own |
//!
//! On RISC-V the traps are those of the crates that start the core: `gan-embedded/src/arch` and
//! esp-hal have guards of their own.
#![no_std]

use core::fmt;

#[cfg(target_arch = "arm")]
mod cortex_m;
#[cfg(any(target_arch = "arm", target_arch = "riscv32"))]
pub mod stack;

#[cfg(target_arch = "arm")]
pub use cortex_m::gan_guard_stack as guard_stack;

unsafe extern "Rust" {
    /// The firmware defines this: it tells the user the reason and does not return. The stack may
    /// have been started anew, so that nothing below the caller is there any more.
    safe fn gan_fatal(reason: fmt::Arguments<'_>) -> !;
}

/// Ends a program that cannot go on: tells the user the reason, in the way of this firmware.
pub fn fatal(reason: fmt::Arguments<'_>) -> ! {
    gan_fatal(reason)
}
