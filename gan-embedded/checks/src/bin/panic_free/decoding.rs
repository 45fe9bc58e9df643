//! The main loop of a program that takes any blob, and what starts it.

use core::hint::black_box;

use gan_core::Generator;
#[cfg(target_arch = "arm")]
pub use {cortex_m as _, cortex_m_rt::entry};
#[cfg(target_arch = "riscv32")]
pub use {riscv as _, riscv_rt::entry};

/// Decodes bytes of which the optimizer knows nothing, and runs what is in them, for ever.
// This is inlined, so that `cargo xtask size` measures the runtime and not a call of it.
#[inline(always)]
pub fn forever(run: impl Fn(&Generator<'_>)) -> ! {
    loop {
        match &gan_core::decode(black_box(&[])) {
            Ok(generator) => run(generator),
            Err(error) => _ = black_box(error),
        }
    }
}
