//! Fails on purpose, in the way that the job asks for: `cargo xtask parity` checks that no failure
//! of the firmware can look like success.

use core::fmt::Write as _;
use core::hint::black_box;

use gan_embedded::about;
use gan_embedded::console::{self, Console};
use gan_tests::job::Drill;

/// An address at which none of these boards has memory or registers.
const NOWHERE: usize = 0xE800_0000;

/// Fails, unless there is nothing to drill.
pub fn run(drill: Drill, console: &mut Console) {
    if drill == Drill::None {
        return;
    }
    // This line says that the failure to come is the drill's. A console that fails is a failure as
    // well.
    let said = writeln!(console, "drill {}", drill.name());
    match drill {
        Drill::None => {}
        Drill::Panic => panic!("drill"),
        // QEMU's model of this board ignores data accesses to an unmapped address, but not a jump
        // there.
        Drill::Fault if about::NAME == "lm3s6965evb" => {
            // SAFETY: this is not sound, on purpose, as below.
            unsafe { core::mem::transmute::<usize, extern "C" fn()>(NOWHERE + 1)() };
        }
        Drill::Fault => {
            // SAFETY: this is not sound, on purpose: the access faults, and the handler ends the
            // run.
            unsafe { core::ptr::with_exposed_provenance::<u32>(NOWHERE).read_volatile() };
        }
        Drill::Overflow => {
            black_box(recurse(1));
        }
        Drill::Hang => loop {
            core::hint::spin_loop();
        },
    }
    // The drill had no effect, and the host finds that out by this exit code.
    console::exit(said.is_ok())
}

/// Overflows the stack.
fn recurse(depth: u32) -> u32 {
    let frame = black_box([depth; 64]);
    frame[0] + if depth == 0 { 0 } else { recurse(depth + 1) } + black_box(frame)[63]
}
