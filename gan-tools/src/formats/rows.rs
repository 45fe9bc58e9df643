//! The rows of a table as columns of a Parquet file.

use super::parquet::{self, Column, Values};
use crate::csv;
use crate::images::Images;
use anyhow::Result;
use gan_core::table::{Field, Kind, Table, Value};

/// Words that are truth values, as Parquet has them: those that booleans are read as.
const TRUTHS: [&str; 2] = ["false", "true"];

/// A column that is empty, of the type that it has in every shard.
fn empty<'a>(field: &Field<'a>) -> Values<'a> {
    let words = match field {
        Field::Label(label) => &label.values,
        Field::Column(column) => match &column.kind {
            Kind::Number { decimals: 0, .. } => return Values::Integers(Vec::new()),
            Kind::Number { .. } => return Values::Doubles(Vec::new()),
            Kind::Category(words) => words,
        },
    };
    if words.clone().all(|word| TRUTHS.contains(&word)) {
        Values::Booleans(Vec::new())
    } else if words.clone().all(|word| whole(word).is_some()) {
        Values::Integers(Vec::new())
    } else {
        Values::Texts(Vec::new())
    }
}

/// A word that is the text of a whole number.
fn whole(word: &str) -> Option<i32> {
    word.parse().ok().filter(|number: &i32| number.to_string() == word)
}

fn push<'a>(values: &mut Values<'a>, value: Value<'a>) {
    match (values, value) {
        (Values::Integers(all), Value::Number { value, .. }) => all.push(value),
        // Both are exact, so the quotient is the double that is nearest to the decimal number.
        (Values::Doubles(all), Value::Number { value, decimals }) => {
            all.push(f64::from(value) / 10f64.powi(decimals.into()));
        }
        (Values::Booleans(all), Value::Category(word)) => all.push(word == TRUTHS[1]),
        (Values::Integers(all), Value::Category(word)) => all.extend(whole(word)),
        (Values::Texts(all), Value::Category(word)) => all.push(word),
        _ => unreachable!("a column has values of one kind"),
    }
}

/// The bytes of a Parquet file with all rows of these windows, made with these labels.
/// [`csv::file`] has them as text.
///
/// # Errors
///
/// A page of 2 GiB.
pub fn columns(table: &Table<'_>, windows: &Images, labels: Option<&[u16]>) -> Result<Vec<u8>> {
    let mut columns: Vec<Values<'_>> = table.fields().map(|field| empty(&field)).collect();
    for (index, window) in windows.iter().enumerate() {
        let label = labels.map(|labels| labels[index]);
        for step in window.chunks_exact(windows.width.max(1)) {
            for (values, value) in columns.iter_mut().zip(table.row(step, label)) {
                push(values, value);
            }
        }
    }
    let titles: Vec<String> = table.fields().map(|field| csv::title(&field)).collect();
    let titled = titles.iter().zip(columns);
    let columns: Vec<Column<'_>> = titled.map(|(name, values)| Column { name, values }).collect();
    parquet::file(&columns, &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_numbers_are_whole_ones() {
        let found = ["7", "-3", "07", "1.0", "x", "3000000000"].map(whole);
        assert_eq!(found, [Some(7), Some(-3), None, None, None, None]);
    }
}
