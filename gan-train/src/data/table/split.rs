//! Which rows are trained on, and which are kept for judging.
//!
//! Of a table, rows are chosen at random. Of a series, whose neighbouring rows are alike, it is
//! blocks of rows, and a window lies in one block: no row is in windows of both parts. A run of
//! rows with one label is cut into blocks of 10 windows, or of a little more.
//!
//! Of each label the same part is kept, rounded down, but at least one where there are two. The
//! choice is the same each time.

use super::columns::Head;
use super::read::Cells;
use crate::config::TableConfig;
use crate::random::{Purpose, permutation, stream};
use std::collections::BTreeMap;
use std::ops::Range;

/// Windows of a block, at least.
const BLOCK: usize = 10;
/// Index of the random numbers: 0 are those of a split of images.
const INDEX: u64 = 1;

/// Rows that lie in windows together.
pub(super) struct Parts {
    pub train: Vec<Range<usize>>,
    pub test: Vec<Range<usize>>,
}

/// The two parts of a table's rows.
pub(super) fn parts(cells: &Cells, head: &Head, table: &TableConfig) -> Parts {
    let label = |row: usize| head.label.map_or("", |column| cells.get(row, column));
    let units: Vec<Range<usize>> = match table.window {
        1 => (0..cells.count()).map(|row| row..row + 1).collect(),
        window => {
            let runs = runs(cells.count(), |row| label(row) == label(row - 1));
            runs.into_iter().flat_map(|run| blocks(run, BLOCK * usize::from(window))).collect()
        }
    };
    let mut of_label = BTreeMap::<&str, Vec<usize>>::new();
    for (unit, rows) in units.iter().enumerate() {
        of_label.entry(label(rows.start)).or_default().push(unit);
    }
    let rank = permutation(units.len(), &mut stream(0, Purpose::HeldOut, INDEX));
    let mut is_test = vec![false; units.len()];
    for mut of_label in of_label.into_values() {
        of_label.sort_by_key(|&unit| rank[unit]);
        let least = usize::from(of_label.len() > 1 && table.test > 0.0);
        let count = ((of_label.len() as f64 * table.test) as usize).max(least);
        of_label[..count].iter().for_each(|&unit| is_test[unit] = true);
    }
    let part = |test: bool| {
        let units = units.iter().zip(&is_test).filter(|(_, is_test)| **is_test == test);
        units.map(|(rows, _)| rows.clone()).collect()
    };
    Parts { train: part(false), test: part(true) }
}

/// Rows that follow each other and are each `same` as the one before.
fn runs(count: usize, same: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for row in 0..count {
        match runs.last_mut() {
            Some(run) if same(row) => run.end = row + 1,
            _ => runs.push(row..row + 1),
        }
    }
    runs
}

/// A run in as many blocks as have at least `rows` rows, of nearly one length.
fn blocks(run: Range<usize>, rows: usize) -> impl Iterator<Item = Range<usize>> {
    let count = (run.len() / rows).max(1);
    let end = move |block: usize| run.start + run.len() * block / count;
    (0..count).map(move |block| end(block)..end(block + 1))
}

/// The first rows of all windows in these ranges.
pub(super) fn windows(ranges: &[Range<usize>], window: usize, stride: usize) -> Vec<usize> {
    let of_range =
        |rows: &Range<usize>| (rows.start..(rows.end + 1).saturating_sub(window)).step_by(stride);
    ranges.iter().flat_map(of_range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts_of(labels: &str, label: Option<&str>, window: u16, test: f64) -> Parts {
        let rows = labels.chars().map(|label| format!("{label},1\n")).collect::<String>();
        let text = format!("l,x\n{rows}");
        let cells = Cells::parse(text.as_bytes()).unwrap();
        let table =
            TableConfig { label: label.map(str::to_owned), window, test, ..TableConfig::default() };
        parts(&cells, &Head::new(&cells, &table).unwrap(), &table)
    }

    #[test]
    fn of_each_label_the_same_part_is_kept() {
        let labels = ["a".repeat(20), "b".repeat(10), "c".into(), "d".repeat(2)].concat();
        let Parts { train, test } = parts_of(&labels, Some("l"), 1, 0.3);
        let mut all: Vec<usize> = train.iter().chain(&test).map(|rows| rows.start).collect();
        all.sort_unstable();
        assert_eq!(all, (0..33).collect::<Vec<_>>());
        let within =
            |rows: Range<usize>| test.iter().filter(|row| rows.contains(&row.start)).count();
        assert_eq!([within(0..20), within(20..30), within(30..31), within(31..33)], [6, 3, 0, 1]);
        let again = parts_of(&labels, Some("l"), 1, 0.3);
        assert_eq!(again.test, test);
        // Not the first ones.
        assert!(test[..6].iter().any(|row| row.start > 5), "{test:?}");
        assert!(parts_of(&labels, Some("l"), 1, 0.0).test.is_empty());
    }

    #[test]
    fn windows_lie_in_blocks_of_one_label_and_no_row_is_in_both_parts() {
        // Runs of 50, 15 and 45 rows: with windows of 2 a block has 20 rows or more.
        let labels = ["a".repeat(50), "b".repeat(15), "a".repeat(45)].concat();
        let Parts { train, test } = parts_of(&labels, Some("l"), 2, 0.5);
        let mut all = [train.clone(), test.clone()].concat();
        all.sort_by_key(|rows| rows.start);
        assert_eq!(all, [0..25, 25..50, 50..65, 65..87, 87..110]);
        // Two of the four blocks of `a`; the only one of `b` is trained on.
        assert_eq!((test.len(), train.contains(&(50..65))), (2, true));
        assert_eq!(windows(&[0..7, 10..12, 20..21], 3, 2), [0, 2, 4]);
        assert_eq!(windows(std::slice::from_ref(&(0..7)), 3, 3), [0, 3]);
    }
}
