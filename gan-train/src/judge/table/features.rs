//! The numbers that models of rows learn from: the values of a row or a window, standardized.

use crate::config::TableConfig;
use crate::data::{Split, table};
use anyhow::{Context, Result};

/// Rows of numbers with their labels.
#[derive(Debug, Clone)]
pub(super) struct Features {
    /// `[row][number]`.
    pub values: Vec<f64>,
    /// Numbers of a row.
    pub dimension: usize,
    /// One a row.
    pub labels: Vec<u8>,
    /// How many labels there are.
    pub classes: usize,
}

/// Mean and standard deviation of each number.
#[derive(Debug, Clone)]
pub(super) struct Scaling(Vec<(f64, f64)>);

impl Features {
    /// The values of a split's rows.
    pub fn of(table: &TableConfig, split: &Split) -> Result<Self> {
        let labels = split.labels.clone().context("the rows have no labels")?;
        let values = table::values(table, &split.images.pixels)?;
        let classes = table.label_column.as_ref().map_or(0, |label| label.values.len());
        Ok(Self { values, dimension: split.images.image_len(), labels, classes })
    }

    /// What sums windows of a series up, of each column: the mean, the standard deviation, and the
    /// mean magnitude of the difference of two steps. A table's rows are as they are.
    pub fn summarized(self, table: &TableConfig) -> Self {
        let (width, steps) = (table.width(), usize::from(table.window));
        if steps < 2 {
            return self;
        }
        let mut values = Vec::with_capacity(self.count() * 3 * width);
        for window in self.values.chunks_exact(self.dimension) {
            for at in 0..width {
                let column = window.iter().skip(at).step_by(width);
                let mean = column.clone().sum::<f64>() / steps as f64;
                let variance = column.clone().map(|value| (value - mean).powi(2)).sum::<f64>();
                let moves = column.clone().zip(column.skip(1)).map(|(a, b)| (b - a).abs());
                let moved = moves.sum::<f64>() / (steps - 1) as f64;
                values.extend([mean, (variance / steps as f64).sqrt(), moved]);
            }
        }
        Self { values, dimension: 3 * width, ..self }
    }

    /// How many rows.
    pub fn count(&self) -> usize {
        self.labels.len()
    }

    /// A row.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.dimension..][..self.dimension]
    }

    /// The scaling that gives each of these numbers a mean of 0 and a deviation of 1; numbers that
    /// never vary are only moved.
    pub fn scaling(&self) -> Scaling {
        let count = self.count() as f64;
        let column = |at: usize| (0..self.count()).map(move |row| self.row(row)[at]);
        let of = |at: usize| {
            let mean = column(at).sum::<f64>() / count;
            let variance = column(at).map(|value| (value - mean).powi(2)).sum::<f64>() / count;
            let deviation = variance.sqrt();
            (mean, if deviation > 1e-9 * mean.abs().max(1e-9) { deviation } else { 1.0 })
        };
        Scaling((0..self.dimension).map(of).collect())
    }

    /// The same rows in another scaling.
    pub fn scaled(&self, Scaling(columns): &Scaling) -> Self {
        let mut scaled = self.clone();
        for row in scaled.values.chunks_exact_mut(self.dimension) {
            for (value, (mean, deviation)) in row.iter_mut().zip(columns) {
                *value = (*value - mean) / deviation;
            }
        }
        scaled
    }

    /// The part of the rows whose label is the one that `scores` are largest for, `[row][class]`.
    pub fn accuracy(&self, scores: &[f64]) -> f64 {
        let right = scores.chunks_exact(self.classes).zip(&self.labels).filter(|(row, label)| {
            let best = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            best.map(|(class, _)| class) == Some(usize::from(**label))
        });
        right.count() as f64 / self.count() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 1, 3 and 5, and 2, 2 and 8, of which two steps differ by 0 and 6.
    #[test]
    fn windows_are_summed_up_column_by_column() {
        use crate::config::table::{Column, Kind};
        let kind = Kind::Number { decimals: 0, points: vec![0, 255] };
        let column = Column { name: "c".into(), unit: String::new(), kind };
        let columns = vec![column.clone(), column];
        let table = TableConfig { window: 3, columns, ..TableConfig::default() };
        let values = vec![1.0, 2.0, 3.0, 2.0, 5.0, 8.0];
        let features = Features { values, dimension: 6, labels: vec![0], classes: 1 };
        let summed = features.clone().summarized(&table);
        let expected = [3.0, (8.0f64 / 3.0).sqrt(), 2.0, 4.0, 8.0f64.sqrt(), 3.0];
        assert_eq!((summed.dimension, summed.values.len()), (6, 6));
        assert!(summed.values.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12));
        let rows = TableConfig { window: 1, ..table };
        assert_eq!(features.clone().summarized(&rows).values, features.values);
    }

    /// By hand: 1, 3, 5 have the mean 3 and the variance 8/3; 7, 7, 7 do not vary.
    #[test]
    fn numbers_are_standardized_and_constants_moved() {
        let values = vec![1.0, 7.0, 3.0, 7.0, 5.0, 7.0];
        let features = Features { values, dimension: 2, labels: vec![0, 1, 1], classes: 2 };
        let scaled = features.scaled(&features.scaling());
        let unit = 2.0 / (8.0f64 / 3.0).sqrt();
        let expected = [-unit, 0.0, 0.0, 0.0, unit, 0.0];
        assert!(scaled.values.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12));
        assert_eq!(features.accuracy(&[2.0, 1.0, 0.0, 1.0, 3.0, 1.0]), 2.0 / 3.0);
    }
}
