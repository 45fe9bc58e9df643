//! What a console does where it cannot go on, after a panic or a fault: it says why over the UART,
//! and stops, until the watchdog restarts it.

use core::fmt::{self, Write};
use core::panic::PanicInfo;
use core::sync::atomic::{AtomicBool, Ordering};

/// Bytes that a port is given at a time. They are in RAM, from where DMA can take them.
const PIECE: usize = 32;

/// Defines for a program on this board what a panic and a fault do. `$open` is a function that sets
/// the UART up anew, whatever state it is in, and returns what sends bytes over it and waits until
/// they are sent.
#[macro_export]
macro_rules! fatal {
    ($open:path) => {
        #[panic_handler]
        fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
            $crate::fatal::panic(info)
        }

        // SAFETY: the name and the signature are those that gan-guard declares, and nothing else
        // has it.
        #[unsafe(no_mangle)]
        fn gan_fatal(reason: core::fmt::Arguments<'_>) -> ! {
            $crate::fatal::end(env!("GAN_BOARD"), reason, $open)
        }
    };
}

/// Ends the program with the place and the message of a panic: of all panics that a HAL has these
/// take 3 to 24 KB of flash, the place alone hardly less.
pub fn panic(info: &PanicInfo<'_>) -> ! {
    let (file, line) = info.location().map_or(("", 0), |place| (place.file(), place.line()));
    gan_guard::fatal(format_args!("panic at {file}:{line}: {}", info.message()))
}

/// Ends the program on a board of this name: says why, and stops.
pub fn end<P: FnMut(&[u8])>(name: &str, reason: fmt::Arguments<'_>, open: fn() -> P) -> ! {
    /// Whether this was called before: then the port itself has failed.
    static ENDED: AtomicBool = AtomicBool::new(false);
    stop_interrupts();
    // A Cortex-M0 cannot exchange in one instruction; nothing interrupts this.
    if !ENDED.load(Ordering::Relaxed) {
        ENDED.store(true, Ordering::Relaxed);
        // If the port takes nothing, there is no other way to tell the user.
        let _ = write!(Pieces(open()), "\r\n{name}: {reason}\r\n");
    }
    loop {
        core::hint::spin_loop();
    }
}

/// Hands text on in pieces that are in RAM.
struct Pieces<P>(P);

impl<P: FnMut(&[u8])> Write for Pieces<P> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for piece in text.as_bytes().chunks(PIECE) {
            let mut copy = [0; PIECE];
            let copy = &mut copy[..piece.len()];
            copy.copy_from_slice(piece);
            (self.0)(copy);
        }
        Ok(())
    }
}

fn stop_interrupts() {
    #[cfg(target_arch = "arm")]
    cortex_m::interrupt::disable();
    #[cfg(target_arch = "riscv32")]
    riscv::interrupt::disable();
}

/// Makes the program fail, for a check that its user is told: with `panic` it panics, with
/// `overflow` its stack does, and with `hang` it does nothing any more, which the watchdog ends.
/// Other words, and none, do nothing.
pub fn plant(fault: Option<&str>) {
    match fault {
        Some("panic") => panic!("planted"),
        Some("overflow") => {
            overflow(1);
        }
        Some("hang") => loop {
            core::hint::spin_loop();
        },
        _ => {}
    }
}

/// Calls itself until the stack is used up.
#[inline(never)]
fn overflow(depth: u32) -> u32 {
    let held = core::hint::black_box([depth; 16]);
    if depth == 0 { 0 } else { overflow(depth.wrapping_add(1)).wrapping_add(held[15]) }
}
