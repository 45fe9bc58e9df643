//! Links only if nothing in gan-core's runtime can panic, whatever the blob: `cargo xtask test`
//! builds it for every board and never runs it, and `cargo xtask size` measures it.
#![no_std]
#![no_main]

mod handler;
mod run;

use core::hint::black_box;

#[cfg(target_arch = "arm")]
use {cortex_m as _, cortex_m_rt::entry};
#[cfg(target_arch = "riscv32")]
use {riscv as _, riscv_rt::entry};

#[entry]
fn main() -> ! {
    loop {
        match &gan_core::decode(black_box(&[])) {
            Ok(generator) => run::run(generator),
            Err(error) => _ = black_box(error),
        }
    }
}
