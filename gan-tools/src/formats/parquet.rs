//! Columns as files of [Apache Parquet](https://parquet.apache.org/docs/).
//!
//! A file is `PAR1`, the pages of each column of each row group, the footer, its length, and
//! `PAR1`. A page is a header and values. Headers and the footer are structs of Thrift's compact
//! protocol; their fields' numbers are those of `parquet.thrift` in the format's own repository.
//!
//! Columns of a type each are written in the plainest form that the format has: no value is
//! missing, nothing is compressed, there are no dictionaries and no statistics. So the same columns
//! are the same bytes everywhere, and any reader takes them.
//!
//! Not by a library: the crate `parquet` asks for random keys in the hash tables of `ahash`, and
//! burn, which is in the same program as gan-train's use of this, would get them too.

pub mod thrift;

use anyhow::{Context, Result, ensure};
use thrift::{Kind, Thrift};

/// What a file begins and ends with.
pub const MAGIC: &[u8; 4] = b"PAR1";
/// Who has written a file, as it says itself.
const CREATED_BY: &str = "gan-train version 1";
/// Rows of a row group, at most: what a reader must have in memory.
const GROUP: usize = 1 << 16;
/// Rows of a page, at most.
const PAGE: usize = 20_480;
/// Bytes of a page of rows of fixed length, about.
const PAGE_BYTES: usize = 1 << 20;
/// The encodings PLAIN, of values, and RLE, of the levels, of which there are none.
const ENCODINGS: [i64; 2] = [0, 3];

/// A column.
#[derive(Debug)]
pub struct Column<'a> {
    /// What it is called.
    pub name: &'a str,
    /// A value a row.
    pub values: Values<'a>,
}

/// Values of one type.
#[derive(Debug)]
pub enum Values<'a> {
    /// `len` bytes each: `fixed_len_byte_array(len)`.
    Bytes {
        /// Of each.
        len: usize,
        /// All of them, one after the other.
        bytes: &'a [u8],
    },
    /// Truth values: `boolean`.
    Booleans(Vec<bool>),
    /// Whole numbers: `int32`.
    Integers(Vec<i32>),
    /// Numbers: `double`.
    Doubles(Vec<f64>),
    /// Text: `byte_array (string)`.
    Texts(Vec<&'a str>),
}

impl Values<'_> {
    /// How many.
    fn rows(&self) -> usize {
        match self {
            Self::Bytes { len, bytes } => bytes.len() / len,
            Self::Booleans(values) => values.len(),
            Self::Integers(values) => values.len(),
            Self::Doubles(values) => values.len(),
            Self::Texts(values) => values.len(),
        }
    }

    /// The number of the type.
    fn physical(&self) -> i64 {
        match self {
            Self::Booleans(_) => 0,
            Self::Integers(_) => 1,
            Self::Doubles(_) => 5,
            Self::Texts(_) => 6,
            Self::Bytes { .. } => 7,
        }
    }

    /// Rows of a page.
    fn in_page(&self) -> usize {
        match self {
            Self::Bytes { len, .. } => (PAGE_BYTES / len).clamp(1, PAGE),
            _ => PAGE,
        }
    }

    /// These rows' values, one after the other; text has its length before it, and eight truth
    /// values are a byte, the first its lowest bit.
    fn plain(&self, from: usize, to: usize) -> Vec<u8> {
        match self {
            Self::Bytes { len, bytes } => bytes[from * len..to * len].to_vec(),
            Self::Booleans(values) => {
                let byte = |bits: &[bool]| {
                    bits.iter().rev().fold(0, |byte, &bit| byte << 1 | u8::from(bit))
                };
                values[from..to].chunks(8).map(byte).collect()
            }
            Self::Integers(values) => {
                values[from..to].iter().flat_map(|value| value.to_le_bytes()).collect()
            }
            Self::Doubles(values) => {
                values[from..to].iter().flat_map(|value| value.to_le_bytes()).collect()
            }
            Self::Texts(values) => values[from..to]
                .iter()
                .flat_map(|text| [&(text.len() as u32).to_le_bytes(), text.as_bytes()].concat())
                .collect(),
        }
    }

    /// The type's element of the schema.
    fn of_schema(&self, name: &str, thrift: &mut Thrift) {
        thrift.integer(1, Kind::I32, self.physical());
        if let Self::Bytes { len, .. } = self {
            thrift.integer(2, Kind::I32, *len as i64);
        }
        // repetition_type: required.
        thrift.integer(3, Kind::I32, 0);
        thrift.text(4, name);
        if let Self::Texts(_) = self {
            // converted_type UTF8, and the logical type STRING.
            thrift.integer(6, Kind::I32, 0);
            thrift.structure(10, |logical| logical.structure(1, |_| ()));
        }
    }
}

/// A column's pages in a row group.
struct Chunk {
    at: usize,
    bytes: usize,
    rows: usize,
    pages: usize,
}

/// The bytes of a file of these columns, which have equally many rows. `notes` become its metadata:
/// names and values.
///
/// # Errors
///
/// Columns of several lengths, or a page of 2 GiB.
pub fn file(columns: &[Column<'_>], notes: &[(&str, String)]) -> Result<Vec<u8>> {
    let rows = columns.first().map_or(0, |column| column.values.rows());
    ensure!(
        columns.iter().all(|column| column.values.rows() == rows),
        "columns of different lengths"
    );
    let mut file = MAGIC.to_vec();
    let mut groups: Vec<Vec<Chunk>> = Vec::new();
    for from in (0..rows).step_by(GROUP) {
        let to = rows.min(from + GROUP);
        let chunks = columns.iter().map(|column| chunk(&column.values, from, to, &mut file));
        groups.push(chunks.collect::<Result<_>>()?);
    }
    let footer = footer(columns, &groups, rows, notes);
    file.extend(&footer);
    file.extend(u32::try_from(footer.len()).context("the footer is too long")?.to_le_bytes());
    file.extend(MAGIC);
    Ok(file)
}

/// Writes a column's pages for these rows.
fn chunk(values: &Values<'_>, from: usize, to: usize, file: &mut Vec<u8>) -> Result<Chunk> {
    let at = file.len();
    let mut pages = 0;
    for first in (from..to).step_by(values.in_page()) {
        let last = to.min(first + values.in_page());
        let page = values.plain(first, last);
        let size = i32::try_from(page.len()).context("a page is over 2 GiB")?;
        let mut header = Thrift::default();
        // type: a data page; its size without and with compression.
        for (field, value) in [(1, 0), (2, size), (3, size)] {
            header.integer(field, Kind::I32, value.into());
        }
        header.structure(5, |page| {
            let [plain, rle] = ENCODINGS;
            for (field, value) in [(1, (last - first) as i64), (2, plain), (3, rle), (4, rle)] {
                page.integer(field, Kind::I32, value);
            }
        });
        file.extend(header.finish());
        file.extend(page);
        pages += 1;
    }
    Ok(Chunk { at, bytes: file.len() - at, rows: to - from, pages })
}

/// The struct `FileMetaData`.
fn footer(
    columns: &[Column<'_>],
    groups: &[Vec<Chunk>],
    rows: usize,
    notes: &[(&str, String)],
) -> Vec<u8> {
    let mut footer = Thrift::default();
    footer.integer(1, Kind::I32, 1);
    // The root of the schema, and its columns.
    footer.list(2, Kind::Structure, columns.len() + 1);
    footer.element(|root| {
        root.text(4, "schema");
        root.integer(5, Kind::I32, columns.len() as i64);
    });
    for column in columns {
        footer.element(|element| column.values.of_schema(column.name, element));
    }
    footer.integer(3, Kind::I64, rows as i64);
    footer.list(4, Kind::Structure, groups.len());
    for (ordinal, chunks) in groups.iter().enumerate() {
        footer.element(|group| row_group(group, ordinal, columns, chunks));
    }
    footer.list(5, Kind::Structure, notes.len());
    for (name, value) in notes {
        footer.element(|note| {
            note.text(1, name);
            note.text(2, value);
        });
    }
    footer.text(6, CREATED_BY);
    // column_orders: that of the type, for each.
    footer.list(7, Kind::Structure, columns.len());
    for _ in columns {
        footer.element(|order| order.structure(1, |_| ()));
    }
    footer.finish()
}

/// The struct `RowGroup`.
fn row_group(group: &mut Thrift, ordinal: usize, columns: &[Column<'_>], chunks: &[Chunk]) {
    group.list(1, Kind::Structure, chunks.len());
    for (column, chunk) in columns.iter().zip(chunks) {
        group.element(|of_chunk| {
            // file_offset is out of use, and 0.
            of_chunk.integer(2, Kind::I64, 0);
            of_chunk.structure(3, |metadata| of_column(metadata, column, chunk));
        });
    }
    let bytes = chunks.iter().map(|chunk| chunk.bytes as i64).sum();
    let (at, rows) = chunks.first().map_or((0, 0), |chunk| (chunk.at, chunk.rows));
    for (field, value) in [(2, bytes), (3, rows as i64), (5, at as i64), (6, bytes)] {
        group.integer(field, Kind::I64, value);
    }
    group.integer(7, Kind::I16, ordinal as i64);
}

/// The struct `ColumnMetaData`.
fn of_column(metadata: &mut Thrift, column: &Column<'_>, chunk: &Chunk) {
    metadata.integer(1, Kind::I32, column.values.physical());
    metadata.list(2, Kind::I32, ENCODINGS.len());
    ENCODINGS.iter().for_each(|&encoding| metadata.item(encoding));
    metadata.list(3, Kind::Text, 1);
    metadata.item_text(column.name);
    // codec: uncompressed.
    metadata.integer(4, Kind::I32, 0);
    let bytes = chunk.bytes as i64;
    for (field, value) in [(5, chunk.rows as i64), (6, bytes), (7, bytes), (9, chunk.at as i64)] {
        metadata.integer(field, Kind::I64, value);
    }
    // encoding_stats: so many data pages of the encoding PLAIN.
    metadata.list(13, Kind::Structure, 1);
    metadata.element(|stats| {
        for (field, value) in [(1, 0), (2, ENCODINGS[0]), (3, chunk.pages as i64)] {
            stats.integer(field, Kind::I32, value);
        }
    });
}

#[cfg(test)]
mod tests;
