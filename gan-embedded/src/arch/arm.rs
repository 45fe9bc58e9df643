//! Start-up of Cortex-M cores. What guards the stack and what reports a fault is in gan-guard.

pub use cortex_m_rt::entry;
use cortex_m_rt::exception;

use crate::fatal;

/// Guards the stack before memory is set up, where the core has no register for its limit.
// SAFETY: the name is the one that cortex-m-rt calls, and nothing else has it. It goes on in a
// function that uses no memory and returns to the caller.
#[cfg(not(stack_limit))]
#[unsafe(naked)]
#[unsafe(no_mangle)]
extern "C" fn __pre_init() {
    core::arch::naked_asm!("ldr r0, ={guard}", "bx r0", guard = sym gan_guard::guard_stack)
}

/// Has the board's module handle the interrupts that it has enabled, and reports any other
/// exception or interrupt: one that arrives is a bug.
// SAFETY: `#[exception]` demands `unsafe` because this may run even with interrupts masked, in the
// middle of any critical section. A device's interrupt does not, and for all others this takes no
// lock, uses no static and never returns.
#[exception]
unsafe fn DefaultHandler(irq: i16) {
    // The programs in `checks/` use no drivers.
    #[cfg(not(feature = "semihosting"))]
    if crate::board::interrupt(irq) {
        return;
    }
    fatal(format_args!("unexpected exception or interrupt {irq}"))
}
