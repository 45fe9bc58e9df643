//! What the runs of a sweep came to: a row for each setting, with the mean and the spread of its
//! seeds, and the best setting by the metric that chooses checkpoints.

use super::{Overrides, SEED, described};
use crate::config::Better;
use crate::report::history::History;
use crate::report::measures::{self, Measure};
use anyhow::Result;
use gan_tools::numbers::value;
use serde::Serialize;
use std::collections::BTreeMap;

/// A run that is done.
#[derive(Debug, Clone)]
pub struct Done {
    /// Its index in the sweep.
    pub index: usize,
    /// What it changes.
    pub overrides: Overrides,
    /// What is in its folder.
    pub history: History,
}

/// A setting: runs that differ in nothing but their seeds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What these runs change, without the seed.
    pub setting: Overrides,
    /// Indices of the runs.
    pub runs: Vec<usize>,
    /// Mean and spread of each metric over the runs, by the metric's name. The spread is the
    /// standard deviation of a sample, and 0 of a single run.
    pub measures: BTreeMap<&'static str, Spread>,
}

/// A mean and a standard deviation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// Mean over the runs.
    pub mean: f64,
    /// Standard deviation of a sample, which divides by the number of runs less one.
    pub deviation: f64,
}

/// Rows, and what they are compared by.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// The metric that decides, by its name in `evaluations.jsonl`.
    pub by: &'static str,
    /// Index of the best row; none if no run was evaluated.
    pub best: Option<usize>,
    /// The settings, in the order of their first runs.
    pub rows: Vec<Row>,
    /// The metrics that the runs have, in the order of the table.
    #[serde(skip)]
    measures: Vec<Measure>,
}

impl Summary {
    /// Of these runs. A run counts as what it has chosen by its held-out images, or by its last
    /// evaluation.
    ///
    /// # Errors
    ///
    /// The first run has a metric that does not exist.
    pub fn new(runs: &[Done]) -> Result<Self> {
        let histories: Vec<History> = runs.iter().map(|run| run.history.clone()).collect();
        let measures = measures::present(&histories);
        let mut groups: Vec<(Overrides, Vec<&Done>)> = Vec::new();
        for run in runs {
            let mut setting = run.overrides.clone();
            setting.remove(SEED);
            match groups.iter_mut().find(|(other, _)| *other == setting) {
                Some((_, members)) => members.push(run),
                None => groups.push((setting, vec![run])),
            }
        }
        let rows: Vec<Row> = groups
            .into_iter()
            .map(|(setting, members)| {
                let spread = |measure: &Measure| {
                    let values: Vec<f64> = members
                        .iter()
                        .filter_map(|run| measure.of(run.history.judged()?))
                        .filter(|value| value.is_finite())
                        .collect();
                    Some((measure.metric.name, Spread::of(&values)?))
                };
                let measures = measures.iter().filter_map(spread).collect();
                Row { setting, runs: members.iter().map(|run| run.index).collect(), measures }
            })
            .collect();
        let metric = histories.first().map(|history| history.run.config.metric()).transpose()?;
        let by = metric.map_or("", |metric| metric.name);
        let mean = |row: &Row| row.measures.get(by).map(|spread| spread.mean);
        let values = rows.iter().enumerate().filter_map(|(at, row)| Some((at, mean(row)?)));
        let best = match metric.map(|metric| metric.better) {
            Some(Better::Lower) => values.min_by(|a, b| a.1.total_cmp(&b.1)),
            _ => values.max_by(|a, b| a.1.total_cmp(&b.1)),
        };
        Ok(Self { by, best: best.map(|(at, _)| at), rows, measures })
    }

    /// The table for a terminal, the best row marked with `*`.
    pub fn text(&self) -> String {
        let heads = self.measures.iter().map(|measure| measure.title.to_owned());
        let mut lines: Vec<Vec<String>> =
            vec![["Setting", "Runs"].map(str::to_owned).into_iter().chain(heads).collect()];
        for (at, row) in self.rows.iter().enumerate() {
            let mark = if self.best == Some(at) { "* " } else { "  " };
            let cell = |measure: &Measure| {
                row.measures
                    .get(measure.metric.name)
                    .map_or("-".into(), |spread| spread.text(row.runs.len()))
            };
            let first = [format!("{mark}{}", described(&row.setting)), row.runs.len().to_string()];
            lines.push(first.into_iter().chain(self.measures.iter().map(cell)).collect());
        }
        let width = |column: usize| {
            lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
        let mut text = String::new();
        for line in &lines {
            let mut shown = format!("{:<1$}", line[0], widths[0]);
            for (cell, width) in line.iter().zip(&widths).skip(1) {
                shown.push_str(&format!("  {cell:>width$}"));
            }
            text.push_str(shown.trim_end());
            text.push('\n');
        }
        match self.best {
            Some(_) => text.push_str(&format!(
                "\n* best by {}; means of runs that differ in their seeds only, ± their standard \
                 deviation\n",
                self.by
            )),
            None => text.push_str(
                "\nNo run was evaluated: set training.eval_every and training.validation.\n",
            ),
        }
        text
    }
}

impl Spread {
    /// Of these values; none of none.
    fn of(values: &[f64]) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let free = (values.len() - 1).max(1) as f64;
        Some(Self { mean, deviation: (squares / free).sqrt() })
    }

    fn text(self, runs: usize) -> String {
        if runs == 1 {
            value(self.mean)
        } else {
            format!("{} ± {}", value(self.mean), value(self.deviation))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_that_of_a_sample() {
        // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, squares 32, over 7.
        let spread = Spread::of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]).unwrap();
        assert_eq!(spread.mean, 5.0);
        assert!((spread.deviation - (32.0f64 / 7.0).sqrt()).abs() < 1e-12);
        assert_eq!(Spread::of(&[3.0]), Some(Spread { mean: 3.0, deviation: 0.0 }));
        assert_eq!(Spread::of(&[]), None);
    }
}
