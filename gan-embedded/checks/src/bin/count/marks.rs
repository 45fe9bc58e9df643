//! The functions between which `cargo xtask count` counts instructions.

use core::arch::asm;

/// The count begins where this is called.
// SAFETY: no other function has this name.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn mark_start() {
    // SAFETY: the assembly is only a comment. The compiler has to assume that it reads and writes
    // memory, so it moves no access across it; and as the two comments differ, it cannot merge the
    // two functions.
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
