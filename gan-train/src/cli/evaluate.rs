//! `gan-train evaluate`.

mod modes;
mod restore;
mod subject;
mod table;

use super::classifier::ToJudgeBy;
use super::dataset;
use anyhow::{Result, bail, ensure};
use clap::Args;
use gan_train::data::{Dataset, stacked};
use gan_train::judge::{Question, Report, evaluate};
use gan_train::train::folder::RunConfig;
use std::path::PathBuf;
use std::process::ExitCode;
use subject::Judged;

/// Judge the images of a blob, a run or a folder beside real ones: distances, diversity,
/// likelihood, labels, memorization
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan-train evaluate runs/quickstart/digits.gan --data digits
  gan-train evaluate mnist.gan --data mnist --run runs/mnist --json
  gan-train evaluate runs/mnist --held-out
  gan-train evaluate mnist.gan --data mnist --tstr
  gan-train evaluate generated --data real
  gan-train evaluate runs/inpaint --picture holes.png
  gan-train evaluate enlarge.gan --data mnist

The fifth judges the images of one folder by those of another.
docs/evaluation.md says what the numbers mean.")]
pub struct Evaluate {
    /// What is judged: a blob, a run, or a folder of images
    #[arg(value_name = "MODEL.gan|RUN|FOLDER")]
    judged: PathBuf,
    /// Real images to judge by: `digits`, `mnist`, `stacked-mnist` (counts modes), or a folder
    /// or file of images with labels: docs/data.md [default: a run's own]
    #[arg(long)]
    data: Option<String>,
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
    /// Judge by the training images that the run held out, in place of the test images: to choose
    /// between recipes without looking at the test images
    #[arg(long)]
    held_out: bool,
    #[command(flatten)]
    classifier: ToJudgeBy,
    /// How many images to judge, beside as many real ones [default: 10,000, or as many as there are
    /// real ones; of stacked MNIST 26,000, as the published experiments do]
    #[arg(long, value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    samples: Option<u32>,
    /// Seed of the latents; of the damage, for a model of `train --task inpaint`
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
    /// Draw some images of a task's model into this PNG file: what goes in, what the last of the
    /// simple methods makes of it, what the model makes of it, and what it should be
    #[arg(long, value_name = "FILE.png")]
    picture: Option<PathBuf>,
    #[command(flatten)]
    task: restore::Options,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Evaluate {
    pub fn run(self) -> Result<ExitCode> {
        if let Some(subject) = restore::Subject::open(&self)? {
            return restore::run(&self, subject);
        }
        ensure!(self.picture.is_none(), "--picture: goes with a model of `train --task`");
        self.task.refuse("a blob that takes an image")?;
        let judged = Judged::open(&self.judged, self.run.as_deref(), self.seed)?;
        let dataset = self.dataset(&judged)?;
        if dataset.name == stacked::NAME {
            return modes::run(&self, &judged, &dataset);
        }
        let classifier = self.classifier.read(&dataset)?;
        judged.check_names(&dataset)?;
        let held_out = self.held_out.then(|| judged.held_out(&dataset)).transpose()?;
        let question = Question {
            samples: self.samples.map(|samples| samples as usize),
            seed: self.seed,
            held_out,
            tstr: self.tstr,
        };
        let make = self.classifier.train();
        let report =
            judged.with(|subject| evaluate(subject, &dataset, classifier, make, question))?;
        let report = Report { agreement: judged.agreement(), ..report };
        if self.json {
            super::print(&(serde_json::to_string_pretty(&report)? + "\n"))?;
        } else {
            super::print(&table::text(&report))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// The real images: those that were named, else the run's own.
    fn dataset(&self, judged: &Judged) -> Result<Dataset> {
        match (&self.data, judged.run()) {
            (Some(data), run) => {
                let of_run = |(run, _): (&RunConfig, _)| -> Result<bool> {
                    Ok(run.transpose && dataset::stored(data)? == run.data)
                };
                let transpose = self.transpose || run.map_or(Ok(false), of_run)?;
                dataset::open(data, self.data_dir.as_deref(), transpose)
            }
            (None, Some((run, folder))) => {
                let mut run = run.clone();
                dataset::locate(&mut run, None, self.data_dir.as_deref())?;
                dataset::of_run(&run, folder)
            }
            (None, None) => {
                bail!(
                    "--data: expected `digits`, `mnist`, `stacked-mnist`, or a folder or file \
                     of real images"
                )
            }
        }
    }
}
