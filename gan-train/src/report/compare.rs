//! Several runs on one page, and in one table.

mod differences;
mod table;

pub use table::text;

use super::curves;
use super::history::History;
use super::html::{escape, figure, missing, page, section, table as html_table};
use super::model::{Model, OpenData};
use anyhow::{Result, ensure};
use gan_tools::files::atomic;
use gan_tools::picture::grid::picture;
use std::collections::HashSet;
use std::path::Path;

/// Seed of the sample grids: the same latents for all models that have latents of one length.
const SEED: u64 = 0;

/// Runs that are compared.
#[derive(Debug)]
pub struct Comparison {
    /// In the order they were given, each with a name of its own.
    pub histories: Vec<History>,
    /// One a run, if it has a checkpoint.
    pub models: Vec<Option<Model>>,
}

impl Comparison {
    /// Reads the runs' folders. `open` opens the data of runs with a task.
    ///
    /// # Errors
    ///
    /// Names the file and what is wrong with it; runs of several tasks; those of `open`.
    pub fn read(folders: &[impl AsRef<Path>], open: OpenData<'_>) -> Result<Self> {
        ensure!(!folders.is_empty(), "runs: expected at least one run's folder");
        let folders = || folders.iter().map(AsRef::as_ref);
        let mut histories = folders().map(History::read).collect::<Result<Vec<_>>>()?;
        let names: HashSet<String> = histories.iter().map(|history| history.name.clone()).collect();
        if names.len() < histories.len() {
            histories
                .iter_mut()
                .zip(folders())
                .for_each(|(history, folder)| history.name = folder.display().to_string());
        }
        let task = |history: &History| {
            history.run.config.task.as_ref().map_or("none", |task| task.kind.name())
        };
        for history in &histories {
            let [first, other] = [&histories[0], history];
            ensure!(
                task(first) == task(other),
                "{}: its task is {}, and that of {} is {}: only runs of one task compare",
                other.name,
                task(other),
                first.name,
                task(first)
            );
        }
        let models = folders()
            .zip(&histories)
            .map(|(folder, history)| Model::read(folder, &history.run, open));
        Ok(Self { models: models.collect::<Result<_>>()?, histories })
    }

    /// Writes the page.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn write(&self, path: &Path) -> Result<()> {
        let count = self.histories.len();
        let title = if count == 1 { "One run".into() } else { format!("{count} runs") };
        let body = [
            format!(
                "<header>\n<p class=\"kind\">gan-train compare</p>\n<h1>{title}</h1>\n</header>\n"
            ),
            section("Results", &table::lead(self), &table::markup(self)),
            self.quality(),
            self.training(),
            section(
                "Samples",
                if self.histories[0].run.config.task.is_some() {
                    "The quantized generators have made them of images of the runs' data."
                } else {
                    "The quantized generators have drawn them, from the same latents where these \
                     are of one length."
                },
                &self.samples()?,
            ),
            self.differences()?,
        ]
        .concat();
        atomic::write(path, page(&format!("{title} compared"), &body).as_bytes())
    }

    fn quality(&self) -> String {
        let charts = curves::quality(&self.histories);
        if charts.is_empty() {
            let sentence = "No run has evaluations: <code>evaluations.jsonl</code> in a run's \
                            folder fills this part.";
            return section("Quality", "", &missing(sentence));
        }
        section(
            "Quality",
            "A ring marks the step that the run has chosen.",
            &format!("<div class=\"charts\">\n{charts}</div>\n"),
        )
    }

    fn training(&self) -> String {
        let charts = curves::trainings(&self.histories);
        if charts.is_empty() {
            let sentence = "No curves yet: <code>metrics.jsonl</code> in a run's folder fills \
                            this part.";
            return section("Training", "", &missing(sentence));
        }
        let lead = "Thin: means over the steps between two records; bold: a running mean of them.";
        section("Training", lead, &format!("<div class=\"charts\">\n{charts}</div>\n"))
    }

    fn samples(&self) -> Result<String> {
        let mut figures = String::new();
        for (history, model) in self.histories.iter().zip(&self.models) {
            match model {
                Some(model) => {
                    let shown = match &model.of_task {
                        Some(of_task) => {
                            let [of_blob, _] =
                                of_task.pictures(&model.blob.generator(), &model.generator)?;
                            of_blob
                        }
                        None => {
                            let ([images, _], columns) = model.samples(SEED)?;
                            picture(&images, columns)
                        }
                    };
                    let alt = format!(
                        "Images of the {} generator of {}",
                        model.bits_name(),
                        history.name
                    );
                    figures.push_str(&figure(&shown, &history.name, &alt)?);
                }
                None => figures.push_str(&format!(
                    "<p class=\"missing\">{}: no checkpoint yet.</p>\n",
                    escape(&history.name)
                )),
            }
        }
        Ok(format!("<div class=\"pictures small\">\n{figures}</div>\n"))
    }

    fn differences(&self) -> Result<String> {
        let rows = differences::of(self.histories.iter().map(|history| &history.run))?;
        if rows.is_empty() {
            return Ok(section(
                "Configuration",
                "",
                "<p class=\"lead\">The same for all of them.</p>\n",
            ));
        }
        let rows: Vec<Vec<String>> = rows
            .into_iter()
            .map(|(field, values)| {
                let values = values
                    .into_iter()
                    .map(|value| value.map_or("–".into(), |value| escape(&value)));
                std::iter::once(format!("<code>{}</code>", escape(&field))).chain(values).collect()
            })
            .collect();
        Ok(section("Configuration", "Only what differs.", &html_table(&table::head(self), &rows)))
    }
}
