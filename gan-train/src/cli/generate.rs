//! `gan-train generate`: gan-tools' command, which takes a run's folder here too.

use anyhow::{Context, Result};
use clap::Command;
use gan_tools::blob_file::BlobFile;
use gan_tools::cli::generate::Generate;
use gan_tools::numbers::thousands;
use gan_tools::say;
use gan_train::export;
use gan_train::train::checkpoint::{self, Which};
use gan_train::train::folder::{CONFIG, RunConfig};
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
    let folder = command.model();
    if !folder.is_dir() {
        let file = BlobFile::read(folder)?;
        return command.run_on_file(&file);
    }
    let run = RunConfig::read(folder)?;
    let (float, description) = export::generator(folder, &run.config, Which::Best)?;
    let blob = export::quantize::quantize(&float, run.config.training.bits())
        .with_context(|| folder.display().to_string())?;
    say!(
        "drawing from the {} generator of {}, that of step {}, quantized to {} bits",
        if folder.join(checkpoint::BEST).exists() { "best" } else { "last" },
        folder.display(),
        thousands(description.step),
        run.config.training.weight_bits
    );
    let inputs = [checkpoint::FILE, checkpoint::BEST, CONFIG].map(|name| folder.join(name));
    command.run_on(&BlobFile::new(&blob), &run.label_names.into(), &inputs)
}
