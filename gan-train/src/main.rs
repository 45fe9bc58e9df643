//! The `gan-train` command: see `gan-train --help`.
//!
//! Results go to stdout, messages to stderr. Exit codes: 0 done, 1 failed, 2 wrong usage, 130
//! interrupted, 101 a fault of the program itself.

use gan_train::cli::{self, Cli};
use gan_train::ranks::Ranks;
use std::process::ExitCode;

fn main() -> ExitCode {
    cli::tune_allocator();
    cli::report_panics();
    match Cli::from_arguments(std::env::args_os()).run(&Ranks::ALONE) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
