//! The guard of the stack and the report of faults on Cortex-M cores. The memory layouts put the
//! stack where nothing lies below, and the core itself sees to it that an access there faults. The
//! bus would not: some chips answer there with a fault, some with an alias of something else, and
//! some not at all.
//!
//! Armv8-M has a register for the stack's limit, which cortex-m-rt sets (its feature `set-msplim`).
//! The others have, all but the Cortex-M0, a memory protection unit.

use core::arch::naked_asm;
use core::ptr;

use crate::{fatal, stack};

/// Makes the 64 KB below the stack inaccessible until the next reset, if the core has a memory
/// protection unit and no register for the stack's limit (Armv7-M Architecture Reference Manual,
/// B3.5; the unit of Armv6-M has the same registers). The stack's end has to be a multiple of 64
/// KB. Call this early: it uses no memory, so that the start-up code may call it before statics
/// have their values.
// SAFETY: the name is nobody else's. It uses only registers that a function may. `cargo xtask test`
// looks for the name in programs.
#[cfg(not(stack_limit))]
#[unsafe(naked)]
#[unsafe(no_mangle)]
pub extern "C" fn gan_guard_stack() {
    naked_asm!(
        "ldr r0, =0xE000ED90",
        "ldr r1, [r0]", // TYPE: how many regions, or zeros where there is no unit
        "lsrs r1, r1, #8",
        "uxtb r1, r1",
        "cmp r1, #0",
        "beq 2f",
        // The regions' contents after a reset are not specified.
        "movs r2, #0",
        "1: subs r1, r1, #1",
        "str r1, [r0, #8]",  // RNR
        "str r2, [r0, #16]", // RASR
        "bne 1b",
        "ldr r1, =_stack_end - {bytes}",
        "str r1, [r0, #12]", // RBAR
        "ldr r1, ={guard}",
        "str r1, [r0, #16]",
        "movs r1, #{on}",
        "str r1, [r0, #4]", // CTRL
        "dsb",
        "isb",
        "2: bx lr",
        bytes = const 1 << 16,
        // This is a region of 2^16 bytes, switched on, without access and without execution.
        guard = const 1 | (16 - 1) << 1 | 1 << 28,
        // The unit is on. Memory outside of all regions is as without it, and the handler of a hard
        // fault may access everything.
        on = const 1 | 1 << 2,
    )
}

/// Does nothing: the core has the limit of its stack in a register.
#[cfg(stack_limit)]
pub extern "C" fn gan_guard_stack() {}

/// Whether the stack pointer was to go below its limit: STKOF of the usage fault's status (Armv8-M
/// Architecture Reference Manual, D1.2).
fn met_limit() -> bool {
    const STACK_OVERFLOW: u32 = 1 << 20;
    // SAFETY: this is the status register of the configurable faults, CFSR.
    let status = || unsafe { ptr::with_exposed_provenance::<u32>(0xE000_ED28).read_volatile() };
    cfg!(stack_limit) && status() & STACK_OVERFLOW != 0
}

/// Every fault begins here: the configurable ones are not enabled, so they escalate. It notes what
/// the core has put on the stack and then starts the stack anew, because there may be none left.
// SAFETY: the name is the one in cortex-m-rt's vector table, and nothing else has it. It does not
// return.
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

/// Reports where the core was. `frame` is the address where it put its registers, or tried to.
extern "C" fn report(frame: usize, pc: usize, lr: usize) -> ! {
    if frame < stack::end() || met_limit() {
        fatal(format_args!("hard fault: the stack has overflowed"));
    }
    fatal(format_args!("hard fault at {pc:#010x}, called from {lr:#010x}"))
}
