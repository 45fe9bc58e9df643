//! The pages of a column in a row group: a dictionary, perhaps, and values or places in it.

use super::super::texts::Texts;
use super::codec;
use super::hybrid;
use super::plain::{Plain, booleans, look_up};
use super::room::Room;
use super::schema::{Field, Type};
use super::thrift::Struct;
use anyhow::{Context, Result, bail, ensure};

/// The encodings' names, by their numbers.
const ENCODINGS: [&str; 10] = [
    "PLAIN",
    "",
    "PLAIN_DICTIONARY",
    "RLE",
    "BIT_PACKED",
    "DELTA_BINARY_PACKED",
    "DELTA_LENGTH_BYTE_ARRAY",
    "DELTA_BYTE_ARRAY",
    "RLE_DICTIONARY",
    "BYTE_STREAM_SPLIT",
];

/// What a page holds, before its values are looked up.
struct Page<'a> {
    /// Values, with those that are missing.
    count: usize,
    encoding: i64,
    bytes: &'a [u8],
}

/// Adds the values of the column chunk that `metadata` (ColumnMetaData) describes.
///
/// # Errors
///
/// What is missing, damaged, or encoded otherwise.
pub(super) fn read(
    file: &[u8],
    metadata: &Struct<'_>,
    field: &Field,
    rows: usize,
    texts: &mut Texts,
    room: &Room,
) -> Result<()> {
    let codec = metadata.size(4, "the compression")? as i64;
    let first = metadata.size(9, "the place of its values")?;
    let dictionary_at = metadata.integer(11).and_then(|at| usize::try_from(at).ok());
    let mut at = dictionary_at.filter(|&at| at > 0).map_or(first, |at| at.min(first));
    let mut dictionary = Texts::default();
    let before = texts.len();
    while texts.len() - before < rows {
        // The row of the page's first value, and how many values it has at most.
        let (row, most) = (texts.len(), rows + before - texts.len());
        let limited = |count: usize| {
            ensure!(count <= most, "a page of {count} values, where {most} are missing");
            Ok(count)
        };
        let rest = file.get(at..).context("its pages are beyond the end of the file")?;
        let (header, len) = Struct::read(rest).context("the header of a page")?;
        let size = header.size(3, "a page's size")?;
        let bytes = rest.get(len..).and_then(|rest| rest.get(..size));
        let bytes = bytes.context("a page ends beyond the end of the file")?;
        at += len + size;
        let plain_size = header.size(2, "a page's size")?;
        // The page as it was before it was compressed, and the numbers of its values.
        let beside = plain_size.saturating_add(most.saturating_mul(size_of::<u32>()));
        room.limit(texts, beside + dictionary.bytes())?;
        match header.integer(1) {
            // DATA_PAGE
            Some(0) => {
                let page = header.structure(5).context("a page's header")?;
                let bytes = codec::plain(codec, bytes, plain_size)?;
                let count = limited(page.size(1, "a page's number of values")?)?;
                let bytes = match field.optional {
                    true => without_levels(&bytes, count, row)?,
                    false => &bytes,
                };
                let encoding = page.integer(2).unwrap_or(-1);
                values(Page { count, encoding, bytes }, field, &dictionary, texts)?;
            }
            // INDEX_PAGE
            Some(1) => {}
            // DICTIONARY_PAGE
            Some(2) => {
                let page = header.structure(7).context("a dictionary's header")?;
                let bytes = codec::plain(codec, bytes, plain_size)?;
                let count = page.size(1, "a dictionary's number of values")?;
                dictionary = Texts::default();
                room.limit(&mut dictionary, texts.bytes().saturating_add(beside))?;
                Plain::new(field.of)
                    .add(&mut dictionary, &bytes, count)
                    .context("its dictionary")?;
            }
            // DATA_PAGE_V2, whose levels are never compressed
            Some(3) => {
                let page = header.structure(8).context("a page's header")?;
                let count = limited(page.size(1, "a page's number of values")?)?;
                let levels = page.size(5, "the length of its levels")?;
                let levels = levels.saturating_add(page.size(6, "the length of its levels")?);
                let (bits, bytes) = bytes.split_at_checked(levels).context("its levels")?;
                if field.optional {
                    none_missing(bits, count, row)?;
                }
                let codec = if page.is(7) == Some(false) { 0 } else { codec };
                let plain_size = plain_size.checked_sub(levels).context("a page's size")?;
                let bytes = codec::plain(codec, bytes, plain_size)?;
                let encoding = page.integer(4).unwrap_or(-1);
                let page = Page { count, encoding, bytes: &bytes };
                values(page, field, &dictionary, texts)?;
            }
            other => bail!("a page of the type {other:?}"),
        }
    }
    ensure!(
        texts.len() - before == rows,
        "{} values, but its row group has {rows} rows",
        texts.len() - before
    );
    Ok(())
}

/// Takes away the levels before the values of a page, which say of each whether it is there.
fn without_levels(bytes: &[u8], count: usize, row: usize) -> Result<&[u8]> {
    let (len, rest) = bytes.split_first_chunk().context("its levels")?;
    let (levels, values) =
        rest.split_at_checked(u32::from_le_bytes(*len) as usize).context("its levels")?;
    none_missing(levels, count, row)?;
    Ok(values)
}

/// Refuses a value that is missing; the first is in this row, from 0.
fn none_missing(levels: &[u8], count: usize, row: usize) -> Result<()> {
    let levels = hybrid::numbers(levels, 1, count).context("its levels")?;
    let missing = levels.iter().position(|&level| level == 0);
    ensure!(
        missing.is_none(),
        "row {}: the value is missing (expected one: fill it in, or leave the row out)",
        row + missing.unwrap_or_default() + 1
    );
    Ok(())
}

/// Adds a page's values.
fn values(page: Page<'_>, field: &Field, dictionary: &Texts, texts: &mut Texts) -> Result<()> {
    let Page { count, encoding, bytes } = page;
    let name = usize::try_from(encoding).ok().and_then(|at| ENCODINGS.get(at)).copied();
    match (name.unwrap_or(""), field.of) {
        ("PLAIN", of) => Plain::new(of).add(texts, bytes, count),
        ("PLAIN_DICTIONARY" | "RLE_DICTIONARY", _) => {
            let (&width, bytes) = bytes.split_first().context("a page without a width")?;
            look_up(texts, &hybrid::numbers(bytes, width.into(), count)?, dictionary)
        }
        ("RLE", Type::Boolean) => {
            let (len, bytes) = bytes.split_first_chunk().context("a page without a length")?;
            let bytes =
                bytes.get(..u32::from_le_bytes(*len) as usize).context("a page's length")?;
            booleans(texts, &hybrid::numbers(bytes, 1, count)?)
        }
        (name, _) => bail!(
            "encoding {} (expected PLAIN or a dictionary: write the file so)",
            if name.is_empty() { encoding.to_string() } else { name.to_owned() }
        ),
    }
}
