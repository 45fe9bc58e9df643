//! Ctrl-C, for commands that end what they are at before they go. A request to terminate and a
//! terminal that goes away are the same to them.

use anyhow::Result;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

static REQUESTED: AtomicBool = AtomicBool::new(false);
/// When the process began to catch signals.
static CAUGHT_SINCE: OnceLock<Instant> = OnceLock::new();
/// Milliseconds from then to the first signal; the largest number before it.
static FIRST_AT: AtomicU64 = AtomicU64::new(u64::MAX);

/// Signals that come so soon after the first one are the same request. A program that hands on a
/// terminal's Ctrl-C signals a process that the terminal has signalled already, and Linux can tell
/// a child of the end of its parent once for each of the parent's threads.
const SAME: Duration = Duration::from_millis(200);

/// The exit code of a command that Ctrl-C ended.
pub const EXIT_CODE: u8 = 130;

/// From now on Ctrl-C only makes [`requested`] true; a second one, 0.2 s later or more, ends the
/// process at once.
///
/// # Errors
///
/// The system refuses.
pub fn catch() -> Result<()> {
    CAUGHT_SINCE.get_or_init(Instant::now);
    system::catch()
}

/// Notes a request. Returns whether the process is to end at once. It may be called while a signal
/// is handled: it reads the clock and atomics.
fn request() -> bool {
    let since = CAUGHT_SINCE.get().map_or(Duration::ZERO, Instant::elapsed);
    let now = since.as_millis() as u64;
    if !REQUESTED.swap(true, Ordering::Relaxed) {
        FIRST_AT.store(now, Ordering::Relaxed);
        return false;
    }
    now.saturating_sub(FIRST_AT.load(Ordering::Relaxed)) >= SAME.as_millis() as u64
}

/// Whether there was a Ctrl-C.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}

/// [`EXIT_CODE`].
pub fn exit_code() -> ExitCode {
    ExitCode::from(EXIT_CODE)
}

/// The few lines for which the crates ctrlc, nix and libc would make a tenth of this crate's build.
#[cfg(unix)]
mod system {
    use super::{EXIT_CODE, request};
    use anyhow::{Context, Result, ensure};
    use std::ffi::c_int;
    use std::io;

    // The same numbers on every Unix.
    const SIGHUP: c_int = 1;
    const SIGINT: c_int = 2;
    const SIGTERM: c_int = 15;
    /// What `signal` takes and returns in place of a function, for a signal that is ignored.
    const SIG_IGN: usize = 1;
    /// What it returns if it fails.
    const SIG_ERR: usize = usize::MAX;

    unsafe extern "C" {
        fn signal(number: c_int, handler: usize) -> usize;
        fn _exit(code: c_int) -> !;
    }

    pub(super) fn catch() -> Result<()> {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            // SAFETY: the handler does what one may do: it reads the clock, changes atomics and
            // calls _exit.
            let before = unsafe { signal(number, on_signal as *const () as usize) };
            ensure!(before != SIG_ERR, "signals: {}", io::Error::last_os_error());
            if number == SIGHUP && before == SIG_IGN {
                // Started by nohup, which means that this signal is not to end it.
                // SAFETY: no function is called.
                let restored = unsafe { signal(number, SIG_IGN) };
                (restored != SIG_ERR).then_some(()).context("signals: cannot be ignored")?;
            }
        }
        Ok(())
    }

    extern "C" fn on_signal(_number: c_int) {
        if request() {
            // At once: every file is whole, whatever is being written.
            // SAFETY: the function takes any number, and may be called while a signal is handled.
            unsafe { _exit(EXIT_CODE.into()) }
        }
    }
}

#[cfg(not(unix))]
mod system {
    use super::{EXIT_CODE, request};
    use anyhow::Result;

    pub(super) fn catch() -> Result<()> {
        Ok(ctrlc::set_handler(|| {
            if request() {
                // At once: every file is whole, whatever is being written.
                std::process::exit(EXIT_CODE.into());
            }
        })?)
    }
}
