//! Makes tables to test, and a header that has one.

use gan_core::blob::{self, LayerSpecs};
use gan_core::table::{ColumnOwned, KindOwned, LabelOwned, Table, TableError, TableOwned};
use gan_core::{ImageShape, OutputKind};

/// Returns a header with this metadata.
pub fn header(metadata: &[u8], width: u16, classes: u16) -> blob::Header<'_> {
    let shape = ImageShape { width, height: 2, channels: 1 };
    let mut header = blob::Header::new("table", 1, classes, shape, LayerSpecs::new());
    header.outputs = OutputKind::Numbers;
    header.metadata = metadata;
    header
}

pub fn read(metadata: &[u8], width: u16, classes: u16) -> Result<TableOwned, TableError> {
    Table::read(&header(metadata, width, classes)).map(|table| TableOwned::from(&table))
}

pub fn number(name: &str, unit: &str, decimals: u8, points: &[i32]) -> ColumnOwned {
    let kind = KindOwned::Number { decimals, points: points.to_vec() };
    ColumnOwned { name: name.into(), unit: unit.into(), kind }
}

pub fn category(name: &str, values: &[&str]) -> ColumnOwned {
    let values = values.iter().map(|&value| value.into()).collect();
    ColumnOwned { name: name.into(), unit: String::new(), kind: KindOwned::Category { values } }
}

pub fn label(name: &str, position: u16, values: &[&str]) -> LabelOwned {
    let values = values.iter().map(|&value| value.into()).collect();
    LabelOwned { name: name.into(), position, values }
}

/// Returns the table that docs/blob-format.md lists.
pub fn weather() -> TableOwned {
    let columns = vec![
        number("pressure", "hPa", 0, &[960, 1000, 1040]),
        number("temperature", "°C", 1, &[-125, 400]),
        category("weather", &["sun", "cloud", "rain"]),
    ];
    TableOwned { columns, label: Some(label("season", 1, &["winter", "summer"])) }
}

/// Returns a table of one column.
pub fn of(column: ColumnOwned) -> TableOwned {
    TableOwned { columns: vec![column], label: None }
}

#[track_caller]
pub fn accepted(table: &TableOwned) {
    let classes = table.label.as_ref().map_or(0, |label| label.values.len());
    let bytes = table.encode().expect("it can be written");
    let width = table.width().try_into().expect("16 bits");
    assert_eq!(read(&bytes, width, classes as u16), Ok(table.clone()));
}
