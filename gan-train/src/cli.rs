//! The command line.

mod bench_model;
mod choices;
mod classifier;
mod compare;
mod dataset;
mod evaluate;
mod finetune;
mod finished;
mod fit;
mod generate;
mod inspect;
pub mod messages;
mod pack;
mod presets;
#[path = "trainer/progress.rs"]
mod progress;
mod quantize;
mod quickstart;
mod report;
mod train;
mod training;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use gan_core::Generator;
use gan_train::blob_file::BlobFile;
use gan_train::output::numbers::thousands;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// Trains small MLP GANs, quantizes their generators to int8, and runs them bit for bit as a
/// microcontroller does.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Example:\n  gan-train quickstart\n\nExit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted (a checkpoint is there)."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Quickstart(quickstart::Quickstart),
    Train(train::Train),
    Presets(presets::Presets),
    Finetune(finetune::Finetune),
    Quantize(quantize::Quantize),
    Generate(generate::Generate),
    Inspect(inspect::Inspect),
    Pack(pack::Pack),
    Fit(fit::FitCommand),
    Evaluate(evaluate::Evaluate),
    Classifier(classifier::TrainClassifier),
    Report(report::ReportCommand),
    Compare(compare::Compare),
    BenchModel(bench_model::BenchModel),
}

impl Cli {
    /// Runs the command that was asked for.
    pub fn run(self) -> Result<ExitCode> {
        match self.command {
            Command::Quickstart(command) => command.run(),
            Command::Train(command) => command.run(),
            Command::Presets(command) => command.run(),
            Command::Finetune(command) => command.run(),
            Command::Quantize(command) => command.run(),
            Command::Generate(command) => command.run(),
            Command::Inspect(command) => command.run(),
            Command::Pack(command) => command.run(),
            Command::Fit(command) => command.run(),
            Command::Evaluate(command) => command.run(),
            Command::Classifier(command) => command.run(),
            Command::Report(command) => command.run(),
            Command::Compare(command) => command.run(),
            Command::BenchModel(command) => command.run(),
        }
    }
}

/// The generator of a file that was read, with the file's name in what can go wrong.
fn decode<'b>(file: &'b BlobFile, path: &Path) -> Result<Generator<'b>> {
    file.decode().with_context(|| path.display().to_string())
}

/// Writes a result to stdout. A reader that has seen enough, as in `| head`, is no failure.
fn print(text: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("stdout: cannot be written"),
    }
}
