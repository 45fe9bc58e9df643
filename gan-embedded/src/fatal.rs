//! What [`fatal`](crate::fatal()) does here, after a fault or a panic, or because the blob is
//! damaged.

use core::fmt;

/// Writes the reason to the host's standard error, and ends the run with exit code 2. The console
/// is not used, because it may be what failed.
// SAFETY: the name and the signature are those that gan-guard declares, and nothing else has it.
#[cfg(feature = "semihosting")]
#[unsafe(no_mangle)]
fn gan_fatal(reason: fmt::Arguments<'_>) -> ! {
    semihosting::eprintln!("{}: {reason}", crate::about::NAME);
    semihosting::process::exit(2)
}

/// Writes the reason to the board's serial port, and stops, until the watchdog restarts the board.
// SAFETY: as above.
#[cfg(not(feature = "semihosting"))]
#[unsafe(no_mangle)]
fn gan_fatal(reason: fmt::Arguments<'_>) -> ! {
    struct Emergency;
    impl fmt::Write for Emergency {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            crate::board::emergency(text.as_bytes());
            Ok(())
        }
    }
    // If the port takes nothing, there is no other way to tell the user.
    let _ = fmt::write(&mut Emergency, format_args!("\r\n{}: {reason}\r\n", crate::about::NAME));
    loop {
        core::hint::spin_loop();
    }
}

/// Nothing in the application can panic; `cargo xtask test` checks that this is not linked. The
/// message is left out: what prints it would be larger than the rest of the application.
#[cfg(not(feature = "semihosting"))]
#[panic_handler]
#[inline(never)]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    crate::fatal(format_args!("panic"))
}
