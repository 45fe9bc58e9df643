//! The rows that a generator makes as text: comma-separated values (RFC 4180), with a header.
//!
//! A window of a series is as many rows as it has steps; windows follow each other.

use crate::images::Images;
use gan_core::table::{Field, Table};
use std::fmt::Write;

/// A header and all rows of these windows, made with these labels.
pub fn file(table: &Table<'_>, windows: &Images, labels: Option<&[u16]>) -> String {
    let mut text = header(table);
    rows(&mut text, table, windows, labels);
    text
}

/// The line of the columns' names, each with its unit in brackets if it has one.
pub fn header(table: &Table<'_>) -> String {
    let mut text = String::new();
    for (at, field) in table.fields().enumerate() {
        add(&mut text, at, &title(&field));
    }
    text + "\n"
}

/// What a column is called: its name, and in brackets its unit if it has one.
pub fn title(field: &Field<'_>) -> String {
    let (name, unit) = (field.name(), field.unit());
    if unit.is_empty() { name.to_owned() } else { format!("{name} [{unit}]") }
}

/// Adds a line for each step of these windows.
pub fn rows(text: &mut String, table: &Table<'_>, windows: &Images, labels: Option<&[u16]>) {
    for (index, window) in windows.iter().enumerate() {
        let label = labels.map(|labels| labels[index]);
        for step in window.chunks_exact(windows.width.max(1)) {
            for (at, value) in table.row(step, label).enumerate() {
                add(text, at, &value.to_string());
            }
            text.push('\n');
        }
    }
}

/// Adds a cell, in quotes where its text needs them: then a quote in it is doubled.
fn add(text: &mut String, at: usize, cell: &str) {
    if at > 0 {
        text.push(',');
    }
    let plain = !cell.contains([',', '"', '\n', '\r']) && cell.trim() == cell && !cell.is_empty();
    if plain {
        text.push_str(cell);
    } else {
        let _ = write!(text, "\"{}\"", cell.replace('"', "\"\""));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gan_core::host::Model;

    /// The table and its values are those of the documentation of `gan_core::table`.
    #[test]
    fn rows_are_values_in_the_order_of_the_columns() {
        let file = Model::new(include_bytes!("../data/v3-table.gan")).unwrap();
        let generator = file.generator();
        let table = Table::read(generator.header()).unwrap();
        let pixels = vec![255, 0, 9, 80, 93, 255, 0, 99, 80, 93];
        let windows = Images { count: 1, width: 5, height: 2, pixels };
        let text = super::file(&table, &windows, Some(&[1]));
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("pressure"), "{}", lines[0]);
        assert_eq!(lines[1], "1040,summer,-12.5,rain");
        assert_eq!(lines.len(), 3);
        assert!(!lines[2].ends_with("rain"), "{}", lines[2]);
    }

    #[test]
    fn a_cell_with_a_comma_or_a_quote_is_quoted() {
        let mut text = String::new();
        for (at, cell) in ["a", "b,c", "say \"x\"", " d", ""].into_iter().enumerate() {
            add(&mut text, at, cell);
        }
        assert_eq!(text, "a,\"b,c\",\"say \"\"x\"\"\",\" d\",\"\"");
    }
}
