//! Writes the bytes of a table, which are a blob's metadata. It allocates.

use super::read;
use super::{Kind, Table, TableError, VERSION};
use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// A [`Table`] to be written.
///
/// ```
/// use gan_core::table::{ColumnOwned, KindOwned, TableOwned};
/// let points = vec![-125, 400]; // -12.5 to 40.0
/// let kind = KindOwned::Number { decimals: 1, points };
/// let column = ColumnOwned { name: "temperature".into(), unit: "°C".into(), kind };
/// let table = TableOwned { columns: vec![column], label: None };
/// assert_eq!(table.encode()?.len(), 26);
/// # Ok::<(), gan_core::table::TableError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableOwned {
    /// The columns, in the order of their bytes.
    pub columns: Vec<ColumnOwned>,
    /// The column of the label.
    pub label: Option<LabelOwned>,
}

/// A [`Column`](super::Column) to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnOwned {
    /// Its name.
    pub name: String,
    /// The unit of its numbers; empty if there is none.
    pub unit: String,
    /// How bytes become a value.
    pub kind: KindOwned,
}

/// A [`Kind`] to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KindOwned {
    /// One byte is a number.
    Number {
        /// Decimals.
        decimals: u8,
        /// The values at evenly spaced bytes, in units of `10^-decimals`.
        points: Vec<i32>,
    },
    /// There is a byte for each of these values.
    Category {
        /// The values.
        values: Vec<String>,
    },
}

/// A [`Label`](super::Label) to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelOwned {
    /// Its name.
    pub name: String,
    /// Number of columns that stand before it in a row.
    pub position: u16,
    /// What each label stands for.
    pub values: Vec<String>,
}

impl TableOwned {
    /// The bytes of a step: those of all columns.
    pub fn width(&self) -> usize {
        self.columns.iter().map(ColumnOwned::width).sum()
    }

    /// The table's bytes, for the metadata of a generator whose outputs are numbers, with
    /// [`width`](Self::width) bytes in a step and as many labels as `label` has values. A generator
    /// may also have labels that `label` does not name.
    ///
    /// # Errors
    ///
    /// The error says which limit of the format the table does not keep.
    pub fn encode(&self) -> Result<Vec<u8>, TableError> {
        let mut bytes = vec![VERSION];
        sequence(&mut bytes, &self.columns, column);
        bytes.push(self.label.is_some().into());
        if let Some(LabelOwned { name, position, values }) = &self.label {
            text(&mut bytes, name);
            varint(&mut bytes, u64::from(*position));
            sequence(&mut bytes, values, |bytes, value| text(bytes, value));
        }
        // What does not fit 16 bits is more than any limit.
        let width = u16::try_from(self.width()).unwrap_or(u16::MAX);
        let classes = self.label.as_ref().map_or(0, |label| label.values.len());
        read::bytes(&bytes, width, u16::try_from(classes).unwrap_or(u16::MAX))?;
        Ok(bytes)
    }
}

impl ColumnOwned {
    /// Bytes of a step that are this column's.
    pub fn width(&self) -> usize {
        match &self.kind {
            KindOwned::Number { .. } => 1,
            KindOwned::Category { values } => values.len(),
        }
    }
}

impl From<&Table<'_>> for TableOwned {
    fn from(table: &Table<'_>) -> Self {
        let columns = table.columns().map(|column| ColumnOwned {
            name: column.name.to_owned(),
            unit: column.unit.to_owned(),
            kind: match column.kind {
                Kind::Number { decimals, points } => {
                    KindOwned::Number { decimals, points: points.collect() }
                }
                Kind::Category(values) => {
                    KindOwned::Category { values: values.map(str::to_owned).collect() }
                }
            },
        });
        let label = table.label().map(|label| LabelOwned {
            name: label.name.to_owned(),
            position: label.position,
            values: label.values.clone().map(str::to_owned).collect(),
        });
        Self { columns: columns.collect(), label }
    }
}

fn column(bytes: &mut Vec<u8>, column: &ColumnOwned) {
    text(bytes, &column.name);
    text(bytes, &column.unit);
    match &column.kind {
        KindOwned::Number { decimals, points } => {
            bytes.extend([0, *decimals]);
            sequence(bytes, points, |bytes, &point| varint(bytes, zigzag(point).into()));
        }
        KindOwned::Category { values } => {
            bytes.push(1);
            sequence(bytes, values, |bytes, value| text(bytes, value));
        }
    }
}

/// Writes how many elements there are, and each of them.
fn sequence<T>(bytes: &mut Vec<u8>, elements: &[T], mut write: impl FnMut(&mut Vec<u8>, &T)) {
    varint(bytes, elements.len() as u64);
    for element in elements {
        write(bytes, element);
    }
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    varint(bytes, text.len() as u64);
    bytes.extend(text.as_bytes());
}

/// The number whose lowest bit is the sign of `number`.
fn zigzag(number: i32) -> u32 {
    ((number << 1) ^ (number >> 31)) as u32
}

fn varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}
