//! `gan-train generate`: gan-tools' command, which takes a run's folder here too.

use super::model::Model;
use anyhow::Result;
use clap::Command;
use gan_tools::cli::generate::Generate;
use std::process::ExitCode;

/// The command's help, for models and runs.
pub fn with_runs(command: Command) -> Command {
    command.mut_arg("model", |model| {
        model.value_name("MODEL.gan|RUN").help(
            "The blob, or a run's folder: its best generator is quantized in memory, to the bits \
             that the run was trained for",
        )
    })
}

/// Generates from a file as `gan` does, or from a run's best generator.
pub fn run(command: Generate) -> Result<ExitCode> {
    let model = Model::open(command.model())?;
    command.run_on(&model.blob, &model.names, &model.inputs)
}
