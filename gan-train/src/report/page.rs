//! `report.html`: everything about a run on one page.

mod networks;
mod pictures;
mod rows;
pub(super) mod task;

use super::history::History;
use super::html::{escape, missing, page, section, table, tiles};
use super::model::{Model, OpenData};
use super::{chart, curves, explore};
use crate::train::folder::CONFIG;
use crate::train::metrics::Record;
use crate::train::snapshots;
use anyhow::{Context, Result};
use gan_tools::files::atomic;
use gan_tools::inspect::Report;
use gan_tools::numbers::{duration, thousands, value};
use std::path::{Path, PathBuf};
use std::slice;

/// Name of the file in a run's folder.
pub const FILE: &str = "report.html";

/// Writes the report of a run from what is in its folder, finished or not. Parts for which nothing
/// is there yet say what would fill them. `open` opens the data of a run with a task or of a table.
///
/// # Errors
///
/// Names the file and what is wrong with it; those of `open`.
pub fn write(folder: &Path, open: OpenData<'_>) -> Result<PathBuf> {
    let history = History::read(folder)?;
    let model = Model::read(folder, &history.run, open)?;
    let config = folder.join(CONFIG);
    let config = std::fs::read_to_string(&config)
        .with_context(|| format!("{}: cannot be read", config.display()))?;
    let networks = section("Networks", "", &networks::cards(&history.run.config, model.as_ref()));
    let end = networks + &kept(folder)? + &section("Configuration", "", &configuration(&config));
    let body = match &history.run.config.table {
        Some(table) => {
            let (numbers, rows) = rows::sections(folder, &history, table, model.as_ref(), open)?;
            [
                header(&history, model.as_ref(), numbers)?,
                rows,
                training(&history),
                warnings(&history),
                end,
            ]
        }
        None => [
            header(&history, model.as_ref(), Vec::new())?,
            images(&history, model.as_ref())?
                + &section("Samples through time", "", &pictures::through_time(folder, &history)?),
            training(&history),
            warnings(&history) + &quality(&history),
            between(folder, &history, model.as_ref())? + &end,
        ],
    }
    .concat();
    let path = folder.join(FILE);
    atomic::write(
        &path,
        page(&format!("{} – {}", history.run.config.name, history.name), &body).as_bytes(),
    )?;
    Ok(path)
}

/// Pictures between two latents, and where there are more; nothing of a task, which has no latent.
fn between(folder: &Path, history: &History, model: Option<&Model>) -> Result<String> {
    if history.run.config.task.is_some() {
        return Ok(String::new());
    }
    let shown = pictures::interpolations(model)?
        + &pictures::sliders(model, history)?
        + &explored(folder, model)?;
    Ok(section("Between two latents", "", &shown))
}

/// A link to the page of an exploration of the model; nothing if there is none.
fn explored(folder: &Path, model: Option<&Model>) -> Result<String> {
    let Some(model) = model else { return Ok(String::new()) };
    let page = explore::of_run(folder, model.blob.generator().crc());
    Ok(page.map_or(String::new(), |page| {
        format!(
            "<p class=\"lead\"><a href=\"{}\">More of the latent</a>: what each unit moves, \
             maps, walks, the nearest training images.</p>\n",
            escape(&page)
        )
    }))
}

/// What the generator makes; of a task also how near that is to what it should be.
fn images(history: &History, model: Option<&Model>) -> Result<String> {
    if history.run.config.task.is_none() {
        return Ok(section("Samples", "", &pictures::final_samples(model)?));
    }
    let of_task = model.and_then(|model| Some((model, model.of_task.as_ref()?)));
    let shown = match of_task {
        Some((model, of_task)) => task::images(model, of_task)?,
        None => missing(pictures::NO_CHECKPOINT),
    };
    let evaluation = task::evaluation(of_task.map(|(_, of_task)| of_task));
    Ok(section("Images", "", &shown) + &section("Evaluation", "", &evaluation))
}

/// Name, origin, and the numbers that people ask for first.
fn header(
    history: &History,
    model: Option<&Model>,
    measured: Vec<(&'static str, String)>,
) -> Result<String> {
    let run = &history.run;
    let steps = thousands(run.config.training.steps);
    let mut numbers = Vec::new();
    if let Some((step, seconds)) = history.done(model.map(Model::done)) {
        let done = thousands(step);
        let seen = step as f64 * run.config.training.batch as f64;
        numbers.push(("Steps", if done == steps { done } else { format!("{done} of {steps}") }));
        numbers.push(("Training time", duration(seconds)));
        let rate = if run.config.table.is_some() { "Samples a second" } else { "Images a second" };
        numbers.push((rate, thousands((seen / seconds.max(1e-9)) as u64)));
    }
    if let Some(chosen) = history.chosen() {
        numbers.push(("Chosen step", thousands(chosen.step)));
    }
    numbers.extend(headline(history));
    numbers.extend(measured);
    if let Some(model) = model {
        let blob = model.blob.generator();
        let bytes = thousands(blob.encoded_len() as u64);
        numbers.push(("Blob bytes", format!("{bytes}, {}", model.bits_name())));
        let buffers = Report::new(&blob).buffer_bytes;
        numbers.push(("RAM bytes, buffers", thousands(buffers as u64)));
        numbers.push(("Multiply-accumulates", thousands(blob.macs())));
        numbers.push(("Generator parameters", thousands(model.params[0] as u64)));
    }
    let labels = if run.config.conditional { "with labels" } else { "without labels" };
    let task = run
        .config
        .task
        .as_ref()
        .map_or(String::new(), |task| format!("The task {}. ", task.kind.name()));
    let sub = format!(
        "{task}Trained on {}, {labels}, seed {}. Run {}.",
        run.data, run.config.seed, history.name
    );
    let numbers = if numbers.is_empty() { String::new() } else { tiles(&numbers) };
    Ok(format!(
        "<header>\n<p class=\"kind\">gan-train report</p>\n\
         <h1>{}</h1>\n<p class=\"sub\">{}</p>\n</header>\n{numbers}",
        escape(&run.config.name),
        escape(&sub)
    ))
}

/// The snapshots that the run has kept; nothing if it has none.
fn kept(folder: &Path) -> Result<String> {
    let snapshots = snapshots::list(folder)?;
    if snapshots.is_empty() {
        return Ok(String::new());
    }
    let steps: Vec<String> = snapshots.iter().map(|snapshot| thousands(snapshot.step)).collect();
    let lead = "The averaged generator after these steps, in the folder snapshots; \
                gan-train quantize --checkpoint STEP takes one.";
    Ok(section("Snapshots", lead, &format!("<p>{}</p>\n", steps.join(" &nbsp; "))))
}

/// The file's text, a block a table, so that columns break between them.
fn configuration(text: &str) -> String {
    let block = |text: &str| format!("<pre>{}</pre>\n", escape(text));
    format!(
        "<div class=\"config\">\n{}</div>\n",
        text.trim_end().split("\n\n").map(block).collect::<String>()
    )
}

/// The first metric at the chosen step, if there are evaluations.
fn headline(history: &History) -> Option<(&'static str, String)> {
    let scores = &history.judged()?.scores;
    let chosen = history.chosen().is_some();
    let (title, found) = match (history.run.config.task.is_some(), chosen) {
        (false, true) => ("Fréchet distance, chosen step", scores.get("fd")),
        (false, false) => ("Fréchet distance, last", scores.get("fd")),
        (true, true) => ("PSNR in dB, chosen step", scores.get("psnr")),
        (true, false) => ("PSNR in dB, last", scores.get("psnr")),
    };
    Some((title, value(found?)))
}

fn training(history: &History) -> String {
    let charts = curves::training(history);
    if charts.is_empty() {
        return section(
            "Training",
            "",
            &missing(
                "No curves yet: <code>metrics.jsonl</code> fills this part \
                 with the first steps of the run.",
            ),
        );
    }
    let mut lead =
        "Thin: means over the steps between two records; bold: a running mean of them.".to_owned();
    if history.run.config.training.objective.has_probabilities() && curves::has_game(history) {
        lead.push_str(" Scores stay near 0.5 where neither network gets ahead.");
    }
    section("Training", &lead, &format!("<div class=\"charts\">\n{charts}</div>\n"))
}

/// What the run said of faults while it trained; nothing if there were none.
fn warnings(history: &History) -> String {
    let row = |step: u64, text: &String| (step, vec![thousands(step), escape(text)]);
    let of = |record: &Record| {
        record.warnings.iter().map(|text| row(record.step, text)).collect::<Vec<_>>()
    };
    let mut rows: Vec<(u64, Vec<String>)> = history.records.iter().flat_map(of).collect();
    let of_evaluations = history
        .evaluations
        .iter()
        .flat_map(|evaluation| evaluation.warnings.iter().map(|text| row(evaluation.step, text)));
    rows.extend(of_evaluations);
    rows.sort_by_key(|(step, _)| *step);
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(_, row)| row).collect();
    if rows.is_empty() {
        return String::new();
    }
    let head = ["Step", "Warning"].map(str::to_owned);
    section("Warnings", "Each when it began to last.", &table(&head, &rows))
}

fn quality(history: &History) -> String {
    let Some(last) = history.evaluations.last() else {
        let sentence = "No evaluations yet: <code>evaluations.jsonl</code>, which a run writes \
                        when it is evaluated while it trains, fills this part.";
        return section("Quality", "", &missing(sentence));
    };
    let mut charts = curves::quality(slice::from_ref(history));
    if let Some(scores) = last.scores.drawn() {
        charts.push_str(&chart::classes(&scores.class_histogram));
        charts.push_str(&chart::covered(&scores.class_coverage, &scores.class_recall));
    }
    let lead = match history.chosen() {
        Some(chosen) => format!(
            "Evaluations while training. The ring is at step {}, the best so far \
             by the run's own choice.",
            thousands(chosen.step)
        ),
        None => "Evaluations while training.".into(),
    };
    section("Quality", &lead, &format!("<div class=\"charts\">\n{charts}</div>\n"))
}
