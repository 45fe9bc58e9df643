//! `gan-train evaluate`.

use super::thousands;
use anyhow::{Result, ensure};
use clap::Args;
use gan_core::Generator;
use gan_train::blob_file::BlobFile;
use gan_train::data;
use gan_train::evaluate::agreement::{self, Agreement};
use gan_train::evaluate::{Report, evaluate};
use gan_train::float::FloatGenerator;
use gan_train::quantize::quantize;
use gan_train::trainer::checkpoint::{self, Checkpoint, RunConfig};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Judge a blob's images: agreement with the float model, labels by a classifier trained on the spot, histogram of labels
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan-train evaluate runs/quickstart/digits.gan --data digits
  gan-train evaluate mnist.gan --data mnist --run runs/mnist --json")]
pub struct Evaluate {
    /// The blob
    #[arg(value_name = "FILE.gan")]
    file: PathBuf,
    /// `digits`, `mnist`, or a folder of IDX files with labels
    #[arg(long)]
    data: String,
    /// Folder with MNIST's four files
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// The run that the blob was quantized from [default: the blob's own folder, if it is a run]
    #[arg(long, value_name = "DIR")]
    run: Option<PathBuf>,
    /// How many images to generate
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    samples: u32,
    /// Seed of the latents and of the classifier
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Evaluate {
    pub fn run(self) -> Result<ExitCode> {
        let file = BlobFile::read(&self.file)?;
        let generator = super::decode(&file, &self.file)?;
        let dataset = data::open(&self.data, self.data_dir.as_deref())?;
        // First, because it is quick and can refuse.
        let agreement = match self.run_folder() {
            Some(folder) => self.agreement(&file, &generator, &folder)?,
            None => None,
        };
        let report = Report { agreement, ..evaluate(&generator, &dataset, self.samples as usize, self.seed)? };
        if self.json {
            super::print(&(serde_json::to_string_pretty(&report)? + "\n"))?;
        } else {
            super::print(&text(&report))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Compares the blob with the float model of the run in `folder`, if it is the one that this run gives.
    fn agreement(&self, file: &BlobFile, generator: &Generator<'_>, folder: &Path) -> Result<Option<Agreement>> {
        let run = RunConfig::read(folder)?;
        let Checkpoint { state, shape, .. } = checkpoint::load(folder, &run.config)?;
        let float = FloatGenerator::new(&run.config, shape, &state);
        // A run that was trained anew since is another model: comparing with it would say nothing.
        if quantize(&float)? == file.bytes() || float.to_blob()? == file.bytes() {
            return agreement::compare(generator, &float, self.seed).map(Some);
        }
        let (blob, folder) = (self.file.display(), folder.display());
        ensure!(self.run.is_none(), "{blob}: not the blob that --run {folder} gives; quantize it anew");
        eprintln!("note: {blob} is not of the run in {folder}");
        Ok(None)
    }

    /// The run that was named, or the blob's own folder if it is one.
    fn run_folder(&self) -> Option<PathBuf> {
        let folder = self.file.parent().map(|folder| if folder == "" { Path::new(".") } else { folder })?;
        let is_run = [checkpoint::FILE, checkpoint::CONFIG].iter().all(|name| folder.join(name).is_file());
        self.run.clone().or(is_run.then(|| folder.to_owned()))
    }
}

fn text(report: &Report) -> String {
    let Report { model, data, samples, seed, agreement, classifier_accuracy, conditional_accuracy, class_histogram } = report;
    let mut lines = vec![format!("{model} against {data}: {} images, seed {seed}", thousands(*samples as u64))];
    lines.push(match agreement {
        Some(a) => format!(
            "int8 against float     mean {:.3}, 99.9 % within {}, at most {} (of 255; {} images, seed {})",
            a.mean,
            a.p999,
            a.max,
            thousands(a.images as u64),
            a.seed
        ),
        None => "int8 against float     not measured: no run folder (--run DIR)".into(),
    });
    if let Some(accuracy) = conditional_accuracy {
        lines.push(format!("conditional accuracy   {accuracy:.4} (the classifier agrees with the label asked for)"));
    }
    lines.push(format!("the classifier itself  {classifier_accuracy:.4} right on real images that it was not trained on"));
    let counts: Vec<String> = class_histogram.iter().map(usize::to_string).collect();
    lines.push(format!("images of each label   {}", counts.join(" ")));
    lines.join("\n") + "\n"
}
