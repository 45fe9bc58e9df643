//! The table's part of a configuration: how the rows of a table, or windows of a series, become
//! bytes, and what their columns are.
//!
//! The columns are taken from the data when a run begins. From then on they are the run's: the
//! checkpoint belongs to them, and the blob carries them.

use super::{Alternate, Config, OutputActivation};
use anyhow::{Context, Result, ensure};
use gan_core::table::{ColumnOwned, KindOwned, LabelOwned, TableOwned};
use serde::{Deserialize, Serialize};

/// The largest number of points of a scale: one for each value of a byte.
pub const MAX_POINTS: u16 = 256;

/// How a column of numbers is scaled to the values of a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// By quantiles of the training rows, so that each part of the range of a byte has equally many
    /// of them; between two quantiles it is linear.
    #[default]
    Quantile,
    /// Linear from the least value to the largest.
    MinMax,
}

impl Scale {
    /// All of them by name.
    pub const NAMES: [&str; 2] = ["quantile", "min-max"];
}

/// What is in a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Kind {
    /// Numbers, of which one takes a byte.
    Number {
        /// Digits after the decimal point.
        decimals: u8,
        /// The values at evenly spaced bytes from 0 to 255, in units of `10^-decimals`; they do not
        /// fall.
        points: Vec<i32>,
    },
    /// One of some words. Each word takes a byte, and the largest byte says which word it is.
    Category {
        /// The words.
        values: Vec<String>,
    },
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// What it is called.
    pub name: String,
    /// What its numbers are counted in; empty if the table does not say it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// What is in it.
    pub kind: Kind,
}

impl Column {
    /// What a file's header calls it: its name, and in brackets its unit.
    pub fn title(&self) -> String {
        let Self { name, unit, .. } = self;
        if unit.is_empty() { name.clone() } else { format!("{name} [{unit}]") }
    }

    /// Bytes that a value takes.
    pub fn width(&self) -> usize {
        match &self.kind {
            Kind::Number { .. } => 1,
            Kind::Category { values } => values.len(),
        }
    }
}

/// The column by which the generator is conditioned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelColumn {
    /// Where it stands in the table, from 0.
    pub position: u16,
    /// What the labels 0, 1, 2 … are called.
    pub values: Vec<String>,
}

/// The table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TableConfig {
    /// The column that conditions the generator; none for a generator of whole rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// How numbers become bytes.
    pub scale: Scale,
    /// Points of a column's scale, if it is by quantiles.
    pub points: u16,
    /// Columns that are categories though all their cells are numbers.
    pub categories: Vec<String>,
    /// Rows that one window has: 1 for a table, whose rows have nothing to do with each other.
    pub window: u16,
    /// Rows from the start of a window to that of the next one; 0 for as many as a window has.
    pub stride: u16,
    /// Part of the rows, or of the windows, that is kept for judging.
    pub test: f64,
    /// The columns without the label's, in their order; none until they are taken from the data.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
    /// The label's column; none until it is taken from the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_column: Option<LabelColumn>,
}

impl Default for TableConfig {
    fn default() -> Self {
        Self {
            label: None,
            scale: Scale::Quantile,
            points: 16,
            categories: Vec::new(),
            window: 1,
            stride: 0,
            test: 0.3,
            columns: Vec::new(),
            label_column: None,
        }
    }
}

impl TableConfig {
    /// Rows from the start of a window to that of the next one.
    pub fn stride(&self) -> usize {
        if self.stride == 0 { self.window.into() } else { self.stride.into() }
    }

    /// Bytes that a row takes.
    pub fn width(&self) -> usize {
        self.columns.iter().map(Column::width).sum()
    }

    /// The bytes of a row that belong to a category, as first byte and number of bytes.
    pub fn groups(&self) -> Vec<(usize, usize)> {
        let mut at = 0;
        let places = self.columns.iter().map(|column| {
            at += column.width();
            (column, at - column.width())
        });
        let groups = places.filter(|(column, _)| matches!(column.kind, Kind::Category { .. }));
        groups.map(|(column, first)| (first, column.width())).collect()
    }

    /// The table as a blob's metadata has it.
    ///
    /// # Errors
    ///
    /// What a blob cannot hold; names the column.
    pub fn metadata(&self) -> Result<Vec<u8>> {
        let column = |column: &Column| ColumnOwned {
            name: column.name.clone(),
            unit: column.unit.clone(),
            kind: match column.kind.clone() {
                Kind::Number { decimals, points } => KindOwned::Number { decimals, points },
                Kind::Category { values } => KindOwned::Category { values },
            },
        };
        let label = self.label.as_ref().zip(self.label_column.as_ref());
        let owned = TableOwned {
            columns: self.columns.iter().map(column).collect(),
            label: label.map(|(name, column)| LabelOwned {
                name: name.clone(),
                position: column.position,
                values: column.values.clone(),
            }),
        };
        owned.encode().context("table.columns")
    }

    /// Checks the ranges, and what does not go together with the rest of `config`.
    pub(super) fn check(&self, config: &Config) -> Result<()> {
        ensure!(
            (2..=MAX_POINTS).contains(&self.points),
            "table.points: expected 2 to {MAX_POINTS}, found {}",
            self.points
        );
        ensure!(self.window > 0, "table.window: expected at least 1");
        ensure!(
            (0.0..1.0).contains(&self.test),
            "table.test: expected 0 up to (not including) 1, found {}",
            self.test
        );
        if !self.columns.is_empty() {
            self.metadata()?;
        }
        let training = &config.training;
        ensure!(
            training.validation == 0.0 || self.stride() >= self.window.into(),
            "training.validation: not together with windows that overlap (table.stride {} below \
             table.window {}), as the validation's rows would be trained on",
            self.stride(),
            self.window
        );
        ensure!(
            config.conditional == self.label.is_some(),
            "conditional: is {}, and {} (expected both or neither)",
            config.conditional,
            self.label.as_ref().map_or("table.label names no column".into(), |label| format!(
                "table.label names the column {label}"
            ))
        );
        for (field, wrong) in [
            ("task", config.task.is_some()),
            ("padding", config.padding > 0),
            ("generator.output", config.generator.output != OutputActivation::Sigmoid),
            ("training.alternate", training.alternate != Alternate::Steps),
            // What judges it in training is a classifier of images.
            ("training.eval_every", training.eval_every > 0),
        ] {
            ensure!(!wrong, "{field}: not together with a [table]; leave it out");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Recipe, value};

    #[test]
    fn scales_are_called_as_configurations_call_them() {
        for (name, scale) in Scale::NAMES.into_iter().zip([Scale::Quantile, Scale::MinMax]) {
            assert_eq!(serde_json::to_value(scale).unwrap(), name);
        }
    }

    #[test]
    fn groups_are_the_bytes_of_categories() {
        let number = Kind::Number { decimals: 0, points: vec![0, 1] };
        let words = |count: usize| Kind::Category {
            values: (0..count).map(|word| word.to_string()).collect(),
        };
        let column = |kind| Column { name: "c".into(), unit: String::new(), kind };
        let columns = [words(3), number.clone(), words(2), number].map(column).into();
        let table = TableConfig { columns, ..TableConfig::default() };
        assert_eq!((table.width(), table.groups()), (7, vec![(0, 3), (4, 2)]));
    }

    #[test]
    fn what_does_not_go_with_a_table_is_named() {
        for (key, text, expected) in [
            ("table.points", "1", "table.points: expected 2 to 256, found 1"),
            ("table.points", "257", "table.points: expected 2 to 256, found 257"),
            ("table.window", "0", "table.window: expected at least 1"),
            ("table.test", "1", "table.test: expected 0 up to (not including) 1, found 1"),
            ("table.label", "class", "conditional: is false, and table.label names the column"),
            ("conditional", "true", "conditional: is true, and table.label names no column"),
            ("padding", "1", "padding: not together with a [table]"),
            ("generator.output", "tanh", "generator.output: not together with a [table]"),
            ("training.eval_every", "5", "training.eval_every: not together with a [table]"),
        ] {
            let mut config = Config::preset("table", Recipe::Default).unwrap();
            config.set(key, value(text)).unwrap();
            let error = config.check().unwrap_err().to_string();
            assert!(error.starts_with(expected), "{key}={text}: {error}");
        }
        let mut config = Config::preset("series", Recipe::Default).unwrap();
        config.training.validation = 0.1;
        config.set("table.stride", value("8")).unwrap();
        let error = config.check().unwrap_err().to_string();
        assert!(error.starts_with("training.validation: not together with windows"), "{error}");
    }
}
