//! Links only if nothing in gan-core's runtime can panic: `cargo xtask test` builds it for every board and never runs it.
//!
//! The panic handler calls a function that does not exist. Where the optimizer proves every bounds check and every
//! arithmetic check away, nothing refers to the handler and the linker drops it; where it cannot, linking fails with that
//! function's name.
#![no_std]
#![no_main]

use core::hint::black_box;
use core::panic::PanicInfo;

use gan_core::{Aligned, LatentSampler, decode};
#[cfg(target_arch = "arm")]
use {cortex_m as _, cortex_m_rt::entry};
#[cfg(target_arch = "riscv32")]
use {riscv as _, riscv_rt::entry};

// riscv-rt calls both, which gan-embedded's start-up code has: that cannot be here, because it has a panic handler of its own.
#[cfg(target_arch = "riscv32")]
core::arch::global_asm!(
    ".section .trap.start, \"ax\"",
    ".global _pre_default_start_trap",
    "_pre_default_start_trap: j _pre_default_start_trap_ret",
);
#[cfg(target_arch = "riscv32")]
#[riscv_rt::post_init]
fn post_init(_hart: usize) {}

unsafe extern "C" {
    safe fn gan_core_can_panic() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    gan_core_can_panic()
}

/// Larger than most models need; what is in them does not matter here.
struct Buffers {
    blob: Aligned<[u8; 1024]>,
    latent: [u8; 100],
    scratch: [u32; 512],
    line: [u8; 84],
    pixels: [u8; 784],
}

#[entry]
fn main() -> ! {
    let mut buffers = Buffers { blob: Aligned([0; 1024]), latent: [0; 100], scratch: [0; 512], line: [0; 84], pixels: [0; 784] };
    loop {
        // Everything is hidden from the optimizer: it has to assume any blob, seed, label and buffer length.
        let Buffers { blob, latent, scratch, line, pixels } = black_box(&mut buffers);
        let (len, label) = (black_box(16), black_box(Some(1)));
        let Some(blob) = blob.0.get(..len) else { continue };
        if let Ok(generator) = decode(blob) {
            let latent = latent.get_mut(..generator.latent_len()).unwrap_or_default();
            let mut sampler = LatentSampler::new(black_box(0));
            sampler.advance(black_box(0));
            sampler.fill(latent);
            black_box(generator.generate(latent, label, scratch, pixels).is_ok());
            let sink = |y, line: &[u8]| _ = black_box((y, line));
            black_box(generator.generate_rows(latent, label, scratch, line, sink).is_ok());
            black_box((generator.macs(), generator.crc(), generator.scratch_len(), generator.pixels_len()));
        }
    }
}
