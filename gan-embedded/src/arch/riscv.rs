//! RISC-V, machine mode, one hart.

use riscv::register::{mcause, mepc, mtval};
pub use riscv_rt::entry;

use crate::console::fatal;

/// Every synchronous exception: misaligned or forbidden access, illegal instruction, `ecall`.
// SAFETY: the name is the one riscv-rt's linker script looks for, with the signature it calls, and nothing else has it.
#[unsafe(no_mangle)]
extern "C" fn ExceptionHandler(_frame: &riscv_rt::TrapFrame) -> ! {
    fatal(format_args!("exception {} at {:#010x}, value {:#010x}", mcause::read().code(), mepc::read(), mtval::read()))
}

/// Every interrupt: none is enabled, so one that arrives is a bug.
// SAFETY: as above.
#[unsafe(no_mangle)]
extern "C" fn DefaultHandler() -> ! {
    fatal(format_args!("unexpected interrupt {}", mcause::read().code()))
}
