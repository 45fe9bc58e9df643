//! `gan-train classifier`.

use super::{dataset, thousands};
use anyhow::{Context, Result};
use burn::prelude::Device;
use clap::Args;
use gan_tools::say;
use gan_train::config::MAX_SEED;
use gan_train::judge::classifier::{Classifier, STEPS};
use gan_train::report;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// Train a classifier for `evaluate --classifier`: distances between features compare only within
/// one
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan-train classifier --data my-idx-folder --out my.safetensors
  gan-train classifier --data mnist --steps 6000 --out mnist-classifier.safetensors")]
pub struct TrainClassifier {
    /// `digits`, `mnist`, or a folder of IDX files with labels
    #[arg(long)]
    data: String,
    /// Folder with MNIST's four files
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Steps of 128 images
    #[arg(
        long,
        default_value_t = STEPS,
        value_parser = clap::value_parser!(u64).range(1..=MAX_SEED)
    )]
    steps: u64,
    /// Everything random comes from it
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=MAX_SEED))]
    seed: u64,
    /// The file to write
    #[arg(short, long, value_name = "FILE.safetensors")]
    out: PathBuf,
}

impl TrainClassifier {
    pub fn run(self) -> Result<ExitCode> {
        report::folder::check_output(&self.out)?;
        let dataset = dataset::open(&self.data, self.data_dir.as_deref())?;
        let start = Instant::now();
        let classifier = Classifier::train(&dataset.train, self.steps, self.seed, &Device::flex())
            .with_context(|| format!("--data {}", self.data))?;
        classifier.write(&self.out)?;
        say!("{} steps in {:.0} s", thousands(self.steps), start.elapsed().as_secs_f64());
        if let Some(test) = &dataset.test {
            let accuracy = classifier.accuracy(test)?;
            say!("{accuracy:.4} of {} test images right", thousands(test.images.count as u64));
        }
        super::print(&format!("{}\n", self.out.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}
