//! `gan-train evaluate` of a run with a task.

use super::Evaluate;
use crate::cli::{classifier, dataset, task, thousands};
use anyhow::{Context, Result, ensure};
use gan_tools::blob_file::BlobFile;
use gan_tools::files::atomic;
use gan_tools::numbers::fixed;
use gan_train::config::TaskKind;
use gan_train::data::{Dataset, Split};
use gan_train::export;
use gan_train::judge::restore::{Bench, Restored, Row};
use gan_train::task::Cases;
use gan_train::train::checkpoint::Which;
use gan_train::train::folder::{CONFIG, RunConfig};
use std::path::Path;
use std::process::ExitCode;

/// The run in a folder, if it has a task.
pub fn run_of(folder: &Path) -> Result<Option<RunConfig>> {
    if !folder.join(CONFIG).is_file() {
        return Ok(None);
    }
    Ok(Some(RunConfig::read(folder)?).filter(|run| run.config.task.is_some()))
}

/// Judges the run's generator, in floats and in integers, beside simple methods.
pub fn run(options: &Evaluate, folder: &Path, mut run: RunConfig) -> Result<ExitCode> {
    ensure!(options.tstr.is_none(), "--tstr: not for a task's images");
    ensure!(options.run.is_none(), "--run goes with a blob, and {} is a run", folder.display());
    let config = run.config.clone();
    let (task, generator, _) = export::task::generator(folder, &config, Which::Best)?;
    let kind = task.config().kind;
    dataset::locate(
        &mut run,
        None,
        options.data_dir.as_deref().filter(|_| options.data.is_none()),
    )?;
    let own = dataset::of_run(&run, folder)?;
    let data = match &options.data {
        Some(name) => {
            ensure!(kind != TaskKind::Pairs, "--data: a run of pairs is judged by its own");
            dataset::open(name, options.data_dir.as_deref(), options.transpose)?
        }
        None => own.clone(),
    };
    task.check(&data.train).with_context(|| format!("--data {}", data.name))?;
    let (judged_by, judged) = judged(options, &data, config.training.validation)?;
    let judged = match options.samples {
        Some(samples) => judged.sample(samples as usize),
        None => judged,
    };
    let train = task::targets(&task, &data.train);
    let chosen = options.classifier.as_deref();
    let classifier = match (chosen, &judged.labels) {
        (_, None) => None,
        (Some(path), _) => {
            Some(super::classifier(path, &Dataset { train: train.clone(), ..data.clone() })?)
        }
        (None, _) => Some(classifier::for_data(options.classifier_steps)(&train)?),
    };
    let cases = Cases::new(&task, &judged, options.seed);
    let samples = cases.samples();
    let bench = Bench::new(&cases, classifier.as_ref())?;
    let mean = task::mean(&train.images);
    let mut rows = bench.baselines(&task, &mean)?;
    rows.push(bench.row("this model, float", generator.images(&samples))?);
    let (_, trained_on) = own.train.hold_out(config.training.validation);
    let bits = config.training.bits();
    let blob = BlobFile::new(&export::task::quantized(&task, &generator, bits, &trained_on)?);
    let images = export::task::images(&blob.decode()?, &cases)?;
    rows.push(bench.row("this model, integers", images)?);
    if let Some(path) = &options.picture {
        gan_train::report::folder::check_output(path)?;
        let picture = task::drawn(&task, &generator, &data, options.seed)?;
        atomic::write(path, &picture.enlarged_to(960).to_png()?)?;
    }
    let report = Restored {
        model: config.name,
        task: kind.name().into(),
        data: data.name.clone(),
        seed: options.seed,
        judged_by: judged_by.into(),
        images: judged.images.count,
        bytes: blob.bytes().len(),
        classifier_accuracy: bench.classifier_accuracy(),
        rows,
    };
    if options.json {
        crate::cli::print(&(serde_json::to_string_pretty(&report)? + "\n"))?;
    } else {
        crate::cli::print(&text(&report))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The images to judge by, and what they are.
fn judged(options: &Evaluate, data: &Dataset, validation: f64) -> Result<(&'static str, Split)> {
    if options.held_out {
        let (held_out, _) = data.train.hold_out(validation);
        ensure!(
            held_out.images.count > 0,
            "--held-out: the run held out no images (training.validation is {validation})"
        );
        return Ok(("training images that the run held out", held_out));
    }
    let kind = if data.test.is_some() {
        "test images"
    } else {
        "training images (there are no test images)"
    };
    Ok((kind, task::judged(data)))
}

/// The report as a table.
fn text(report: &Restored) -> String {
    let mut lines = vec![format!(
        "{} ({}) against {}: {} {}, seed {}, {} bytes in integers",
        report.model,
        report.task,
        report.data,
        thousands(report.images as u64),
        report.judged_by,
        report.seed,
        thousands(report.bytes as u64)
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
