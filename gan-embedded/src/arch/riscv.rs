//! Start-up and traps of RISC-V cores. The firmware runs in machine mode, on one hart.

use core::arch::{asm, global_asm};

use riscv::register::{mcause, mepc, mscratch, mtval};
pub use riscv_rt::entry;
use riscv_rt::post_init;

use crate::{fatal, stack};

/// The bytes below the stack that `guard_stack` makes inaccessible: a power of two that is larger
/// than the frame of any function here.
const GUARD: usize = 64 << 10;

/// Makes the memory below the stack inaccessible until the next reset. This runs before `main`.
///
/// The guard is an entry of the physical memory protection, of type NAPOT (RISC-V Privileged
/// Architecture, section 3.7). Its address is that of a naturally aligned power of two, in words,
/// with as many ones below as its size has bits after the eighth byte. It is locked, so that it
/// holds in machine mode as well.
#[post_init]
fn guard_stack(_hart: usize) {
    const LOCKED_NAPOT: usize = 0b1001_1000;
    let address = ((stack::end() - GUARD) >> 2) | ((GUARD >> 3) - 1);
    // SAFETY: nothing is in that memory: see the memory layout. No other entry is in use.
    unsafe {
        asm!(
            "csrw pmpaddr0, {}",
            "csrw pmpcfg0, {}",
            in(reg) address,
            in(reg) LOCKED_NAPOT,
            options(nostack)
        )
    };
}

// Every trap begins here, before riscv-rt saves the registers on the stack. As none returns, the
// stack can start anew: there may be none left.
global_asm!(
    ".section .trap.start, \"ax\"",
    ".global _pre_default_start_trap",
    "_pre_default_start_trap:",
    "csrw mscratch, sp",
    "la sp, _stack_start",
    "j _pre_default_start_trap_ret",
);

/// Reports every synchronous exception: a misaligned or forbidden access, an illegal instruction,
/// `ecall`.
// SAFETY: the name is the one riscv-rt's linker script looks for, with the signature it calls, and
// nothing else has it.
#[unsafe(no_mangle)]
extern "C" fn ExceptionHandler(_frame: &riscv_rt::TrapFrame) -> ! {
    let address = mtval::read();
    if (stack::end() - GUARD..stack::end()).contains(&address) || mscratch::read() < stack::end() {
        fatal(format_args!("exception at {:#010x}: the stack has overflowed", mepc::read()));
    }
    fatal(format_args!(
        "exception {} at {:#010x}, value {address:#010x}",
        mcause::read().code(),
        mepc::read()
    ))
}

/// Reports every interrupt. None is enabled, so one that arrives is a bug.
// SAFETY: as above.
#[unsafe(no_mangle)]
extern "C" fn DefaultHandler() -> ! {
    fatal(format_args!("unexpected interrupt {}", mcause::read().code()))
}
