//! Reads the bytes of a table. The functions that read a column check it too, so that the
//! iterators, which read the same bytes again, find no fault.

use super::{
    Column, ColumnField, Kind, Label, LabelField, MAX_COLUMNS, MAX_DECIMALS, MAX_NAME, MAX_POINTS,
    MAX_UNIT, MAX_VALUES, Table, TableError, VERSION,
};
use crate::header::{Header, OutputKind};
use crate::reader::Reader;

type TableReader<'a> = Reader<'a, TableError>;

pub(super) fn table<'a>(header: &Header<'a>) -> Result<Table<'a>, TableError> {
    if header.outputs != OutputKind::Numbers {
        return Err(TableError::Image);
    }
    bytes(header.metadata, header.image.width, header.classes)
}

/// Reads the table of a generator with this width and so many labels.
pub(super) fn bytes(bytes: &[u8], expected: u16, classes: u16) -> Result<Table<'_>, TableError> {
    match bytes {
        [] => return Err(TableError::Empty),
        [VERSION, ..] => {}
        [found, ..] => return Err(TableError::Version { found: *found }),
    }
    let reader = &mut Reader::new(bytes);
    reader.byte(TableError::Truncated);
    let columns = columns(reader);
    let label = label(reader, &columns, classes);
    let found = columns.clone().map(|column| column.width() as u32).sum();
    match reader.fault {
        Some((_, true)) => Err(TableError::Truncated),
        Some((error, false)) => Err(error),
        None if !reader.rest.is_empty() => {
            Err(TableError::TrailingBytes { extra: reader.rest.len() })
        }
        None if !reader.canonical => Err(TableError::NotCanonical),
        None if found != u32::from(expected) => Err(TableError::Width { expected, found }),
        None => Ok(Table { columns, label }),
    }
}

/// Reads how many columns there are, and passes over them.
fn columns<'a>(reader: &mut TableReader<'a>) -> Columns<'a> {
    let count = reader.varint(MAX_COLUMNS as u32, TableError::Columns) as u8;
    if count == 0 {
        reader.fail(TableError::Columns, false);
    }
    let columns = Columns { left: count, bytes: reader.rest };
    for index in 0..count {
        column(reader, index);
    }
    if reader.fault.is_some() { Columns { left: 0, bytes: &[] } } else { columns }
}

fn column<'a>(reader: &mut TableReader<'a>, index: u8) -> Column<'a> {
    let field = |field| TableError::Column { index, field };
    let name = text(reader, 1, MAX_NAME, field(ColumnField::Name));
    let unit = text(reader, 0, MAX_UNIT, field(ColumnField::Unit));
    let kind = if reader.varint(1, field(ColumnField::Kind)) == 0 {
        let decimals = reader.byte(field(ColumnField::Decimals));
        if decimals > MAX_DECIMALS {
            reader.fail(field(ColumnField::Decimals), false);
        }
        let points = points(reader, field(ColumnField::Points));
        Kind::Number { decimals, points }
    } else {
        let error = field(ColumnField::Values);
        let count = reader.varint(MAX_VALUES as u32, error) as u16;
        if count < 2 {
            reader.fail(error, false);
        }
        Kind::Category(strings(reader, count, error))
    };
    Column { name, unit, kind }
}

/// Reads a text of `min` to `max` bytes without control characters.
fn text<'a>(reader: &mut TableReader<'a>, min: usize, max: usize, error: TableError) -> &'a str {
    let text = reader.text(error);
    if text.len() < min || text.len() > max || text.chars().any(char::is_control) {
        reader.fail(error, false);
    }
    text
}

/// Reads how many points there are, and passes over them.
fn points<'a>(reader: &mut TableReader<'a>, error: TableError) -> Points<'a> {
    let count = reader.varint(MAX_POINTS as u32, error) as u16;
    if count < 2 {
        reader.fail(error, false);
    }
    let points = Points { left: count, bytes: reader.rest };
    let mut last = i32::MIN;
    for _ in 0..count {
        let point = signed(reader, error);
        if point < last {
            reader.fail(error, false);
        }
        last = point;
    }
    points
}

/// Reads a number whose sign is its lowest bit, so that small numbers of either sign are short.
fn signed(reader: &mut TableReader<'_>, error: TableError) -> i32 {
    let number = reader.varint(u32::MAX, error);
    (number >> 1) as i32 ^ ((number & 1) as i32).wrapping_neg()
}

/// Passes over so many values.
fn strings<'a>(reader: &mut TableReader<'a>, count: u16, error: TableError) -> Strings<'a> {
    let strings = Strings { left: count, bytes: reader.rest };
    for _ in 0..count {
        text(reader, 0, MAX_NAME, error);
    }
    strings
}

/// Reads the label, if there is one.
fn label<'a>(
    reader: &mut TableReader<'a>,
    columns: &Columns<'a>,
    classes: u16,
) -> Option<Label<'a>> {
    let error = |field| TableError::Label { field };
    if reader.varint(1, error(LabelField::Tag)) == 0 {
        return None;
    }
    if classes == 0 {
        reader.fail(error(LabelField::Unlabelled), false);
    }
    let name = text(reader, 1, MAX_NAME, error(LabelField::Name));
    let position = reader.u16(error(LabelField::Position));
    if usize::from(position) > columns.len() {
        reader.fail(error(LabelField::Position), false);
    }
    let count = reader.u16(error(LabelField::Values));
    if count != classes {
        reader.fail(error(LabelField::Values), false);
    }
    let values = strings(reader, count, error(LabelField::Values));
    Some(Label { name, position, values })
}

/// The columns of a table, in the order of their bytes.
#[derive(Debug, Clone)]
pub struct Columns<'a> {
    left: u8,
    bytes: &'a [u8],
}

/// The points of a number's scale, in units of the column's last decimal.
#[derive(Debug, Clone)]
pub struct Points<'a> {
    left: u16,
    bytes: &'a [u8],
}

/// The values of a category or of a label.
#[derive(Debug, Clone)]
pub struct Strings<'a> {
    left: u16,
    bytes: &'a [u8],
}

/// What is read in vain is not reported: the bytes were checked.
const CHECKED: TableError = TableError::Truncated;

impl<'a> Iterator for Columns<'a> {
    type Item = Column<'a>;

    fn next(&mut self) -> Option<Column<'a>> {
        self.left = self.left.checked_sub(1)?;
        let reader = &mut Reader::new(self.bytes);
        let column = column(reader, 0);
        self.bytes = reader.rest;
        Some(column)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left.into(), Some(self.left.into()))
    }
}

impl Iterator for Points<'_> {
    type Item = i32;

    fn next(&mut self) -> Option<i32> {
        self.left = self.left.checked_sub(1)?;
        let reader = &mut Reader::new(self.bytes);
        let point = signed(reader, CHECKED);
        self.bytes = reader.rest;
        Some(point)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left.into(), Some(self.left.into()))
    }
}

impl<'a> Iterator for Strings<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.left = self.left.checked_sub(1)?;
        let reader = &mut Reader::new(self.bytes);
        let text = reader.text(CHECKED);
        self.bytes = reader.rest;
        Some(text)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left.into(), Some(self.left.into()))
    }
}

impl ExactSizeIterator for Columns<'_> {}
impl ExactSizeIterator for Points<'_> {}
impl ExactSizeIterator for Strings<'_> {}
