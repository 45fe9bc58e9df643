//! `gan-train quantize`.

use super::{inspect, thousands};
use anyhow::Result;
use clap::Args;
use gan_train::blob_file::BlobFile;
use gan_train::evaluate::agreement;
use gan_train::output::atomic;
use gan_train::trainer::checkpoint::{self, Which};
use gan_train::trainer::folder::RunConfig;
use std::path::PathBuf;
use std::process::ExitCode;

/// Quantize a run's generator to an int8 blob
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gan-train quantize runs/mnist -o mnist.gan")]
pub struct Quantize {
    /// The run's folder
    run_dir: PathBuf,
    /// The blob to write
    #[arg(short, long, value_name = "FILE.gan")]
    out: PathBuf,
    /// The best generator by the run's evaluations (the last, if there were none), or the last
    #[arg(long, value_enum, default_value_t)]
    checkpoint: Which,
    /// Write f32 layers instead: four times the size, for chips with a floating-point unit and as a reference
    #[arg(long)]
    float: bool,
}

impl Quantize {
    pub fn run(self) -> Result<ExitCode> {
        let run = RunConfig::read(&self.run_dir)?;
        let (float, description) = checkpoint::generator(&self.run_dir, &run.config, self.checkpoint)?;
        let step = description.step;
        let steps = run.config.training.steps;
        if step < steps {
            eprintln!("note: the generator of step {} of {}", thousands(step), thousands(steps));
        }
        let blob = if self.float { float.to_blob()? } else { gan_train::quantize::quantize(&float)? };
        atomic::write(&self.out, &blob)?;
        let file = BlobFile::new(&blob);
        let generator = super::decode(&file, &self.out)?;
        eprint!("{}", inspect::summary(&generator));
        let agreement = agreement::compare(&generator, &float, run.config.seed)?;
        eprintln!("against float: pixels differ by {:.2} of 255 on average, {} at most", agreement.mean, agreement.max);
        super::print(&format!("{}\n", self.out.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}
