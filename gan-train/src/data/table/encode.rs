//! From the cells of a row to its bytes: the inverse of what a blob's reader does.

use super::columns::Head;
use super::fields::every_value;
use super::fixed::{number, scaled};
use super::read::Cells;
use crate::config::TableConfig;
use crate::config::table::Kind;
use anyhow::{Context, Result};

/// The byte of a word that a row has; the other words have 0.
const IS: u8 = 255;

/// Writes rows as bytes.
pub(super) struct Encoder<'a> {
    head: &'a Head,
    table: &'a TableConfig,
    /// The value of each byte, of each column of numbers; nothing for the others.
    scales: Vec<Vec<i32>>,
}

impl<'a> Encoder<'a> {
    /// For a file with this header, whose columns `table` has.
    pub fn new(head: &'a Head, table: &'a TableConfig) -> Result<Self> {
        Ok(Self { head, table, scales: every_value(table)? })
    }

    /// Adds a row's bytes. A number beyond the scale's ends has the byte of the end.
    ///
    /// # Errors
    ///
    /// Names the line and the column.
    pub fn extend(&self, bytes: &mut Vec<u8>, cells: &Cells, row: usize) -> Result<()> {
        for ((&at, column), scale) in
            self.head.columns.iter().zip(&self.table.columns).zip(&self.scales)
        {
            let cell = cells.get(row, at);
            match &column.kind {
                Kind::Number { decimals, .. } => {
                    let number = number(cell).with_context(|| {
                        format!("{}: {cell:?} is no number", cells.place(row, at))
                    })?;
                    bytes.push(nearest(scale, scaled(number, *decimals)));
                }
                Kind::Category { values } => {
                    let word = find(values, cells, row, at)?;
                    bytes.extend((0..values.len()).map(|other| if other == word { IS } else { 0 }));
                }
            }
        }
        Ok(())
    }

    /// The label of a row.
    ///
    /// # Errors
    ///
    /// Names the line and the column.
    pub fn label(&self, cells: &Cells, row: usize) -> Result<u8> {
        let values = self.table.label_column.as_ref().map_or(&[][..], |label| &label.values);
        Ok(find(values, cells, row, self.head.label.context("there is no label")?)? as u8)
    }
}

/// Which of the words is in a cell.
fn find(words: &[String], cells: &Cells, row: usize, at: usize) -> Result<usize> {
    let cell = cells.get(row, at);
    words.iter().position(|word| word == cell).with_context(|| {
        format!("{}: {cell:?} (expected one of {})", cells.place(row, at), words.join(", "))
    })
}

/// The byte whose value is nearest to `number`; of several with that value the middle one, as it
/// stands for all of them.
fn nearest(scale: &[i32], number: f64) -> u8 {
    let above = scale.partition_point(|&value| f64::from(value) < number).min(scale.len() - 1);
    let below = above.saturating_sub(1);
    let distance = |at: usize| (f64::from(scale[at]) - number).abs();
    let value = scale[if distance(below) < distance(above) { below } else { above }];
    let first = scale.partition_point(|&other| other < value);
    let end = scale.partition_point(|&other| other <= value);
    ((first + end - 1) / 2) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_value_has_the_middle_one_of_its_bytes() {
        let scale = [-5, 0, 0, 0, 10, 10, 20];
        for (number, expected) in
            [(-100.0, 0), (-2.6, 0), (-2.4, 2), (0.0, 2), (4.9, 2), (5.1, 4), (15.1, 6), (1e9, 6)]
        {
            assert_eq!(nearest(&scale, number), expected, "{number}");
        }
        assert_eq!(nearest(&[7; 256], 7.0), 127);
    }
}
