//! The host's console and the exit code, both over semihosting.

use core::fmt::{self, Write};

use semihosting::io::{self, Stdout, Write as _};
use semihosting::process;

/// Longest line that is sent in one piece.
const LINE: usize = 128;

/// The host's standard output, line by line.
///
/// Each write to the host stops the core (with a debug probe: for milliseconds), so text is sent
/// when a line ends, not piece by piece as `format_args!` yields it.
pub struct Console {
    out: Stdout,
    line: [u8; LINE],
    len: usize,
}

impl Console {
    /// Opens the console.
    ///
    /// # Panics
    ///
    /// It panics if no host listens. The message is lost then, because a core without a debugger
    /// halts at the call.
    pub fn open() -> Self {
        // `expect` would put the whole of the error type's `Debug` into flash.
        let Ok(out) = io::stdout() else { panic!("the host has no console") };
        Self { out, line: [0; LINE], len: 0 }
    }

    fn flush(&mut self) -> fmt::Result {
        let line = &self.line[..self.len];
        self.len = 0;
        self.out.write_all(line).map_err(|_| fmt::Error)
    }
}

impl Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for &byte in text.as_bytes() {
            if self.len == LINE {
                self.flush()?;
            }
            self.line[self.len] = byte;
            self.len += 1;
            if byte == b'\n' {
                self.flush()?;
            }
        }
        Ok(())
    }
}

/// Ends the run with exit code 0 if `ok` is true, and with 1 otherwise.
pub fn exit(ok: bool) -> ! {
    process::exit(if ok { 0 } else { 1 })
}
