//! What a run has written down so far: configuration, metrics, evaluations, grids.

use crate::trainer::checkpoint::RunConfig;
use crate::trainer::evaluations;
use crate::trainer::metrics::{self, Record};
use anyhow::{Context, Result};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Name of the folder with the sample grids in a run's folder.
pub const GRIDS: &str = "grids";

/// A run's folder, read.
#[derive(Debug, Clone)]
pub struct History {
    /// The folder's own name.
    pub name: String,
    /// `config.toml`.
    pub run: RunConfig,
    /// `metrics.jsonl`; empty if it is not there yet.
    pub records: Vec<Record>,
    /// `evaluations.jsonl` by step; empty if it is not there.
    pub evaluations: Vec<Evaluation>,
    /// By step.
    pub grids: Vec<Grid>,
}

/// A line of `evaluations.jsonl`.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Steps done.
    pub step: u64,
    /// Whether it was the best so far.
    pub best: bool,
    /// Images of each class, or their parts.
    pub class_histogram: Vec<f64>,
    /// Every other number, by its name.
    pub metrics: BTreeMap<String, f64>,
}

/// A sample grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// Steps done.
    pub step: u64,
    /// A PNG.
    pub path: PathBuf,
}

impl History {
    /// Reads a run's folder. Only `config.toml` has to be there.
    ///
    /// # Errors
    ///
    /// Names the file and what is wrong with it.
    pub fn read(folder: &Path) -> Result<Self> {
        let run = RunConfig::read(folder)?;
        let records = if folder.join(metrics::FILE).exists() { metrics::read(folder)? } else { Vec::new() };
        // The folder may have been given as `.` or `..`.
        let full = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let name = full.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned();
        Ok(Self { name, run, records, evaluations: evaluations(folder)?, grids: grids(folder)? })
    }

    /// The evaluation of what the run would give away: the last one that was the best so far.
    pub fn chosen(&self) -> Option<&Evaluation> {
        self.evaluations.iter().rfind(|evaluation| evaluation.best)
    }

    /// The evaluation that stands for the run: the chosen one, or the last.
    pub fn judged(&self) -> Option<&Evaluation> {
        self.chosen().or(self.evaluations.last())
    }

    /// The last step that anything is known of.
    pub fn last_step(&self) -> u64 {
        let evaluated = self.evaluations.last().map_or(0, |evaluation| evaluation.step);
        self.records.last().map_or(0, |record| record.step).max(evaluated)
    }
}

/// Reads the evaluations of a run, by step; of several of one step the last counts. A last line that was cut off by a kill is
/// left out; without the file there are none.
///
/// # Errors
///
/// Names the file, the line and the field.
pub fn evaluations(folder: &Path) -> Result<Vec<Evaluation>> {
    let path = folder.join(evaluations::FILE);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(&path).with_context(|| format!("{}: cannot be read", path.display()))?;
    let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
    let mut by_step = BTreeMap::new();
    for (index, line) in whole.lines().enumerate() {
        let evaluation = parse(line).with_context(|| format!("{}: line {}", path.display(), index + 1))?;
        by_step.insert(evaluation.step, evaluation);
    }
    Ok(by_step.into_values().collect())
}

/// Numbers under names that are not known today are metrics too; `null` is one that could not be measured.
fn parse(line: &str) -> Result<Evaluation> {
    let fields: Map<String, Value> = serde_json::from_str(line).context("expected a JSON object")?;
    let step = fields.get("step").and_then(Value::as_u64).context("step: expected a whole number")?;
    let best = fields.get("best").and_then(Value::as_bool).unwrap_or(false);
    let class_histogram = match fields.get("class_histogram") {
        None | Some(Value::Null) => Vec::new(),
        Some(value) => serde_json::from_value(value.clone()).context("class_histogram: expected a list of numbers")?,
    };
    let metrics = fields.iter().filter(|(name, _)| !matches!(name.as_str(), "step" | "seconds"));
    let metrics = metrics.filter_map(|(name, value)| Some((name.clone(), value.as_f64()?))).collect();
    Ok(Evaluation { step, best, class_histogram, metrics })
}

/// The sample grids of a run, by step: the files `grids/<step>.png`. Without the folder there are none.
///
/// # Errors
///
/// Names the folder.
pub fn grids(folder: &Path) -> Result<Vec<Grid>> {
    let folder = folder.join(GRIDS);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let cannot = || format!("{}: cannot be read", folder.display());
    let mut grids = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        let step = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
        if let (Some(step), Some("png")) = (step, path.extension().and_then(|extension| extension.to_str())) {
            grids.push(Grid { step, path });
        }
    }
    grids.sort_by_key(|grid| grid.step);
    Ok(grids)
}

/// At most `most` of the indices below `count`, evenly spaced, with the first and the last.
pub fn evenly(count: usize, most: usize) -> Vec<usize> {
    match (count, most) {
        (0, _) | (_, 0) => Vec::new(),
        (_, 1) => vec![count - 1],
        _ if count <= most => (0..count).collect(),
        _ => (0..most).map(|index| (index * (count - 1) + (most - 1) / 2) / (most - 1)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evenly_keeps_both_ends() {
        assert_eq!(evenly(0, 5), Vec::<usize>::new());
        assert_eq!(evenly(3, 5), [0, 1, 2]);
        assert_eq!(evenly(9, 1), [8]);
        assert_eq!(evenly(10, 4), [0, 3, 6, 9]);
        assert_eq!(evenly(1000, 120).len(), 120);
    }

    #[test]
    fn the_last_line_of_a_step_counts_and_a_cut_one_does_not() {
        let folder = std::env::temp_dir().join(format!("gan-train-history-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let lines = "{\"step\":200,\"seconds\":2.0,\"fid\":8.0,\"best\":true,\"class_histogram\":[3,1]}\n\
                     {\"step\":100,\"fid\":9.5,\"best\":true}\n\
                     {\"step\":200,\"fid\":7.0,\"best\":false,\"conditional_accuracy\":null,\"later\":3}\n\
                     {\"step\":300,\"fi";
        std::fs::write(folder.join(evaluations::FILE), lines).unwrap();
        let found = evaluations(&folder).unwrap();
        std::fs::write(folder.join(evaluations::FILE), "{\"step\":1}\n{\"step\":\"two\"}\n").unwrap();
        let error = format!("{:#}", evaluations(&folder).unwrap_err());
        std::fs::remove_dir_all(&folder).unwrap();

        assert_eq!(found.iter().map(|line| (line.step, line.best)).collect::<Vec<_>>(), [(100, true), (200, false)]);
        assert_eq!(found[1].metrics, BTreeMap::from([("fid".to_owned(), 7.0), ("later".to_owned(), 3.0)]));
        assert!(found[1].class_histogram.is_empty());
        assert!(error.contains("evaluations.jsonl: line 2: step: expected"), "{error}");
    }
}
