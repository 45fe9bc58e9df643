//! How much a command says on stderr beside its errors.

use std::sync::atomic::{AtomicU8, Ordering};

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// What people want to know.
    Normal,
    /// What people want to know who look for something.
    Verbose,
}

static VERBOSITY: AtomicU8 = AtomicU8::new(Verbosity::Normal as u8);

/// From now on the whole process says so much.
pub fn set_verbosity(verbosity: Verbosity) {
    VERBOSITY.store(verbosity as u8, Ordering::Relaxed);
}

/// How much the process says.
pub fn verbosity() -> Verbosity {
    match VERBOSITY.load(Ordering::Relaxed) {
        0 => Verbosity::Quiet,
        1 => Verbosity::Normal,
        _ => Verbosity::Verbose,
    }
}

/// Prints a line on stderr as `eprintln` does it, unless the process is to be quiet.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => {
        if $crate::messages::verbosity() > $crate::messages::Verbosity::Quiet {
            eprintln!($($text)*);
        }
    };
}
