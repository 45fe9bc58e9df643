//! `gan shards`.

mod init;
mod run;
mod status;
mod verify;

use crate::shards::Report;
use anyhow::Result;
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// Exit code of a set that is not complete.
const NOT_COMPLETE: u8 = 4;

/// Make a set of images with many workers at once, on one machine or on many that share a folder:
/// workers that are killed, raced or started again lose and double nothing, and every set is the
/// same bytes
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan shards init models/mnist-large.gan --count 1000000 --shard 50000 -o set
  gan shards run set
  seq 0 7 | xargs -P 8 -I{} gan shards run set --index {} --of 8
  sbatch --array=0-7 examples/slurm/shards.sbatch set 8
  gan shards status set
  gan shards verify set --every 10

docs/synthetic-data.md has the contract, docs/scale.md the commands of Slurm, Kubernetes, Spark
and others.")]
pub struct Shards {
    #[command(subcommand)]
    command: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    Init(init::Init),
    Run(run::Run),
    Status(status::StatusCommand),
    Verify(verify::Verify),
}

impl Shards {
    pub(super) fn run(self) -> Result<ExitCode> {
        match self.command {
            Task::Init(command) => command.run(),
            Task::Run(command) => command.run(),
            Task::Status(command) => command.run(),
            Task::Verify(command) => command.run(),
        }
    }
}

/// Images that a worker made in a second.
fn images_per_second(report: &Report) -> f64 {
    report.images as f64 / report.seconds.max(1e-9)
}
