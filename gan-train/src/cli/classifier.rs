//! `gan-train classifier`, and the options of the commands that judge by a classifier.

use super::{dataset, thousands};
use anyhow::{Context, Result};
use burn::prelude::Device;
use clap::Args;
use gan_tools::progress::{Progress, Unit};
use gan_tools::say;
use gan_train::config::MAX_SEED;
use gan_train::data::{Dataset, Split};
use gan_train::judge::classifier::{Classifier, OnStep, STEPS};
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
    /// `digits`, `mnist`, or a folder or file of images with labels: docs/data.md
    #[arg(long)]
    data: String,
    /// Folder with MNIST's four files
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Turn every image about its diagonal, lines for columns: EMNIST's files need it
    #[arg(long)]
    transpose: bool,
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

/// The classifier that images are judged by.
#[derive(Debug, Args)]
pub struct ToJudgeBy {
    /// A classifier by `gan-train classifier`, or `mnist` for the built-in one [default: the
    /// built-in one for MNIST, else one that is trained now]
    #[arg(long, value_name = "FILE.safetensors|mnist")]
    classifier: Option<PathBuf>,
    /// Steps of a classifier that is trained now [default: 1000]
    #[arg(
        long,
        value_name = "STEPS",
        conflicts_with = "classifier",
        value_parser = clap::value_parser!(u64).range(1..=MAX_SEED)
    )]
    classifier_steps: Option<u64>,
}

impl ToJudgeBy {
    /// Whether nothing was said of it.
    pub fn is_default(&self) -> bool {
        self.classifier.is_none() && self.classifier_steps.is_none()
    }

    /// The classifier that was named.
    pub fn named(&self) -> Result<Option<Classifier>> {
        let device = Device::flex();
        let read = |path: &PathBuf| match path.to_str() {
            Some("mnist") => Classifier::mnist(&device),
            _ => Classifier::read(path, &device),
        };
        self.classifier.as_ref().map(read).transpose()
    }

    /// The classifier that was named, which must suit the data.
    pub fn read(&self, dataset: &Dataset) -> Result<Option<Classifier>> {
        let classifier = self.named()?;
        if let (Some(classifier), Some(path)) = (&classifier, &self.classifier) {
            let named = || format!("--classifier {}", path.display());
            classifier.check(&dataset.train).with_context(named)?;
        }
        Ok(classifier)
    }

    /// Trains one, if none was named and the data needs one.
    pub fn train(&self) -> impl FnOnce(&Split) -> Result<Classifier> + use<> {
        for_data(self.classifier_steps)
    }
}

/// Trains the classifier to judge by, if the data needs one, for so many steps if they are given.
pub fn for_data(steps: Option<u64>) -> impl FnOnce(&Split) -> Result<Classifier> {
    move |train| {
        with_progress(steps.unwrap_or(STEPS), |on_step| {
            // On the CPU, whatever the run is on: scores of runs on several devices compare.
            Classifier::for_data(train, steps, &Device::flex(), on_step)
        })
    }
}

/// Shows how far the training of a classifier is.
fn with_progress<T>(steps: u64, train: impl FnOnce(OnStep<'_>) -> Result<T>) -> Result<T> {
    let mut progress = Progress::new(Unit::Count("classifier step"), Some(steps), 0);
    train(&mut |done| progress.show(done, ""))
}

impl TrainClassifier {
    pub fn run(self) -> Result<ExitCode> {
        report::folder::check_output(&self.out)?;
        let dataset = dataset::open(&self.data, self.data_dir.as_deref(), self.transpose)?;
        dataset::check_output(&dataset, &self.out)?;
        let start = Instant::now();
        let trained = with_progress(self.steps, |on_step| {
            Classifier::train(&dataset.train, self.steps, self.seed, &Device::flex(), on_step)
        });
        let classifier = trained.with_context(|| format!("--data {}", self.data))?;
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
