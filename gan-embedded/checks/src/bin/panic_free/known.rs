//! Links only if nothing in gan-core's runtime can panic where the blob is known: the same as
//! `panic_free` without `decode`.
#![no_std]
#![no_main]

mod handler;
mod run;

use core::hint::black_box;

use gan_core::{Known, include_model};
#[cfg(target_arch = "arm")]
use {cortex_m as _, cortex_m_rt::entry};
#[cfg(target_arch = "riscv32")]
use {riscv as _, riscv_rt::entry};

/// The model. That of `gan_embedded::model` cannot be used: its library has another panic handler.
static KNOWN: Known<'static> = include_model!(concat!(env!("OUT_DIR"), "/model.gan"));

#[entry]
fn main() -> ! {
    loop {
        match KNOWN.check() {
            Ok(generator) => run::run(generator),
            Err(error) => _ = black_box(error),
        }
    }
}
