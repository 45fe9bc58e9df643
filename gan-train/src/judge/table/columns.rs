//! The columns of a real and of a synthetic table beside each other: how their values are
//! distributed, and how they go together.

use crate::config::TableConfig;
use crate::config::table::{Column, Kind};
use crate::data::{Split, table};
use anyhow::Result;
use serde::Serialize;

/// Ranges of a column of numbers.
const RANGES: usize = 16;

/// A column of both sets.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnSheet {
    /// Its name, and its unit in brackets.
    pub name: String,
    /// Mean and standard deviation of the real and of the synthetic numbers; none of words.
    pub numbers: Option<[Summary; 2]>,
    /// The largest difference of the two distribution functions (Kolmogorov and Smirnov); of words,
    /// half the sum of the differences of their parts.
    pub distance: f64,
    /// Ranges of the numbers, or the words.
    pub bins: Vec<Bin>,
}

/// Numbers summed up.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// The mean.
    pub mean: f64,
    /// The standard deviation.
    pub deviation: f64,
}

/// A range of a column's numbers, or one of its words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bin {
    /// Where the range begins, or the word.
    pub name: String,
    /// The part of the real rows.
    pub real: f64,
    /// The part of the synthetic rows.
    pub synthetic: f64,
}

/// Pearson's correlations of the columns, a category's words as numbers 0 and 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Correlations {
    /// What the rows and columns are.
    pub names: Vec<String>,
    /// Of the real rows, row after row; 0 where a column never varies.
    pub real: Vec<f64>,
    /// Of the synthetic rows.
    pub synthetic: Vec<f64>,
    /// The mean magnitude of their difference, of different columns.
    pub difference: f64,
}

/// Correlations of a column with itself some steps later, within windows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lags {
    /// The column.
    pub name: String,
    /// In the real windows; the first one is one step later.
    pub real: Vec<f64>,
    /// In the synthetic windows.
    pub synthetic: Vec<f64>,
}

/// The values of all rows of both sets.
pub(super) struct Values<'a> {
    table: &'a TableConfig,
    /// `[row][number]`: real, then synthetic.
    of: [Vec<f64>; 2],
    width: usize,
}

impl<'a> Values<'a> {
    /// Of `[real, synthetic]`.
    pub fn of(table: &'a TableConfig, splits: [&Split; 2]) -> Result<Self> {
        let [real, made] = splits.map(|split| table::values(table, &split.images.pixels));
        Ok(Self { table, of: [real?, made?], width: table.width() })
    }

    /// A number of all rows of one set.
    fn column(&self, set: usize, at: usize) -> Vec<f64> {
        self.of[set].iter().skip(at).step_by(self.width).copied().collect()
    }

    /// Each column.
    pub fn sheets(&self) -> Vec<ColumnSheet> {
        let mut first = 0;
        let sheet = |column: &Column| {
            let at = first;
            first += column.width();
            match &column.kind {
                Kind::Number { decimals, .. } => self.numbers(column, at, (*decimals).into()),
                Kind::Category { values } => self.words(column, at, values),
            }
        };
        self.table.columns.iter().map(sheet).collect()
    }

    fn numbers(&self, column: &Column, at: usize, decimals: usize) -> ColumnSheet {
        let [mut real, mut made] = [0, 1].map(|set| self.column(set, at));
        let numbers = Some([summary(&real), summary(&made)]);
        real.sort_unstable_by(f64::total_cmp);
        made.sort_unstable_by(f64::total_cmp);
        let ends = [&real, &made].map(|values| (values[0], values[values.len() - 1]));
        let (low, high) = (ends[0].0.min(ends[1].0), ends[0].1.max(ends[1].1));
        let width = (high - low) / RANGES as f64;
        let part = |values: &[f64], range: usize| {
            let below = |end: usize| match end {
                RANGES => values.len(),
                _ => values.partition_point(|&value| value < low + width * end as f64),
            };
            (below(range + 1) - below(range)) as f64 / values.len() as f64
        };
        let ranges = if width > 0.0 { RANGES } else { 1 };
        let bin = |range: usize| Bin {
            name: format!("{:.decimals$}", low + width * range as f64),
            real: if ranges == 1 { 1.0 } else { part(&real, range) },
            synthetic: if ranges == 1 { 1.0 } else { part(&made, range) },
        };
        let bins = (0..ranges).map(bin).collect();
        ColumnSheet { name: column.title(), numbers, distance: distance(&real, &made), bins }
    }

    fn words(&self, column: &Column, first: usize, words: &[String]) -> ColumnSheet {
        let part = |set: usize, word: usize| summary(&self.column(set, first + word)).mean;
        let bin = |(word, name): (usize, &String)| Bin {
            name: name.clone(),
            real: part(0, word),
            synthetic: part(1, word),
        };
        let bins: Vec<Bin> = words.iter().enumerate().map(bin).collect();
        let distance = bins.iter().map(|bin| (bin.real - bin.synthetic).abs()).sum::<f64>() / 2.0;
        ColumnSheet { name: column.title(), numbers: None, distance, bins }
    }

    /// What each number of a row is.
    fn names(&self) -> Vec<String> {
        let of = |column: &Column| match &column.kind {
            Kind::Number { .. } => vec![column.name.clone()],
            Kind::Category { values } => {
                values.iter().map(|value| format!("{} {value}", column.name)).collect()
            }
        };
        self.table.columns.iter().flat_map(of).collect()
    }

    /// How the columns go together.
    pub fn correlations(&self) -> Correlations {
        let [real, synthetic] = [0, 1].map(|set| {
            let columns: Vec<Vec<f64>> =
                (0..self.width).map(|at| standardized(&self.column(set, at))).collect();
            let product = |a: &[f64], b: &[f64]| {
                a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / a.len() as f64
            };
            let of = |a: &Vec<f64>| columns.iter().map(|b| product(a, b)).collect::<Vec<f64>>();
            columns.iter().flat_map(of).collect::<Vec<f64>>()
        });
        let different = |(at, _): &(usize, f64)| at / self.width != at % self.width;
        let gaps = real.iter().zip(&synthetic).map(|(a, b)| (a - b).abs());
        let gaps: Vec<f64> = gaps.enumerate().filter(different).map(|(_, gap)| gap).collect();
        let difference = gaps.iter().sum::<f64>() / gaps.len().max(1) as f64;
        Correlations { names: self.names(), real, synthetic, difference }
    }

    /// How each column goes together with its own past; nothing for a table.
    pub fn lags(&self) -> Vec<Lags> {
        let window = usize::from(self.table.window);
        if window < 2 {
            return Vec::new();
        }
        let of = |set: usize, at: usize| -> Vec<f64> {
            let column = standardized(&self.column(set, at));
            let lag = |lag: usize| {
                let pairs = column
                    .chunks_exact(window)
                    .flat_map(|window| window.iter().zip(&window[lag..]).map(|(a, b)| a * b));
                let count = (column.len() / window * (window - lag)) as f64;
                pairs.sum::<f64>() / count
            };
            (1..=window / 2).map(lag).collect()
        };
        let names = self.names().into_iter().enumerate();
        names.map(|(at, name)| Lags { name, real: of(0, at), synthetic: of(1, at) }).collect()
    }
}

fn summary(values: &[f64]) -> Summary {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    Summary { mean, deviation: variance.sqrt() }
}

/// The values with a mean of 0 and a deviation of 1; zeros, if they never vary.
fn standardized(values: &[f64]) -> Vec<f64> {
    let Summary { mean, deviation } = summary(values);
    if deviation <= 1e-9 * mean.abs().max(1e-9) {
        return vec![0.0; values.len()];
    }
    values.iter().map(|value| (value - mean) / deviation).collect()
}

/// The largest difference of the distribution functions of sorted values.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    let part = |values: &[f64], end: f64| {
        values.partition_point(|&value| value <= end) as f64 / values.len() as f64
    };
    a.iter().chain(b).map(|&end| (part(a, end) - part(b, end)).abs()).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests;
