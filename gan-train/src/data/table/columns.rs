//! What the columns of a table are: numbers or words, and the scales of the numbers.
//!
//! A column is of numbers if every cell is one, and `--categories` does not name it. It is of words
//! if at most half of its cells are numbers. In between nobody can tell, and it is refused.

use super::fixed::{decimals, number, scaled, that_fit};
use super::labels;
use super::read::Cells;
use crate::config::TableConfig;
use crate::config::table::{Column, Kind, LabelColumn, Scale};
use anyhow::{Context, Result, bail, ensure};
use gan_core::table::{MAX_DECIMALS, MAX_VALUES};
use std::collections::BTreeSet;

/// Values of a label, at most: a class is kept in a byte.
const MAX_LABELS: usize = 256;
/// The option that names the label's column.
const LABEL: &str = "--label";
/// Steps that a column's values span, at least, where not all of its decimals are kept.
const LEAST_STEPS: f64 = 1000.0;

/// The header: which column is the label, and which are the others.
#[derive(Debug)]
pub(super) struct Head {
    /// The label's column in the file.
    pub label: Option<usize>,
    /// The others.
    pub columns: Vec<usize>,
    names: Vec<String>,
}

impl Head {
    /// Of a file, as `table` says.
    ///
    /// # Errors
    ///
    /// A column that is named and is not there, or a label alone.
    pub fn new(cells: &Cells, table: &TableConfig) -> Result<Self> {
        let names = cells.header.clone();
        let find = |option: &str, name: &str| {
            let found = names.iter().position(|found| found == name);
            // A unit may be left out, unless the name goes into the blob.
            let found = found.or_else(|| {
                names.iter().position(|found| option != LABEL && split(found).0 == name)
            });
            found.with_context(|| {
                format!("{option} {name}: no such column (there are: {})", names.join(", "))
            })
        };
        let label = table.label.as_deref().map(|name| find(LABEL, name)).transpose()?;
        for name in &table.categories {
            find("--categories", name)?;
        }
        let columns: Vec<usize> = (0..names.len()).filter(|&at| Some(at) != label).collect();
        ensure!(!columns.is_empty(), "there is no column beside the label");
        Ok(Self { label, columns, names })
    }

    /// The table with its columns, whose scales are of the rows to train on.
    ///
    /// # Errors
    ///
    /// Names the column, and the line where there is one.
    pub fn fill(&self, cells: &Cells, train: &[usize], table: &TableConfig) -> Result<TableConfig> {
        let mut filled = table.clone();
        for &at in &self.columns {
            let (name, unit) = split(&self.names[at]);
            let is_forced =
                table.categories.iter().any(|found| found == name || *found == self.names[at]);
            let kind = if is_forced || !is_number(cells, at, table.window)? {
                let values = words(cells, at, MAX_VALUES)?;
                ensure!(
                    values.len() > 1,
                    "column {:?}: {:?} in all rows: leave the column out",
                    self.names[at],
                    values[0]
                );
                Kind::Category { values }
            } else {
                scale(cells, at, train, table)
                    .with_context(|| format!("column {:?}", self.names[at]))?
            };
            filled.columns.push(Column { name: name.into(), unit: unit.into(), kind });
        }
        if let Some(at) = self.label {
            let values = words(cells, at, MAX_LABELS)?;
            filled.label_column = Some(LabelColumn { position: at as u16, values });
        }
        filled.metadata()?;
        Ok(filled)
    }

    /// Refuses a file whose columns are not those of `table`.
    ///
    /// # Errors
    ///
    /// Names the first column that differs.
    pub fn check(&self, table: &TableConfig) -> Result<()> {
        let position = table.label_column.as_ref().map(|label| usize::from(label.position));
        ensure!(
            self.label == position,
            "the label's column is not where it was: found it {}, expected it {}",
            place(self.label),
            place(position)
        );
        let found = self.columns.iter().map(|&at| self.names[at].clone());
        let expected = table.columns.iter().map(Column::title);
        ensure!(
            self.columns.len() == table.columns.len(),
            "{} columns, expected {}: {}",
            self.names.len(),
            table.columns.len() + usize::from(position.is_some()),
            expected.collect::<Vec<_>>().join(", ")
        );
        for (found, expected) in found.zip(expected) {
            ensure!(found == expected, "column {found:?}: expected {expected:?} there");
        }
        Ok(())
    }
}

fn place(column: Option<usize>) -> String {
    column.map_or("nowhere".into(), |at| format!("in column {}", at + 1))
}

/// Name and unit of a column that is called `name [unit]`; the unit may be missing.
pub(super) fn split(title: &str) -> (&str, &str) {
    let parts = title.strip_suffix(']').and_then(|title| title.split_once(" ["));
    parts.filter(|(name, unit)| !name.is_empty() && !unit.is_empty()).unwrap_or((title, ""))
}

/// Whether a column is of numbers.
fn is_number(cells: &Cells, at: usize, window: u16) -> Result<bool> {
    let numbers = cells.column(at).filter(|cell| number(cell).is_some()).count();
    if numbers == cells.count() && !cells.says_words(at) {
        return Ok(true);
    }
    let row = (0..cells.count()).find(|&row| number(cells.get(row, at)).is_none());
    let row = row.unwrap_or_default();
    let (place, cell) = (cells.place(row, at), cells.get(row, at));
    let is_text = cells.says_words(at);
    ensure!(
        is_text || 2 * numbers <= cells.count(),
        "{place}: {cell:?} is no number, and most of the column's cells are (expected a number: \
         correct it, or leave the row out; --categories {} if all of them are words)",
        cells.header[at]
    );
    ensure!(
        window == 1,
        "{place}: {cell:?} is {} (expected columns of numbers, and of words the label's alone, \
         for --window)",
        if is_text { "text" } else { "no number" }
    );
    Ok(false)
}

/// The different cells of a column, sorted.
fn words(cells: &Cells, at: usize, most: usize) -> Result<Vec<String>> {
    let words: BTreeSet<&str> = cells.column(at).collect();
    ensure!(
        words.len() <= most,
        "column {:?}: {} different words (expected at most {most})",
        cells.header[at],
        words.len()
    );
    let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    labels::sort(&mut words);
    Ok(words)
}

/// The scale of a column of numbers.
fn scale(cells: &Cells, at: usize, train: &[usize], table: &TableConfig) -> Result<Kind> {
    let value = |cell: &str| number(cell).unwrap_or_default();
    let (mut least, mut most, mut places) = (f64::INFINITY, f64::NEG_INFINITY, 0);
    for cell in cells.column(at) {
        (least, most) = (least.min(value(cell)), most.max(value(cell)));
        places = places.max(decimals(cell));
    }
    let largest = least.abs().max(most.abs());
    let Some(kept) = that_fit(largest, places) else {
        bail!("{largest} is over {}: give the column in a larger unit", i32::MAX);
    };
    let steps = scaled(most, kept) - scaled(least, kept);
    ensure!(
        kept >= places || steps >= LEAST_STEPS || least == most,
        "its values have {places} decimals, and {kept} of them can be kept (at most \
         {MAX_DECIMALS}, and 32 bits in all), which leaves {steps} different ones: give the column \
         in a smaller unit"
    );
    let of_row = |&row: &usize| scaled(value(cells.get(row, at)), kept) as i32;
    let mut values: Vec<i32> = train.iter().map(of_row).collect();
    values.sort_unstable();
    let points = match table.scale {
        Scale::MinMax => vec![values[0], values[values.len() - 1]],
        Scale::Quantile => quantiles(&values, table.points.into()),
    };
    Ok(Kind::Number { decimals: kept, points })
}

/// The values at `count` even distances of the sorted values, linear between two of them.
fn quantiles(sorted: &[i32], count: usize) -> Vec<i32> {
    let last = sorted.len() as u64 - 1;
    let parts = count as u64 - 1;
    let point = |index: u64| {
        let (at, rest) = (index * last / parts, index * last % parts);
        let (low, next) = (sorted[at as usize], sorted[(at + u64::from(rest > 0)) as usize]);
        let between = (i128::from(next) - i128::from(low)) * i128::from(rest);
        // Rounded to the nearest; neither factor is negative.
        (i128::from(low) + (2 * between + i128::from(parts)) / i128::from(2 * parts)) as i32
    };
    (0..=parts).map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str, table: &TableConfig) -> Result<TableConfig> {
        let cells = Cells::parse(text.as_bytes()).unwrap();
        let train: Vec<usize> = (0..cells.count()).collect();
        Head::new(&cells, table)?.fill(&cells, &train, table)
    }

    /// By hand: of 1, 2, 4, 8 the thirds are the values themselves; the fifths are at places 0.6,
    /// 1.2, 1.8 and 2.4: 1.6, 2.4, 3.6, 5.6.
    #[test]
    fn quantiles_are_linear_between_values() {
        assert_eq!(quantiles(&[1, 2, 4, 8], 4), [1, 2, 4, 8]);
        assert_eq!(quantiles(&[10, 20, 40, 80], 6), [10, 16, 24, 36, 56, 80]);
        assert_eq!(quantiles(&[i32::MIN, i32::MAX], 3), [i32::MIN, 0, i32::MAX]);
        assert_eq!(quantiles(&[7], 3), [7, 7, 7]);
    }

    #[test]
    fn columns_are_numbers_or_words() {
        let text = "height [m],sex,grade,class\n1.5,f,1,x\n1.75,m,2,10\n2,f,1,y\n";
        let table = TableConfig {
            label: Some("class".into()),
            categories: vec!["grade".into()],
            points: 3,
            ..TableConfig::default()
        };
        let table = filled(text, &table).unwrap();
        let column =
            |name: &str, unit: &str, kind| Column { name: name.into(), unit: unit.into(), kind };
        let words = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect();
        let expected = [
            column("height", "m", Kind::Number { decimals: 2, points: vec![150, 175, 200] }),
            column("sex", "", Kind::Category { values: words(&["f", "m"]) }),
            column("grade", "", Kind::Category { values: words(&["1", "2"]) }),
        ];
        assert_eq!(table.columns, expected);
        let values = words(&["10", "x", "y"]);
        assert_eq!(table.label_column, Some(LabelColumn { position: 3, values }));
        let scale = Scale::MinMax;
        let table = filled(text, &TableConfig { scale, ..TableConfig::default() }).unwrap();
        assert_eq!(table.columns[2].kind, Kind::Number { decimals: 0, points: vec![1, 2] });
        assert_eq!(table.columns.len(), 4);
    }

    #[test]
    fn what_is_no_column_is_refused() {
        let label =
            |label: &str| TableConfig { label: Some(label.into()), ..TableConfig::default() };
        let window = TableConfig { window: 2, ..TableConfig::default() };
        let plain = TableConfig::default();
        for (text, table, expected) in [
            ("a,b\n1,2\n", &label("c"), "--label c: no such column (there are: a, b)"),
            ("a\n1\n", &label("a"), "there is no column beside the label"),
            ("a\n1\n2\nNA\n", &plain, "line 4, column \"a\": \"NA\" is no number, and most"),
            ("a\nx\nx\n", &plain, "column \"a\": \"x\" in all rows: leave the column out"),
            ("a,b\n1,x\n2,y\n", &window, "line 2, column \"b\": \"x\" is no number (expected"),
            ("a\n3e9\n", &plain, "column \"a\": 3000000000 is over 2147483647"),
            ("a\n1e-9\n2e-9\n", &plain, "column \"a\": its values have 9 decimals, and 6 of"),
            (
                "a b c d e f g h i j k l m n o p q r s t u v w x y z 1 2 3 4 5 6 7\n1\n",
                &plain,
                "table.columns: metadata: column 0: name: expected 1 to 64 bytes",
            ),
        ] {
            let error = format!("{:#}", filled(text, table).unwrap_err());
            assert!(error.starts_with(expected), "{text:?}: {error}");
        }
        let many: String = (0..300).map(|word| format!("w{word}\n")).collect();
        let error = filled(&format!("a\n{many}"), &plain).unwrap_err().to_string();
        assert_eq!(error, "column \"a\": 300 different words (expected at most 255)");
    }

    #[test]
    fn titles_are_names_and_units() {
        assert_eq!(split("ax [g]"), ("ax", "g"));
        for title in ["ax", "[g]", "ax[g]", "ax []", " [g]"] {
            assert_eq!(split(title), (title, ""));
        }
    }
}
