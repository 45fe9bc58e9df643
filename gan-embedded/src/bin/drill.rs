//! Fails on purpose, in the way that `GAN_DRILL` names at build time: `cargo xtask parity` checks that no failure of the
//! firmware can look like success.
#![no_std]
#![no_main]

use core::hint::black_box;

use gan_embedded::{console, entry};

/// An address where no board here has anything.
const NOWHERE: usize = 0xE800_0000;

#[entry]
fn main() -> ! {
    match option_env!("GAN_DRILL") {
        Some("panic") => panic!("drill"),
        // QEMU's model of this board lets data accesses to nothing pass, but not a jump there.
        Some("fault") if cfg!(feature = "lm3s6965evb") => {
            // SAFETY: none, as below.
            unsafe { core::mem::transmute::<usize, extern "C" fn()>(NOWHERE + 1)() };
        }
        Some("fault") => {
            // SAFETY: none, and that is the point: the access faults, and the handler ends the run.
            unsafe { core::ptr::with_exposed_provenance::<u32>(NOWHERE).read_volatile() };
        }
        Some("overflow") => {
            black_box(recurse(1));
        }
        Some("hang") => loop {
            core::hint::spin_loop();
        },
        _ => {}
    }
    // Nothing was drilled, or it had no effect; both would be found out by this.
    console::exit(true)
}

/// Needs more stack than there is.
fn recurse(depth: u32) -> u32 {
    let frame = black_box([depth; 64]);
    frame[0] + if depth == 0 { 0 } else { recurse(depth + 1) } + black_box(frame)[63]
}
