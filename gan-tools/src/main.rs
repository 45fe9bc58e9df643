//! The `gan` command: see `gan --help`.
//!
//! Results go to stdout, messages to stderr. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a model
//! does not fit, 4 a set is not complete, 130 interrupted.

use clap::{CommandFactory, Parser};
use std::process::ExitCode;

/// Generates images from small GAN models as a microcontroller does, and says what a model takes of
/// a board.
#[derive(Debug, Parser)]
#[command(
    name = "gan",
    version,
    after_help = "Example:
  gan generate models/digits8.gan --label 7 --ascii

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the model does not fit the board, 4 a set of shards
is not complete, 130 interrupted."
)]
struct Cli {
    #[command(subcommand)]
    command: gan_tools::cli::Command,
}

fn main() -> ExitCode {
    match Cli::parse().command.run(Cli::command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
