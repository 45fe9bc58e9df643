//! `gan-train synth`.

use super::audit::{self, Sheet};
use super::dataset;
use super::model::Model;
use anyhow::{Context, Result, bail, ensure};
use clap::{Args, value_parser};
use gan_core::{Generator, OutputKind};
use gan_tools::files::atomic;
use gan_tools::interrupt;
use gan_tools::progress::{Progress, Unit};
use gan_tools::say;
use gan_tools::set::{Format, LabelRule, Maker, Range};
use gan_train::config::TableConfig;
use gan_train::data::Dataset;
use gan_train::data::synthetic::Set;
use gan_train::data::table::{is_table, open};
use gan_train::report;
use gan_train::train::lock::Lock;
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;

/// Images that the data sheet is of, at most: the first ones.
const AUDITED: usize = 60_000;
/// Names of the data sheet's files in the set's folder.
const PAGE: &str = "datasheet.html";
const JSON: &str = "datasheet.json";

/// Make a data set that can stand in for real data: the same bytes on every machine, any range by
/// itself, with a manifest
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan-train synth models/mnist-large.gan --count 60000 --out synthetic
  gan-train synth runs/mnist --count 1000000 --format npz --proportions data -o synthetic
  gan-train synth mnist.gan --first 500000 --count 500000 -o second-half
  gan-train synth mnist.gan --count 60000 -o synthetic --data mnist --report
  gan-train synth runs/wine --count 1000 --proportions data --report -o synthetic

The same command again goes on where it was stopped, and makes files that are damaged anew.
docs/synthetic-data.md says what the data sheet of --report measures.")]
pub struct Synth {
    /// The blob, or a run's folder: its best generator is quantized in memory
    #[arg(value_name = "RUN|MODEL.gan")]
    model: PathBuf,
    /// How many images
    #[arg(long, value_parser = value_parser!(u64).range(1..))]
    count: u64,
    /// Index of the first image
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// Seed of the latents
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The folder to fill: new, empty, or with a part of the same set
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// Format of the files [default: idx; csv for a table, which may be parquet too]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Images of a file: files begin where an index is a multiple of it
    #[arg(long, value_name = "IMAGES", default_value_t = 10_000)]
    shard: u32,
    /// As many images of each label: labels in turn, as `generate` has them [default]
    #[arg(long, conflicts_with = "proportions")]
    balance: bool,
    /// The part of each label: `data` for that in the real training images, or numbers with a sum
    /// of 1, such as 0.5,0.3,0.2
    #[arg(long, value_name = "data|PARTS")]
    proportions: Option<String>,
    /// Also measure what the set is worth and what it gives away, beside the real images: writes
    /// datasheet.html and datasheet.json into the folder
    #[arg(long)]
    report: bool,
    /// The real images: `digits`, `mnist`, or a folder or file; or the real table [default: a run's
    /// own]
    #[arg(long)]
    data: Option<String>,
    /// Folder with MNIST's four files
    #[arg(long)]
    data_dir: Option<PathBuf>,
    #[command(flatten)]
    sheet: Sheet,
}

impl Synth {
    pub fn run(self) -> Result<ExitCode> {
        let model = Model::open(&self.model)?;
        let generator = model.blob.generator();
        ensure!(
            generator.inputs().image().is_none(),
            "{}: makes images of images (expected a model of latents)",
            self.model.display()
        );
        let table = self.table(&model, &generator)?;
        let from_data = self.proportions.as_deref() == Some("data");
        let real =
            (self.report || from_data).then(|| self.real(&model, table.as_ref())).transpose()?;
        let rule = self.rule(&generator, real.as_ref(), model.names.as_slice())?;
        let range = Range { first: self.first, count: self.count, shard: self.shard };
        let labels = (rule, model.names.as_slice());
        let usual = if table.is_some() { Format::Csv } else { Format::Idx };
        let format = self.format.unwrap_or(usual);
        let set =
            Maker::new(&generator, model.blob.bytes(), self.seed, labels, format, range)?.into();
        if !self.write(&set)? {
            say!("interrupted; the same command goes on with what is in {}", self.out.display());
            return Ok(interrupt::exit_code());
        }
        if let (true, Some(real)) = (self.report, &real) {
            // The first one is caught still, and only a set that is being made heeds it.
            say!("measuring the data sheet: Ctrl-C twice stops that, and the set stays");
            let images = set.images(AUDITED)?;
            let shown = self.out.display().to_string();
            let names = (shown.as_str(), model.names.as_slice());
            let text = match &table {
                Some(table) => {
                    let sheet = self.sheet.of_rows(table, real, &images, &shown)?;
                    self.write_sheet(&sheet, &report::audit::rows::page(&sheet))?;
                    audit::of_rows(&sheet)
                }
                None => {
                    let sheet = self.sheet.measure(real, names, images)?;
                    self.write_sheet(&sheet, &report::audit::page(&sheet)?)?;
                    audit::text(&sheet)
                }
            };
            super::print(&(text + "\n"))?;
        }
        super::print(&format!("{}\n", self.out.display()))?;
        Ok(ExitCode::SUCCESS)
    }

    /// Writes the data sheet's two files.
    fn write_sheet(&self, sheet: &impl Serialize, page: &str) -> Result<()> {
        let json = serde_json::to_string_pretty(sheet)? + "\n";
        atomic::write(&self.out.join(JSON), json.as_bytes())?;
        atomic::write(&self.out.join(PAGE), page.as_bytes())
    }

    /// What the numbers of a model of a table mean; nothing of images.
    fn table(&self, model: &Model, generator: &Generator<'_>) -> Result<Option<TableConfig>> {
        match &model.run {
            Some(run) => Ok(run.config.table.clone()),
            None if generator.header().outputs == OutputKind::Numbers => {
                audit::table::of_blob(generator, self.data.as_deref()).map(Some)
            }
            None => Ok(None),
        }
    }

    /// Makes what is not there; whether it came to the end.
    fn write(&self, set: &Set<'_>) -> Result<bool> {
        interrupt::catch()?;
        let fresh = !self.out.exists();
        atomic::create_folder(&self.out)?;
        let lock = Lock::take(&self.out)?;
        let mut progress = Progress::new(Unit::Count("image"), Some(self.count), 0);
        let written = set.write(&self.out, |done| {
            progress.show(done, "");
            !interrupt::requested()
        });
        progress.clear();
        drop(lock);
        if fresh && written.is_err() {
            // Only if nothing is in it.
            let _ = std::fs::remove_dir(&self.out);
        }
        let written = written?;
        if written.kept > 0 {
            say!(
                "{}: {} images were there, {} were made",
                self.out.display(),
                super::thousands(written.kept),
                super::thousands(written.made)
            );
        }
        Ok(written.complete)
    }

    /// The real images: those that were named, else the run's own.
    fn real(&self, model: &Model, table: Option<&TableConfig>) -> Result<Dataset> {
        let dataset = match (&self.data, &model.run) {
            (Some(data), _) if table.is_some_and(|_| is_table(data)) => {
                open(data, table.context("a table")?)?.0
            }
            (Some(data), _) => dataset::open(data, self.data_dir.as_deref(), false)?,
            (None, Some(run)) => {
                let mut run = run.clone();
                dataset::locate(&mut run, None, self.data_dir.as_deref())?;
                dataset::of_run(&run, &self.model)?
            }
            (None, None) => bail!("--data: which real images? (needed by {})", self.needing()),
        };
        if !model.names.is_empty() {
            dataset::check_same_names(&dataset, model.names.as_slice(), &self.model)?;
        }
        Ok(dataset)
    }

    /// The option that needs real images.
    fn needing(&self) -> &'static str {
        if self.report { "--report" } else { "--proportions data" }
    }

    /// The rule for labels that was asked for.
    fn rule(
        &self,
        generator: &Generator<'_>,
        real: Option<&Dataset>,
        names: &[String],
    ) -> Result<LabelRule> {
        let classes = generator.classes();
        let Some(proportions) = &self.proportions else {
            ensure!(
                classes > 0 || !self.balance,
                "--balance: {} takes no labels",
                self.model.display()
            );
            return Ok(LabelRule::in_turn(classes));
        };
        ensure!(classes > 0, "--proportions: {} takes no labels", self.model.display());
        if let ("data", Some(real)) = (proportions.as_str(), real) {
            let mut weights = real.train.label_counts();
            ensure!(!weights.is_empty(), "--proportions data: --data {} has no labels", real.name);
            ensure!(
                weights.len() <= classes.into(),
                "--proportions data: --data {} has {} labels, {} {classes}",
                real.name,
                weights.len(),
                self.model.display()
            );
            weights.resize(classes.into(), 0);
            return Ok(LabelRule::Proportions { weights });
        }
        LabelRule::of_text(proportions, classes, names)
    }
}
