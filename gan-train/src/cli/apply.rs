//! `gan-train apply`: gan-tools' command, which takes a run's folder here too.

use super::model::Model;
use anyhow::Result;
use clap::Command;
use gan_tools::cli::apply::Apply;
use std::process::ExitCode;

/// The command's help, for models and runs.
pub fn with_runs(command: Command) -> Command {
    let with_runs = command.mut_arg("model", |model| {
        model.value_name("MODEL.gan|RUN").help(
            "The blob, or the folder of a run with a task: its generator is quantized in memory, \
             to the bits that the run was trained for",
        )
    });
    // What is changed comes last, so the input has to be touched after the model.
    with_runs.mut_arg("input", |input| input)
}

/// Makes pictures with a file as `gan` does, or with a run's generator.
pub fn run(command: Apply) -> Result<ExitCode> {
    let model = Model::open(command.model())?;
    command.run_on(&model.blob, &model.names, &model.inputs)
}
