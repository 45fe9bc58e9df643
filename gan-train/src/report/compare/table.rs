//! The runs' numbers side by side, for a page and for a terminal.

use super::super::chart::color_classes;
use super::super::history::History;
use super::super::html;
use super::super::measures::{self, Measure};
use super::super::model::Model;
use super::super::page::task::COLUMNS;
use super::Comparison;
use crate::judge::restore::Restored;
use crate::train::folder::RunConfig;
use gan_tools::numbers::{thousands, value};

/// Marks the best value on a terminal.
const BEST: &str = "*";

/// A measure of each run.
struct Row {
    measure: Measure,
    judged: Vec<Option<f64>>,
    last: Vec<Option<f64>>,
    best: Option<usize>,
}

/// What the page says of the table.
pub fn lead(comparison: &Comparison) -> String {
    let what = "Measures at the step that a run has chosen, or at its last; below, at its last.";
    let best = incomparable(&comparison.histories).unwrap_or("Bold: the best run.".into());
    let evaluated = evaluated(comparison).map_or(String::new(), |text| format!(" {text}"));
    format!("{what} {best}{evaluated}")
}

/// Why the runs' measures do not compare, if they were not taken of as many images beside the same
/// ones.
fn incomparable(histories: &[History]) -> Option<String> {
    let same = |same: fn(&RunConfig, &RunConfig) -> bool| {
        histories.iter().all(|history| same(&history.run, &histories[0].run))
    };
    let fields = [
        ("data", same(|a, b| a.data == b.data)),
        ("data_dir", same(|a, b| a.data_dir == b.data_dir)),
        (
            "training.validation",
            same(|a, b| a.config.training.validation == b.config.training.validation),
        ),
        (
            "training.eval_samples",
            same(|a, b| a.config.training.eval_samples == b.config.training.eval_samples),
        ),
        (
            "task",
            same(|a, b| match (&a.config.task, &b.config.task) {
                (Some(a), Some(b)) => a.has_same_images(b),
                (a, b) => a.is_none() && b.is_none(),
            }),
        ),
    ];
    let fields: Vec<&str> =
        fields.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect();
    let (last, others) = fields.split_last()?;
    let names = if others.is_empty() {
        (*last).to_owned()
    } else {
        format!("{} and {last}", others.join(", "))
    };
    Some(format!("The runs differ in {names}, so their measures do not compare."))
}

/// Numbers of the runs that are no measures: what, and one a run.
fn facts(comparison: &Comparison) -> Vec<(&'static str, Vec<Option<String>>)> {
    let runs = || comparison.histories.iter().zip(&comparison.models);
    let done = || runs().map(|(history, model)| history.done(model.as_ref().map(Model::done)));
    let bytes = runs()
        .map(|(_, model)| model.as_ref().map(|model| thousands(model.blob.bytes().len() as u64)));
    let chosen = runs().map(|(history, _)| history.chosen().map(|chosen| thousands(chosen.step)));
    let mut facts = vec![
        ("Steps", done().map(|done| Some(thousands(done?.0))).collect()),
        ("Minutes", done().map(|done| Some(format!("{:.1}", done?.1 / 60.0))).collect()),
        ("Chosen step", chosen.collect()),
        ("Blob bytes", bytes.collect()),
    ];
    let evaluations =
        || runs().map(|(_, model)| model.as_ref()?.of_task.as_ref()?.evaluation.as_ref());
    for column in COLUMNS {
        let cells: Vec<Option<String>> =
            evaluations().map(|found| column.cell(found?.of_blob()?)).collect();
        if cells.iter().any(Option::is_some) {
            facts.push((column.title, cells));
        }
    }
    facts
}

/// What the rows of `evaluate` are, or why there are none, of runs with a task.
fn evaluated(comparison: &Comparison) -> Option<String> {
    comparison.histories[0].run.config.task.as_ref()?;
    let found = |model: &Option<Model>| {
        Some(model.as_ref()?.of_task.as_ref()?.evaluation.as_ref()?.clone())
    };
    let found: Vec<Option<Restored>> = comparison.models.iter().map(found).collect();
    if found.iter().any(Option::is_none) {
        return Some(
            "gan-train evaluate of a run's folder gives it the rows of PSNR and others.".into(),
        );
    }
    let by = |found: &Option<Restored>| {
        found
            .as_ref()
            .map(|found| (found.data.clone(), found.judged_by.clone(), found.images, found.seed))
    };
    let (first, tasks) =
        (by(&found[0]), comparison.histories.iter().map(|history| &history.run.config.task));
    let same_task = tasks.flatten().all(|task| {
        comparison.histories[0]
            .run
            .config
            .task
            .as_ref()
            .is_some_and(|first| first.has_same_images(task))
    });
    Some(if same_task && found.iter().all(|found| by(found) == first) {
        "PSNR and what follows are of gan-train evaluate, by the same images for all.".into()
    } else {
        "PSNR and what follows are of gan-train evaluate, not by the same images for all.".into()
    })
}

fn rows(histories: &[History]) -> Vec<Row> {
    let comparable = incomparable(histories).is_none();
    let row = |measure: Measure| {
        let judged: Vec<_> =
            histories.iter().map(|history| measure.of(history.judged()?)).collect();
        let last =
            histories.iter().map(|history| measure.of(history.evaluations.last()?)).collect();
        Row { best: measure.best(&judged).filter(|_| comparable), judged, last, measure }
    };
    measures::present(histories).into_iter().map(row).collect()
}

/// The head of a table with a column a run.
pub fn head(comparison: &Comparison) -> Vec<String> {
    let name = |(index, history): (usize, &History)| {
        format!(
            "<span class=\"{}\"><i></i>{}</span>",
            color_classes(index),
            html::escape(&history.name)
        )
    };
    std::iter::once(String::new())
        .chain(comparison.histories.iter().enumerate().map(name))
        .collect()
}

/// The table of a page.
pub fn markup(comparison: &Comparison) -> String {
    let mut lines: Vec<Vec<String>> = Vec::new();
    for (what, cells) in facts(comparison) {
        let cells = cells.into_iter().map(|cell| cell.unwrap_or("–".into()));
        lines.push(std::iter::once(what.to_owned()).chain(cells).collect());
    }
    for Row { measure, judged, last, best } in rows(&comparison.histories) {
        let cell = |(index, (judged, last)): (usize, (&Option<f64>, &Option<f64>))| {
            let Some(judged) = judged.map(value) else { return "–".into() };
            let shown = if best == Some(index) { format!("<b>{judged}</b>") } else { judged };
            format!("{shown}<small>{}</small>", last.map_or("–".into(), value))
        };
        let cells = judged.iter().zip(&last).enumerate().map(cell);
        lines.push(std::iter::once(html::escape(measure.title)).chain(cells).collect());
    }
    html::table(&head(comparison), &lines)
}

/// The table of a terminal: a column a run, the best value marked.
pub fn text(comparison: &Comparison) -> String {
    let names = comparison.histories.iter().map(|history| history.name.clone());
    let mut lines: Vec<Vec<String>> =
        vec![std::iter::once("Name".to_owned()).chain(names).collect()];
    for (what, cells) in facts(comparison) {
        let cells = cells.into_iter().map(|cell| cell.unwrap_or("-".into()));
        lines.push(std::iter::once(what.to_owned()).chain(cells).collect());
    }
    let rows = rows(&comparison.histories);
    for Row { measure, judged, best, .. } in &rows {
        let cell = |(index, judged): (usize, &Option<f64>)| {
            let mark = if *best == Some(index) { BEST } else { "" };
            judged.map_or("-".into(), |judged| value(judged) + mark)
        };
        lines.push(
            std::iter::once(measure.title.to_owned())
                .chain(judged.iter().enumerate().map(cell))
                .collect(),
        );
    }
    let mut text = align(&lines);
    if rows.iter().any(|row| row.best.is_some()) {
        text.push_str(&format!("\n{BEST} best; at the chosen step of a run, or its last\n"));
    } else if let Some(why) = incomparable(&comparison.histories) {
        text.push_str(&format!("\n{why}\n"));
    }
    if let Some(evaluated) = evaluated(comparison) {
        text.push_str(&format!("\n{evaluated}\n"));
    }
    text
}

/// Columns under each other: the first to the left, the others to the right, so that a mark does
/// not move the digits.
fn align(lines: &[Vec<String>]) -> String {
    let len = |cell: &str| cell.trim_end_matches(BEST).chars().count();
    let columns = lines.first().map_or(0, Vec::len);
    let width = |column: usize| lines.iter().map(|line| len(&line[column])).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for line in lines {
        let mut row = format!("{:<1$}", line[0], widths[0]);
        for (cell, &width) in line.iter().zip(&widths).skip(1) {
            let mark = if cell.ends_with(BEST) { "" } else { " " };
            row.push_str(&format!("  {:>1$}{cell}{mark}", "", width - len(cell)));
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_beside_the_column() {
        let lines = [["name", "first", "b"], ["fd", "3.1*", "12.25"]]
            .map(|line| line.map(str::to_owned).to_vec());
        assert_eq!(align(&lines), "name  first       b\nfd      3.1*  12.25\n");
    }
}
