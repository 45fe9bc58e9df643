//! Ctrl-C, for commands that end what they are at before they go.

use anyhow::Result;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// The exit code of a command that Ctrl-C ended.
pub const EXIT_CODE: u8 = 130;

/// From now on Ctrl-C only makes [`requested`] true; the second one ends the process at once.
///
/// # Errors
///
/// There is a handler already.
pub fn catch() -> Result<()> {
    Ok(ctrlc::set_handler(|| {
        if REQUESTED.swap(true, Ordering::Relaxed) {
            // At once: every file is whole, whatever is being written.
            std::process::exit(EXIT_CODE.into());
        }
    })?)
}

/// Whether there was a Ctrl-C.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}

/// [`EXIT_CODE`].
pub fn exit_code() -> ExitCode {
    ExitCode::from(EXIT_CODE)
}
