//! What bytes mean, by `gan_core`'s reader: every value of the program comes from there.

use crate::config::TableConfig;
use crate::config::table::Kind;
use anyhow::Result;
use gan_core::blob::LayerSpecs;
use gan_core::table::{Table, Value};
use gan_core::{Header, ImageShape, OutputKind};

/// Calls `read` with the reader of a table.
fn with_reader<T>(table: &TableConfig, read: impl FnOnce(Table<'_>) -> T) -> Result<T> {
    let metadata = table.metadata()?;
    let image = ImageShape { width: table.width() as u16, height: 1, channels: 1 };
    let classes = table.label_column.as_ref().map_or(0, |label| label.values.len());
    let mut header = Header::new("", 1, classes as u16, image, LayerSpecs::new());
    (header.outputs, header.metadata) = (OutputKind::Numbers, &metadata);
    Ok(read(Table::read(&header)?))
}

/// The value of each byte from 0 to 255 in each column, in units of its last decimal; nothing for a
/// category.
pub(super) fn every_value(table: &TableConfig) -> Result<Vec<Vec<i32>>> {
    with_reader(table, |table| {
        let of_byte = |column: &gan_core::table::Column<'_>, byte| match column.value(&[byte]) {
            Value::Number { value, .. } => Some(value),
            Value::Category(_) => None,
        };
        let all = |column| (0..=255).map_while(|byte| of_byte(&column, byte)).collect();
        table.columns().map(all).collect()
    })
}

/// The values of all rows: of each column of numbers the number, of each category 1 for the row's
/// word and 0 for the others. So a row has as many values as bytes.
///
/// # Errors
///
/// As [`TableConfig::metadata`].
pub fn values(table: &TableConfig, bytes: &[u8]) -> Result<Vec<f64>> {
    let scales = every_value(table)?;
    let mut all = Vec::with_capacity(bytes.len());
    for row in bytes.chunks_exact(table.width()) {
        let mut row = row;
        for (column, scale) in table.columns.iter().zip(&scales) {
            let (own, rest) = row.split_at(column.width());
            row = rest;
            match &column.kind {
                Kind::Number { decimals, .. } => {
                    let unit = 10f64.powi((*decimals).into());
                    all.push(f64::from(scale[usize::from(own[0])]) / unit);
                }
                Kind::Category { .. } => {
                    // Of equal bytes the first.
                    let largest = own.iter().copied().max();
                    let word = own.iter().position(|&byte| Some(byte) == largest);
                    all.extend((0..own.len()).map(|at| f64::from(u8::from(Some(at) == word))));
                }
            }
        }
    }
    Ok(all)
}
