//! `gan-train evaluate --data stacked-mnist`: modes are counted, and nothing else is measured.

use super::super::{print, thousands};
use super::Evaluate;
use super::subject::Judged;
use anyhow::{Context, Result, bail, ensure};
use burn::prelude::Device;
use gan_tools::numbers::fixed;
use gan_train::data::Dataset;
use gan_train::judge::Subject;
use gan_train::judge::classifier::Classifier;
use gan_train::judge::modes::{MODES, Modes, Report, evaluate};
use std::process::ExitCode;

/// Images that are judged unless another number is asked for: as many as the published experiments
/// have.
const IMAGES: u32 = 26_000;

/// Counts the modes of a generator's images and of real ones.
pub fn run(command: &Evaluate, judged: &Judged, dataset: &Dataset) -> Result<ExitCode> {
    let Evaluate { classifier, samples, seed, tstr, held_out, json, .. } = command;
    for (option, given) in [("--tstr", tstr.is_some()), ("--held-out", *held_out)] {
        let name = &dataset.name;
        ensure!(!given, "{option}: not with --data {name}, of whose images only modes are counted");
    }
    let classifier = match classifier.named()? {
        Some(classifier) => classifier,
        None => Classifier::mnist(&Device::flex())?,
    };
    let samples = samples.unwrap_or(IMAGES) as usize;
    let report = judged.with(|subject| match subject {
        Subject::Generators(generator, ..) => {
            evaluate(generator, dataset, &classifier, samples, *seed)
                .with_context(|| command.judged.display().to_string())
        }
        Subject::Images(_, folder) => {
            bail!("{folder}: modes are counted of a generator's images only (a blob or a run)")
        }
    })?;
    if *json {
        print(&(serde_json::to_string_pretty(&report)? + "\n"))?;
    } else {
        print(&text(&report))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The report as a table, a column for the model and one for real data.
fn text(report: &Report) -> String {
    let Report { model, data, seed, classifier, generated, real } = report;
    let count = |number: usize| thousands(number as u64);
    let mut lines = vec![
        format!("{model} against {data}: seed {seed}"),
        format!(
            "classifier             of {}x{} images ({} steps, seed {}), for each plane",
            classifier.width,
            classifier.height,
            thousands(classifier.steps),
            classifier.seed
        ),
        String::new(),
        format!("{:<31}{:>11}{:>11}   better", "", "model", "real data"),
    ];
    let mut row = |name: &str, better: &str, cell: &dyn Fn(&Modes) -> String| {
        let [model, real] = [generated, real].map(cell);
        lines.push(format!("{name:<31}{model:>11}{real:>11}   {better}").trim_end().to_owned());
    };
    row("images", "", &|modes| count(modes.samples));
    row(&format!("modes found, of {}", count(MODES)), "higher", &|modes| count(modes.modes));
    row("mode KL to uniform, nats", "lower", &|modes| fixed(modes.kl, 4));
    lines.join("\n") + "\n"
}
