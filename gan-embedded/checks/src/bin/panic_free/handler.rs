//! A panic handler that calls a function which does not exist.
//!
//! Where the optimizer proves every bounds check and every arithmetic check away, nothing refers to
//! the handler and the linker drops it; where it cannot, linking fails with that function's name.

use core::panic::PanicInfo;

unsafe extern "C" {
    safe fn gan_core_can_panic() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    gan_core_can_panic()
}

/// What riscv-rt calls before `main`, and what a trap begins with: gan-embedded's src/arch/riscv.rs
/// has both for the other programs.
#[cfg(target_arch = "riscv32")]
mod start_up {
    core::arch::global_asm!(
        ".section .trap.start, \"ax\"",
        ".global _pre_default_start_trap",
        "_pre_default_start_trap:",
        "j _pre_default_start_trap_ret",
    );

    #[riscv_rt::post_init]
    fn nothing(_hart: usize) {}
}
