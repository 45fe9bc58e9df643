//! `gan-train evaluate`.

mod table;

use super::classifier::for_data;
use super::dataset;
use anyhow::{Context, Result, ensure};
use burn::prelude::Device;
use clap::Args;
use gan_core::Generator;
use gan_tools::blob_file::BlobFile;
use gan_tools::layers::Bits;
use gan_tools::say;
use gan_train::config::MAX_SEED;
use gan_train::data::Dataset;
use gan_train::export;
use gan_train::export::float::FloatGenerator;
use gan_train::export::quantize::quantize;
use gan_train::judge::classifier::Classifier;
use gan_train::judge::{Question, Report, evaluate};
use gan_train::train::checkpoint::{self, Which};
use gan_train::train::folder::{self, RunConfig};
use gan_train::train::snapshots;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Judge a blob's images, the float model's if its run is there, and real ones: distances,
/// likelihood, labels, memorization
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan-train evaluate runs/quickstart/digits.gan --data digits
  gan-train evaluate mnist.gan --data mnist --run runs/mnist --json
  gan-train evaluate mnist.gan --data mnist --tstr

docs/evaluation.md says what the numbers mean.")]
pub struct Evaluate {
    /// The blob
    #[arg(value_name = "MODEL.gan")]
    file: PathBuf,
    /// `digits`, `mnist`, or a folder or file of images with labels: docs/data.md
    #[arg(long)]
    data: String,
    /// Folder with MNIST's four files
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Turn every image about its diagonal: EMNIST's files need it [default: as the run did, on the
    /// same data]
    #[arg(long)]
    transpose: bool,
    /// The run that the blob was quantized from [default: the blob's own folder, if it is a run]
    #[arg(long, value_name = "RUN")]
    run: Option<PathBuf>,
    /// A classifier by `gan-train classifier` [default: the built-in one for MNIST, else one that
    /// is trained now]
    #[arg(long, value_name = "FILE.safetensors")]
    classifier: Option<PathBuf>,
    /// Steps of a classifier that is trained now [default: 1000]
    #[arg(
        long,
        value_name = "STEPS",
        conflicts_with = "classifier",
        value_parser = clap::value_parser!(u64).range(1..=MAX_SEED)
    )]
    classifier_steps: Option<u64>,
    /// How many images to generate
    #[arg(
        long,
        default_value_t = 10_000,
        value_parser = clap::value_parser!(u32).range(10..=1_000_000)
    )]
    samples: u32,
    /// Seed of the latents
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Train so many classifiers of each kind on the blob's images, and test them on real ones:
    /// TSTR, some minutes for each
    #[arg(
        long,
        value_name = "CLASSIFIERS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "3",
        value_parser = clap::value_parser!(u32).range(1..=100)
    )]
    tstr: Option<u32>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Evaluate {
    pub fn run(self) -> Result<ExitCode> {
        let file = BlobFile::read(&self.file)?;
        let generator = super::decode(&file, &self.file)?;
        let transpose = self.transpose || self.run_transposes()?;
        let dataset = dataset::open(&self.data, self.data_dir.as_deref(), transpose)?;
        dataset::check_names(&dataset, &self.file, &generator)?;
        let classifier = self.classifier.as_deref().map(|path| -> Result<Classifier> {
            let classifier = Classifier::read(path, &Device::flex())?;
            classifier.check(&dataset.train).with_context(|| path.display().to_string())?;
            Ok(classifier)
        });
        let classifier = classifier.transpose()?;
        // First, because it is quick and can refuse.
        let float = match self.run_folder() {
            Some(folder) => self.float(&file, &generator, &folder, &dataset)?,
            None => None,
        };
        let (float, padding) = float.unzip();
        let agreement = float
            .as_ref()
            .map(|float| export::agreement(&generator, float, self.seed))
            .transpose()?;
        let float =
            float.map(|float| float.to_blob()).transpose()?.map(|blob| BlobFile::new(&blob));
        let float = float.as_ref().map(BlobFile::decode).transpose()?;
        let report = evaluate(
            &generator,
            float.as_ref(),
            &dataset,
            |train| classifier.map_or_else(|| for_data(self.classifier_steps)(train), Ok),
            Question {
                samples: self.samples as usize,
                seed: self.seed,
                padding: padding.unwrap_or(0),
                tstr: self.tstr,
            },
        )?;
        let report = Report { agreement, ..report };
        if self.json {
            super::print(&(serde_json::to_string_pretty(&report)? + "\n"))?;
        } else {
            super::print(&table::text(&report))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// The float model of the run in `folder` and the border of its images, if the blob is the one
    /// that this run gives.
    fn float(
        &self,
        file: &BlobFile,
        generator: &Generator<'_>,
        folder: &Path,
        dataset: &Dataset,
    ) -> Result<Option<(FloatGenerator, usize)>> {
        let run = RunConfig::read(folder)?;
        let bits = Bits::of(generator.header());
        // A run that was trained anew since is another model: comparing with it would say nothing.
        let best = folder.join(checkpoint::BEST).exists().then_some(Which::Best);
        let steps = snapshots::list(folder)?.into_iter().map(|snapshot| Which::Step(snapshot.step));
        for which in best.into_iter().chain([Which::Last]).chain(steps) {
            let (float, _) = export::generator(folder, &run.config, which)?;
            if quantize(&float, bits)? == file.bytes() || float.to_blob()? == file.bytes() {
                if generator.classes() > 0 {
                    dataset::check_same_names(dataset, &run.label_names, folder)?;
                }
                return Ok(Some((float, run.config.padding.into())));
            }
        }
        let (blob, folder) = (self.file.display(), folder.display());
        ensure!(
            self.run.is_none(),
            "{blob}: not the blob that --run {folder} gives; quantize it anew"
        );
        say!("note: {blob} is not of the run in {folder}");
        Ok(None)
    }

    /// Whether the blob's run was trained on this data with its images transposed.
    fn run_transposes(&self) -> Result<bool> {
        let Some(folder) = self.run_folder() else { return Ok(false) };
        let run = RunConfig::read(&folder)?;
        Ok(run.transpose && dataset::stored(&self.data)? == run.data)
    }

    /// The run that was named, or the blob's own folder if it is one.
    fn run_folder(&self) -> Option<PathBuf> {
        let folder =
            self.file.parent().map(|folder| if folder == "" { Path::new(".") } else { folder })?;
        let is_run =
            [checkpoint::FILE, folder::CONFIG].iter().all(|name| folder.join(name).is_file());
        self.run.clone().or(is_run.then(|| folder.to_owned()))
    }
}
