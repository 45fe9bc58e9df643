//! `gan-train evaluate` of a run with a task, and of a blob that takes an image.

mod subject;

pub use subject::Subject;

use super::Evaluate;
use crate::cli::thousands;
use anyhow::{Context, Result, ensure};
use clap::Args;
use clap::builder::PossibleValuesParser;
use gan_tools::files::atomic;
use gan_tools::numbers::fixed;
use gan_train::config::{PRESETS, TaskKind};
use gan_train::data::Dataset;
use gan_train::export;
use gan_train::judge::restore::{self, Bench, Drawing, Restored, Row};
use gan_train::report;
use gan_train::task::Cases;
use std::path::PathBuf;
use std::process::ExitCode;

/// What only models that take an image need.
#[derive(Debug, Args)]
#[command(next_help_heading = "Models that take an image (docs/applications.md)")]
pub struct Options {
    /// pairs: the images that should be made of those of --data
    #[arg(long, value_name = "DATA", requires = "data")]
    targets: Option<String>,
    #[command(flatten)]
    given: Given,
}

/// The task of a blob without a run.
#[derive(Debug, Args)]
pub struct Given {
    /// What the blob was trained for: the preset of this name, with the sizes of the blob [default:
    /// with --run the run's task, else inpaint with a mask, super-res where images become larger,
    /// stylize where labels are called as styles]
    #[arg(
        long,
        value_parser = PossibleValuesParser::new(TaskKind::NAMES),
        conflicts_with_all = ["preset", "config"]
    )]
    task: Option<String>,
    /// The preset with the blob's task: which damage, which styles
    #[arg(
        long,
        conflicts_with = "config",
        value_parser = PossibleValuesParser::new(PRESETS.map(|preset| preset.name))
    )]
    preset: Option<String>,
    /// A configuration with the blob's task, as `train --config` takes it
    #[arg(long, value_name = "FILE.toml")]
    config: Option<PathBuf>,
}

impl Options {
    /// Refuses all of them: they go with `what`.
    pub fn refuse(&self, what: &str) -> Result<()> {
        ensure!(self.targets.is_none(), "--targets: goes with {what}");
        self.given.refuse(what)
    }
}

impl Given {
    /// The options, and whether they were given.
    fn flags(&self) -> [(&'static str, bool); 3] {
        [
            ("--task", self.task.is_some()),
            ("--preset", self.preset.is_some()),
            ("--config", self.config.is_some()),
        ]
    }

    /// Whether one of them was given.
    fn is_some(&self) -> bool {
        self.flags().iter().any(|(_, given)| *given)
    }

    /// Refuses all of them: they go with `what`.
    fn refuse(&self, what: &str) -> Result<()> {
        for (flag, given) in self.flags() {
            ensure!(!given, "{flag}: goes with {what}");
        }
        Ok(())
    }
}

/// Judges a generator, in floats if they are there and as the blob, beside simple methods.
pub fn run(options: &Evaluate, subject: Subject) -> Result<ExitCode> {
    ensure!(options.tstr.is_none(), "--tstr: not for a task's images");
    if let Some(path) = &options.picture {
        report::folder::check_output(path)?;
    }
    let Subject { task, float, blob, data, .. } = &subject;
    task.check(&data.train).with_context(|| format!("--data {}", data.name))?;
    let (judged_by, judged) = subject.judged(options.held_out)?;
    let judged = match options.samples {
        Some(samples) => judged.sample(samples as usize),
        None => judged,
    };
    let train = restore::targets(task, &data.train);
    let of_targets = || Dataset { train: train.clone(), ..data.clone() };
    let classifier = match judged.labels {
        None => None,
        Some(_) => Some(match options.classifier.read(&of_targets())? {
            Some(classifier) => classifier,
            None => options.classifier.train()(&train)?,
        }),
    };
    let cases = Cases::new(task, &judged, options.seed);
    let bench = Bench::new(&cases, classifier.as_ref())?;
    let mean = restore::mean(&train.images);
    let generator = blob.generator();
    let is_float = subject.is_float()?;
    let mut rows = bench.baselines(task, &mean)?;
    if let (Some(float), false) = (float, is_float) {
        rows.push(bench.row("this model, float", float.images(&cases.samples()))?);
    }
    let numbers = if is_float { "float" } else { "integers" };
    let images = export::task::images(&generator, &cases)?;
    rows.push(bench.row(&format!("this model, {numbers}"), images)?);
    if let Some(path) = &options.picture {
        let drawing = Drawing::new(task, &data.train, &restore::judged(data), options.seed)?;
        let made = match float {
            Some(float) => float.images(&drawing.cases.samples()),
            None => export::task::images(&generator, &drawing.cases)?,
        };
        let picture = drawing.picture(made);
        atomic::write(path, &picture.enlarged_to(960).to_png()?)?;
    }
    let report = Restored {
        model: subject.name.clone(),
        task: task.config().kind.name().into(),
        data: data.name.clone(),
        seed: options.seed,
        judged_by: judged_by.into(),
        images: judged.images.count,
        bytes: blob.bytes().len(),
        numbers: numbers.into(),
        crc32: generator.crc(),
        classifier_accuracy: bench.classifier_accuracy(),
        rows,
    };
    if let Some(run) = &subject.run {
        report.write(run)?;
    }
    if options.json {
        crate::cli::print(&(serde_json::to_string_pretty(&report)? + "\n"))?;
    } else {
        crate::cli::print(&text(&report))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The report as a table.
fn text(report: &Restored) -> String {
    let mut lines = vec![format!(
        "{} ({}) against {}: {} {}, seed {}, {} bytes in {}",
        report.model,
        report.task,
        report.data,
        thousands(report.images as u64),
        report.judged_by,
        report.seed,
        thousands(report.bytes as u64),
        report.numbers
    )];
    if let Some(accuracy) = report.classifier_accuracy {
        lines.push(format!(
            "the classifier gets {accuracy:.4} of these images right as they should be"
        ));
    }
    let holes = report.rows.iter().any(|row| row.psnr_missing.is_some());
    let labels = report.classifier_accuracy.is_some();
    let each = report.rows.iter().all(|row| row.psnr_of_images.is_some());
    type Cell = fn(&Row) -> String;
    let columns: [(&str, bool, Cell); 7] = [
        ("PSNR, dB", true, |row| decibels(row.psnr)),
        ("of each", each, |row| decibels(row.psnr_of_images)),
        ("in holes", holes, |row| decibels(row.psnr_missing)),
        ("SSIM", true, |row| fixed(row.ssim, 3)),
        ("L1", true, |row| fixed(row.l1, 2)),
        ("accuracy", labels, |row| part(row.accuracy)),
        ("other label", labels, |row| part(row.changed)),
    ];
    let columns: Vec<_> = columns.into_iter().filter(|(_, shown, _)| *shown).collect();
    lines.push(String::new());
    let line = |name: &str, cells: Vec<String>| {
        let cells: String = cells.iter().map(|cell| format!("{cell:>13}")).collect();
        format!("{name:<24}{cells}")
    };
    lines.push(line("", columns.iter().map(|(name, ..)| (*name).into()).collect()));
    for row in &report.rows {
        lines.push(line(&row.method, columns.iter().map(|(.., cell)| cell(row)).collect()));
    }
    lines.join("\n") + "\n"
}

fn decibels(value: Option<f64>) -> String {
    value.map_or("equal".into(), |value| fixed(value, 2))
}

fn part(value: Option<f64>) -> String {
    value.map_or("-".into(), |value| fixed(value, 4))
}
