//! The command line: of the program `gan-train`, and of gan-train-mpi, which starts it on the
//! first of several processes.

mod apply;
mod audit;
mod choices;
mod classifier;
mod compare;
mod dataset;
mod evaluate;
mod explore;
mod finetune;
mod finished;
mod generate;
mod global;
#[cfg(feature = "import")]
mod import;
mod invert;
mod messages;
mod model;
mod panics;
mod presets;
mod quantize;
mod quickstart;
mod report;
mod sizes;
mod sweep;
mod synth;
mod task;
mod train;
mod training;

use crate::ranks::Ranks;
use crate::train::together;
use anyhow::{Result, anyhow, bail, ensure};
use burn::prelude::Device;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use gan_tools::cli::{Command as Tool, one_of, print};
use gan_tools::interrupt;
use gan_tools::numbers::thousands;
use std::ffi::OsString;
use std::process::ExitCode;

pub use panics::report_panics;

/// Trains small MLP GANs, quantizes their generators to int8, and runs them bit for bit as a
/// microcontroller does.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Example:\n  gan-train quickstart\n\n\
                  Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted \
                  (a checkpoint is there)."
)]
pub struct Cli {
    #[command(flatten)]
    global: global::Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Quickstart(quickstart::Quickstart),
    Train(Box<train::Train>),
    Presets(presets::Presets),
    Sweep(sweep::SweepCommand),
    Finetune(finetune::Finetune),
    Quantize(quantize::Quantize),
    #[cfg(feature = "import")]
    Import(Box<import::Import>),
    Evaluate(evaluate::Evaluate),
    Classifier(classifier::TrainClassifier),
    Synth(Box<synth::Synth>),
    Audit(audit::Audit),
    Invert(invert::Invert),
    Explore(Box<explore::Explore>),
    Report(report::ReportCommand),
    Compare(compare::Compare),
    #[command(flatten)]
    Tools(Tool),
}

impl Cli {
    /// What the process was started with; the first argument is the program's name. Ends the
    /// process if that is wrong, or asks for help.
    pub fn from_arguments(arguments: impl IntoIterator<Item = OsString>) -> Self {
        let matches = program().get_matches_from(arguments);
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }

    /// Runs the command that was asked for, as the first of these ranks.
    ///
    /// # Errors
    ///
    /// One sentence that names the file, the field or the option.
    pub fn run(self, ranks: &Ranks) -> Result<ExitCode> {
        self.global.apply()?;
        let command = self.command;
        ensure!(
            ranks.count() == 1 || matches!(command, Command::Train(_)),
            "{} ranks: `train` is the only command that several processes share",
            ranks.count()
        );
        global::on_a_computing_thread(|| command.run(ranks))
    }

    /// Makes the steps of the first rank's run with it, until that ends it.
    ///
    /// # Errors
    ///
    /// As [`together::follow`].
    pub fn follow(self, ranks: &Ranks) -> Result<ExitCode> {
        self.global.apply()?;
        interrupt::catch()?;
        let device = Device::flex();
        let follow = || together::follow(ranks, &device, interrupt::requested);
        global::on_a_computing_thread(follow)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Command {
    fn run(self, ranks: &Ranks) -> Result<ExitCode> {
        match self {
            Self::Quickstart(command) => command.run(),
            Self::Train(command) => command.run(ranks),
            Self::Presets(command) => command.run(),
            Self::Sweep(command) => command.run(),
            Self::Finetune(command) => command.run(),
            Self::Quantize(command) => command.run(),
            #[cfg(feature = "import")]
            Self::Import(command) => command.run(),
            Self::Evaluate(command) => command.run(),
            Self::Classifier(command) => command.run(),
            Self::Synth(command) => command.run(),
            Self::Audit(command) => command.run(),
            Self::Invert(command) => command.run(),
            Self::Explore(command) => command.run(),
            Self::Report(command) => command.run(),
            Self::Compare(command) => command.run(),
            Self::Tools(Tool::Generate(command)) => generate::run(command),
            Self::Tools(Tool::Apply(command)) => apply::run(command),
            Self::Tools(command) => command.run(program),
        }
    }
}

/// What these arguments ask `train` for; the program's name is not among them.
///
/// # Errors
///
/// What is wrong with them, in a sentence.
fn train_of(arguments: Vec<String>) -> Result<train::Train> {
    let sentence = |error: clap::Error| {
        let text = error.to_string();
        let lines = text.lines().map(str::trim).take_while(|line| !line.is_empty());
        anyhow!("{}", lines.collect::<Vec<_>>().join(" ").trim_start_matches("error: "))
    };
    let arguments = std::iter::once(env!("CARGO_PKG_NAME").to_owned()).chain(arguments);
    let matches = program().try_get_matches_from(arguments).map_err(sentence)?;
    match Cli::from_arg_matches(&matches).map_err(sentence)?.command {
        Command::Train(train) => Ok(*train),
        _ => bail!("expected arguments of train"),
    }
}

/// The whole command line.
fn program() -> clap::Command {
    let program = gan_tools::cli::naming_the_program(Cli::command());
    program
        .mut_subcommand("generate", generate::with_runs)
        .mut_subcommand("apply", apply::with_runs)
}

/// Keeps freed memory: otherwise glibc maps and unmaps every large tensor anew, a quarter of a
/// training step of large networks. Call it before any other thread runs.
pub fn tune_allocator() {
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

#[cfg(test)]
mod tests {
    /// clap looks for this only where it has debug assertions, and ends the program then.
    #[test]
    fn no_two_groups_of_a_command_have_one_name() {
        let program = super::program();
        assert!(program.get_subcommands().count() > 10);
        for command in program.get_subcommands() {
            let mut names: Vec<_> = command.get_groups().map(|group| group.get_id()).collect();
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{}: {names:?}", command.get_name());
        }
    }
}
