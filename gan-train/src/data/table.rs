//! Tables: CSV or Parquet files whose rows, or whose windows of rows, become images of bytes.
//!
//! A row is a line of an image: one byte for each number, and for a category one byte for each of
//! its words. `docs/tables.md` states the rules. What the bytes mean is [`gan_core::table`]'s
//! business: here is the inverse.

mod built_in;
mod columns;
mod encode;
mod fields;
mod fixed;
mod read;
mod split;

pub use built_in::{BUILT_IN, BuiltIn, built_in};
pub use fields::values;

use super::{Dataset, Split, labels};
use crate::config::TableConfig;
use crate::config::table::LabelColumn;
use anyhow::{Context, Result, ensure};
use columns::Head;
use encode::Encoder;
use gan_tools::files;
use gan_tools::images::Images;
use read::Cells;
use std::iter::repeat;
use std::path::{Path, PathBuf};

/// How the names of files of tables end.
pub const EXTENSIONS: &str = ".csv or .parquet";

/// Whether `--data` names a table: a built-in one, or a file in `.csv` or `.parquet`.
pub fn is_table(name: &str) -> bool {
    built_in(name).is_some() || ends_in(name, "csv") || ends_in(name, PARQUET)
}

const PARQUET: &str = "parquet";

fn ends_in(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

/// The rows of a table that `--data` names, as `table` says, and that with the columns filled in.
/// Where it has columns already, the table must have the same ones, and they stay as they are.
///
/// # Errors
///
/// Names the file, the line and the column.
pub fn open(name: &str, table: &TableConfig) -> Result<(Dataset, TableConfig)> {
    let (cells, files) = cells(name)?;
    let shown = || format!("--data {name}");
    let head = Head::new(&cells, table).with_context(shown)?;
    let parts = split::parts(&cells, &head, table);
    let train: Vec<usize> = parts.train.iter().cloned().flatten().collect();
    let table = match table.columns.is_empty() {
        true => head.fill(&cells, &train, table).with_context(shown)?,
        false => {
            head.check(table).with_context(shown)?;
            table.clone()
        }
    };
    let encoder = Encoder::new(&head, &table)?;
    let part = |ranges: &[std::ops::Range<usize>]| -> Result<Split> {
        let starts = split::windows(ranges, table.window.into(), table.stride());
        windows(&cells, &encoder, &table, &starts).with_context(shown)
    };
    let train = part(&parts.train)?;
    ensure!(
        train.images.count > 0,
        "--data {name}: no {} rows follow each other{} (table.window)",
        table.window,
        if table.label.is_some() { " with one label" } else { "" }
    );
    let labels = table.label_column.iter().flat_map(|label| &label.values);
    for (label, count) in labels.zip(train.label_counts().into_iter().chain(repeat(0))) {
        ensure!(
            count > 0,
            "--data {name}: no {} rows of label {label:?} follow each other (table.window)",
            table.window
        );
    }
    let test = Some(part(&parts.test)?).filter(|test| test.images.count > 0);
    let names = label_names(&table)?;
    Ok((Dataset { name: name.into(), train, test, label_names: names, files }, table))
}

/// All rows, or windows that follow each other, of a table with these columns: a synthetic one, or
/// one that was held out.
///
/// # Errors
///
/// As [`open`].
pub fn open_whole(name: &str, table: &TableConfig) -> Result<Dataset> {
    let whole = TableConfig { stride: 0, test: 0.0, ..table.clone() };
    let (cells, files) = cells(name)?;
    let shown = || format!("--data {name}");
    let head = Head::new(&cells, &whole).with_context(shown)?;
    head.check(&whole).with_context(shown)?;
    let window = usize::from(whole.window);
    ensure!(
        cells.count().is_multiple_of(window),
        "--data {name}: {} rows are no whole windows of {window}",
        cells.count()
    );
    let starts: Vec<usize> = (0..cells.count()).step_by(window).collect();
    let train =
        windows(&cells, &Encoder::new(&head, &whole)?, &whole, &starts).with_context(shown)?;
    let label_names = label_names(&whole)?;
    Ok(Dataset { name: name.into(), train, test: None, label_names, files })
}

/// The cells of a built-in table or of a file, and the files that were read.
fn cells(name: &str) -> Result<(Cells, Vec<PathBuf>)> {
    if let Some(BuiltIn { text, .. }) = built_in(name) {
        return Ok((Cells::parse(text.as_bytes())?, Vec::new()));
    }
    let path = PathBuf::from(name);
    let bytes = files::read(&path).context("--data")?;
    let parse = if ends_in(name, PARQUET) { Cells::of_parquet } else { Cells::parse };
    let cells = parse(&bytes).with_context(|| format!("--data {name}"))?;
    Ok((cells, vec![path]))
}

/// The windows that begin at these rows.
fn windows(
    cells: &Cells,
    encoder: &Encoder<'_>,
    table: &TableConfig,
    starts: &[usize],
) -> Result<Split> {
    let (width, height) = (table.width(), usize::from(table.window));
    let mut pixels = Vec::with_capacity(starts.len() * width * height);
    for &start in starts {
        for row in start..start + height {
            encoder.extend(&mut pixels, cells, row)?;
        }
    }
    let label = |&start: &usize| encoder.label(cells, start);
    let labels = table.label.as_ref().map(|_| starts.iter().map(label).collect()).transpose()?;
    Ok(Split { images: Images { count: starts.len(), width, height, pixels }, labels })
}

/// What the labels are called, as data sets have it.
fn label_names(table: &TableConfig) -> Result<Vec<String>> {
    let values = |column: &LabelColumn| column.values.clone();
    labels::names(table.label_column.as_ref().map(values).unwrap_or_default())
}
