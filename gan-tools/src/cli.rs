//! The commands, for `gan` and for gan-train, which has them among its own.

pub mod apply;
pub mod bench_model;
pub mod completions;
mod core;
pub mod export;
pub mod fit;
pub mod generate;
pub mod inspect;
pub mod man;
pub mod pack;
pub mod send;
pub mod shards;
pub mod sign;
mod truncation;

use anyhow::{Context, Result};
use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::io::Write;
use std::process::ExitCode;

/// A command that needs a model and no training.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "each command says what it does, and clap would show it twice")]
pub enum Command {
    Generate(generate::Generate),
    Shards(shards::Shards),
    Apply(apply::Apply),
    Inspect(inspect::Inspect),
    Pack(pack::Pack),
    Send(send::Send),
    Keygen(sign::Keygen),
    Sign(sign::Sign),
    Verify(sign::Verify),
    Export(export::Export),
    Fit(fit::FitCommand),
    BenchModel(bench_model::BenchModel),
    Completions(completions::Completions),
    Man(man::Man),
}

impl Command {
    /// Runs the command. `program` makes the command line that it is a part of, which completions
    /// and manual pages are about.
    ///
    /// # Errors
    ///
    /// One sentence that names the file or the option.
    pub fn run(self, program: impl FnOnce() -> clap::Command) -> Result<ExitCode> {
        match self {
            Self::Generate(command) => command.run(),
            Self::Shards(command) => command.run(),
            Self::Apply(command) => command.run(),
            Self::Inspect(command) => command.run(),
            Self::Pack(command) => command.run(),
            Self::Send(command) => command.run(),
            Self::Keygen(command) => command.run(),
            Self::Sign(command) => command.run(),
            Self::Verify(command) => command.run(),
            Self::Export(command) => command.run(),
            Self::Fit(command) => command.run(),
            Self::BenchModel(command) => command.run(),
            Self::Completions(command) => command.run(program()),
            Self::Man(command) => command.run(program()),
        }
    }
}

/// A program's command line whose examples name that program: those of the commands here name
/// `gan`, its pages and its files.
pub fn naming_the_program(command: clap::Command) -> clap::Command {
    let name = command.get_name().to_owned();
    command.mut_subcommands(|subcommand| match subcommand.get_after_help() {
        Some(text) => {
            let mut text = text.to_string();
            for (before, after) in
                [("  ", " "), ("man ", "-generate"), ("/", "\n"), ("/", ".fish"), ("_", "\n")]
            {
                text =
                    text.replace(&format!("{before}gan{after}"), &format!("{before}{name}{after}"));
            }
            subcommand.after_help(text)
        }
        None => subcommand,
    })
}

/// Reads an option that takes one of these numbers only.
pub fn one_of(numbers: [&'static str; 2]) -> impl TypedValueParser<Value = u8> {
    let number = |text: String| text.parse().expect("each of them is a number below 256");
    PossibleValuesParser::new(numbers).map(number)
}

/// Writes a result to stdout. A reader that has seen enough, as in `| head`, is no failure.
///
/// # Errors
///
/// stdout cannot be written.
pub fn print(text: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("stdout: cannot be written"),
    }
}
