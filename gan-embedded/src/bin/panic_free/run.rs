//! Everything that an application does with a generator, and a panic handler that calls a function
//! which does not exist.
//!
//! Where the optimizer proves every bounds check and every arithmetic check away, nothing refers to
//! the handler and the linker drops it; where it cannot, linking fails with that function's name.

use core::hint::black_box;
use core::panic::PanicInfo;

use gan_core::{Generator, LatentSampler};

unsafe extern "C" {
    safe fn gan_core_can_panic() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    gan_core_can_panic()
}

/// What riscv-rt calls before `main`, and what a trap begins with: src/arch/riscv.rs has both for
/// the other programs.
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

/// Everything is hidden from the optimizer: it has to assume any seed, any label and buffers of any
/// length. They are empty, so that no code is for them alone.
pub fn run(generator: &Generator<'_>) {
    let (mut latent, mut scratch): ([u8; 0], [u32; 0]) = ([], []);
    let (mut line, mut pixels): ([u8; 0], [u8; 0]) = ([], []);
    let (latent, scratch): (&mut [u8], &mut [u32]) =
        (black_box(&mut latent), black_box(&mut scratch));
    let (line, pixels): (&mut [u8], &mut [u8]) = (black_box(&mut line), black_box(&mut pixels));
    let label = black_box(Some(1));
    let mut sampler = LatentSampler::new(black_box(0));
    sampler.advance(black_box(0));
    sampler.fill(latent);
    black_box(generator.generate(latent, label, scratch, pixels).is_ok());
    let sink = |y, line: &[u8]| _ = black_box((y, line));
    black_box(generator.generate_rows(latent, label, scratch, line, sink).is_ok());
    black_box((generator.macs(), generator.crc(), generator.scratch_len(), generator.pixels_len()));
}
