//! Cortex-M. The memory layouts put the stack where nothing lies below, so that an access there faults.

use core::arch::{asm, naked_asm};

pub use cortex_m_rt::entry;
use cortex_m_rt::exception;

use crate::{fatal, stack};

/// The stack pointer.
pub fn stack_pointer() -> usize {
    let pointer;
    // SAFETY: reads a register.
    unsafe { asm!("mov {}, sp", out(reg) pointer, options(nomem, nostack, preserves_flags)) };
    pointer
}

/// Every fault begins here: the configurable ones are not enabled, so they escalate. It notes what the core has put on the stack and then starts the
/// stack anew, because there may be none left.
// SAFETY: the name is the one in cortex-m-rt's vector table, and nothing else has it. It does not return.
#[unsafe(naked)]
#[unsafe(no_mangle)]
extern "C" fn HardFault() -> ! {
    naked_asm!(
        "mov r0, sp",
        "ldr r1, =_stack_end",
        "cmp r0, r1",
        "blo 1f",
        "ldr r1, [r0, #24]", // pc
        "ldr r2, [r0, #20]", // lr
        "1: ldr r3, =_stack_start",
        "mov sp, r3",
        "ldr r3, ={report}",
        "bx r3",
        report = sym report,
    )
}

/// Says where the core was. `frame` is where it put its registers, or tried to.
extern "C" fn report(frame: usize, pc: usize, lr: usize) -> ! {
    if frame < stack::end() {
        fatal(format_args!("hard fault: the stack has overflowed"));
    }
    fatal(format_args!("hard fault at {pc:#010x}, called from {lr:#010x}"))
}

/// Any other exception or interrupt: none is enabled, so one that arrives is a bug.
// SAFETY: `#[exception]` demands `unsafe` because this may run even with interrupts masked, in the middle of any
// critical section. This one takes no lock, uses no static and never returns.
#[exception]
unsafe fn DefaultHandler(irq: i16) {
    fatal(format_args!("unexpected exception or interrupt {irq}"))
}
