//! What a program says when one of its threads panics.

use std::io::Write;
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, Ordering};

/// Has a panic said in the form of every other error.
pub fn report_panics() {
    std::panic::set_hook(Box::new(tell));
}

/// Says that a thread panicked, in the form of every other error: whichever thread it is, the panic
/// ends the program with exit code 101.
fn tell(panic: &PanicHookInfo<'_>) {
    static TOLD: AtomicBool = AtomicBool::new(false);
    // What the first panic makes of other threads is no news.
    if TOLD.swap(true, Ordering::Relaxed) {
        return;
    }
    let text = panic.payload_as_str().unwrap_or("without a message");
    let place = panic.location().map(|at| format!(" ({}:{})", at.file(), at.line()));
    let trace = std::backtrace::Backtrace::capture();
    // A stderr that is closed must not end in a second panic.
    let mut stderr = std::io::stderr().lock();
    let _ = writeln!(
        stderr,
        "error: gan-train panicked, which is a bug in it: {text}{}. What a run has saved is whole; \
         `train --resume` goes on from there",
        place.unwrap_or_default()
    );
    if trace.status() == std::backtrace::BacktraceStatus::Captured {
        let _ = writeln!(stderr, "{trace}");
    }
}
