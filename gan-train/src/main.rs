//! The `gan-train` command: see `gan-train --help`.
//!
//! Results go to stdout, messages to stderr. Exit codes: 0 done, 1 failed, 2 wrong usage, 130
//! interrupted.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    tune_allocator();
    match cli::Cli::from_arguments().run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Keeps freed memory: otherwise glibc maps and unmaps every large tensor anew, a quarter of a
/// training step of large networks.
fn tune_allocator() {
    #[cfg(target_env = "gnu")]
    // SAFETY: no other thread runs yet, and mallopt takes any integers.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 1 << 30);
        libc::mallopt(libc::M_TRIM_THRESHOLD, i32::MAX);
        libc::mallopt(libc::M_TOP_PAD, 64 << 20);
        // Further arenas, one a thread, would each keep their own.
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}
