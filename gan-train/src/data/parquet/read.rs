//! Reads the columns of a file as text: tables of numbers, strings and booleans, as pyarrow writes
//! them if it is not asked for other encodings.
//!
//! What is read: PLAIN and dictionaries, pages of both versions, uncompressed or by Snappy, GZIP or
//! Zstandard, values that may be missing but are not. All else is refused by its name.

use super::super::texts::Texts;
use super::pages;
use super::room::Room;
use super::schema::{Field, fields};
use super::thrift::Struct;
use anyhow::{Context, Result, ensure};
use gan_tools::formats::parquet::MAGIC;

/// Rows of a file, at most: a few bytes can say that there are more than fit into memory.
const MOST: usize = 100_000_000;
/// What pandas calls the columns of its index, followed by a number and `__`.
const INDEX: &str = "__index_level_";

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct ReadColumn {
    /// What it is called.
    pub name: String,
    /// Whether its values are words by their type: strings or booleans.
    pub words: bool,
    /// A value a row.
    pub texts: Texts,
}

/// The columns of a file, but for the index that pandas writes.
///
/// # Errors
///
/// Names the column, and the row where one is at fault.
pub(in super::super) fn read(file: &[u8]) -> Result<Vec<ReadColumn>> {
    let footer = footer(file)?;
    let (footer, _) = Struct::read(footer).context("its footer")?;
    let rows = footer.size(3, "the number of rows")?;
    ensure!(rows <= MOST, "{rows} rows (expected at most {MOST})");
    let fields = fields(&footer)?;
    ensure!(!fields.is_empty(), "its footer names no columns");
    let mut texts = vec![Texts::default(); fields.len()];
    for group in footer.structures(4) {
        let rows = group.size(3, "a row group's number of rows")?;
        let chunks: Vec<_> = group.structures(1).collect();
        ensure!(chunks.len() == fields.len(), "a row group of {} columns", chunks.len());
        for (at, (chunk, field)) in chunks.into_iter().zip(&fields).enumerate() {
            let others = texts.iter().map(Texts::bytes).sum::<usize>() - texts[at].bytes();
            let room = Room::new(file.len(), others);
            chunk_of(file, chunk, field, rows, &mut texts[at], &room)
                .with_context(|| format!("column {:?}", field.name))?;
        }
    }
    let column = |(Field { name, of, .. }, texts): (Field, Texts)| {
        ensure!(texts.len() == rows, "column {name:?}: {} of {rows} values", texts.len());
        Ok(ReadColumn { name, words: of.is_of_words(), texts })
    };
    let columns = fields.into_iter().zip(texts).filter(|(field, _)| !is_index(&field.name));
    columns.map(column).collect()
}

/// The bytes of the footer, which is the last thing in a file, before its length.
fn footer(file: &[u8]) -> Result<&[u8]> {
    let inner = file.strip_prefix(MAGIC).and_then(|file| file.strip_suffix(MAGIC));
    let inner = inner.context("is no Parquet file (expected PAR1 at its beginning and its end)")?;
    let (inner, len) = inner.split_last_chunk().context("is shorter than a Parquet file")?;
    let len = u32::from_le_bytes(*len) as usize;
    let start = inner.len().checked_sub(len);
    Ok(&inner[start.with_context(|| format!("its footer of {len} bytes is longer than it"))?..])
}

/// Adds the values of one column of one row group.
fn chunk_of(
    file: &[u8],
    chunk: &Struct<'_>,
    field: &Field,
    rows: usize,
    texts: &mut Texts,
    room: &Room,
) -> Result<()> {
    ensure!(chunk.text(1).is_none(), "its values are in another file");
    let metadata = chunk.structure(3).context("it is encrypted, or nothing says where it is")?;
    ensure!(rows <= MOST - texts.len().min(MOST), "a row group of {rows} rows");
    pages::read(file, metadata, field, rows, texts, room)
}

fn is_index(name: &str) -> bool {
    name.strip_prefix(INDEX).is_some_and(|rest| rest.ends_with("__"))
}

#[cfg(test)]
mod tests;
