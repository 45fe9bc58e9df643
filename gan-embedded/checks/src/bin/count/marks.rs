//! The functions between which `cargo xtask count` counts instructions.

use core::arch::asm;

/// The count begins where this is called.
// SAFETY: no other function has this name.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn mark_start() {
    // SAFETY: a comment. The compiler must take it for code that may read and write memory, so it
    // moves none across, and as the comments differ it cannot make one function of the two.
    unsafe { asm!("/* start */", options(nostack)) };
}

/// The count ends where this is called.
// SAFETY: as above.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn mark_stop() {
    // SAFETY: as above.
    unsafe { asm!("/* stop */", options(nostack)) };
}
