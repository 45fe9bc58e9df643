//! What the numbers mean that a generator makes: the columns of a table, or of the steps of a
//! window of a series. The header's metadata says it. `docs/blob-format.md` specifies the bytes.
//!
//! ```
//! use gan_core::{Known, include_model, table::Table};
//!
//! const MODEL: Known = include_model!("../data/v3-table.gan");
//!
//! let table = Table::read(MODEL.header())?;
//! let names: Vec<&str> = table.columns().map(|column| column.name).collect();
//! assert_eq!(names, ["pressure", "temperature", "weather"]);
//!
//! // A step of the outputs: a byte for each number, and one for each value of a category.
//! let step = [255, 0, 9, 80, 93];
//! let row: Vec<String> = table.row(&step, Some(1)).map(|value| value.to_string()).collect();
//! assert_eq!(row, ["1040", "summer", "-12.5", "rain"]);
//! # Ok::<(), gan_core::table::TableError>(())
//! ```

mod error;
mod read;
mod value;
#[cfg(feature = "tools")]
mod write;

use crate::header::Header;
pub use error::{ColumnField, LabelField, TableError};
pub use read::{Columns, Points, Strings};
pub use value::Value;
#[cfg(feature = "tools")]
pub use write::{ColumnOwned, KindOwned, LabelOwned, TableOwned};

/// The version of the table's bytes.
pub const VERSION: u8 = 1;
/// The largest number of columns.
pub const MAX_COLUMNS: usize = 255;
/// The largest length of a column's name and of a value's, in bytes.
pub const MAX_NAME: usize = 64;
/// The largest length of a unit, in bytes.
pub const MAX_UNIT: usize = 16;
/// The largest number of decimals.
pub const MAX_DECIMALS: u8 = 6;
/// The largest number of points that a number's scale has.
pub const MAX_POINTS: usize = 256;
/// The largest number of values that a category has.
pub const MAX_VALUES: usize = 255;

/// The columns of the numbers that a generator makes. All limits of the format were checked when it
/// was read.
#[derive(Debug, Clone)]
pub struct Table<'a> {
    columns: Columns<'a>,
    label: Option<Label<'a>>,
}

/// A column of what comes out.
#[derive(Debug, Clone)]
pub struct Column<'a> {
    /// Its name: 1 to [`MAX_NAME`] bytes.
    pub name: &'a str,
    /// The unit of its numbers, at most [`MAX_UNIT`] bytes; empty if there is none.
    pub unit: &'a str,
    /// How bytes become a value.
    pub kind: Kind<'a>,
}

/// How the bytes of a column become a value.
#[derive(Debug, Clone)]
pub enum Kind<'a> {
    /// One byte, 0..=255, is a number: the value at this place of the scale.
    Number {
        /// Decimals, at most [`MAX_DECIMALS`].
        decimals: u8,
        /// The values at evenly spaced bytes from 0 to 255, in units of `10^-decimals`. Between
        /// them the scale is linear. They do not fall.
        points: Points<'a>,
    },
    /// There is a byte for each of these values, and the value is that of the largest one, of equal
    /// ones the first.
    Category(Strings<'a>),
}

/// The column that stands for the label of a generator. The label goes in, so no output is its.
#[derive(Debug, Clone)]
pub struct Label<'a> {
    /// Its name: 1 to [`MAX_NAME`] bytes.
    pub name: &'a str,
    /// Number of columns that stand before it in a row.
    pub position: u16,
    /// What each label stands for: as many as the generator has labels.
    pub values: Strings<'a>,
}

/// A field of a row, as people see it: a [`Column`], or the [`Label`] in its place among them.
#[derive(Debug, Clone)]
pub enum Field<'a> {
    /// The label.
    Label(Label<'a>),
    /// A column of what comes out.
    Column(Column<'a>),
}

impl<'a> Table<'a> {
    /// Reads the table of a generator whose outputs are numbers, and checks all of it.
    ///
    /// # Errors
    ///
    /// The error says which field is wrong, and what was expected.
    pub fn read(header: &Header<'a>) -> Result<Self, TableError> {
        read::table(header)
    }

    /// The columns, in the order of their bytes. Their widths together are the width of what comes
    /// out.
    pub fn columns(&self) -> Columns<'a> {
        self.columns.clone()
    }

    /// The column of the label, if it is named.
    pub const fn label(&self) -> Option<&Label<'a>> {
        self.label.as_ref()
    }

    /// The fields of a row: the columns, and the label in its place.
    pub fn fields(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        let mut columns = self.columns();
        let (mut label, mut before) = (self.label.clone(), 0);
        core::iter::from_fn(move || {
            if let Some(label) = label.take_if(|label| label.position == before) {
                return Some(Field::Label(label));
            }
            before = before.wrapping_add(1);
            columns.next().map(Field::Column)
        })
    }

    /// The values of the [`fields`](Self::fields) of a row. `step` is as many bytes of the outputs
    /// as a step has; a byte that it lacks counts as 0. The value of a label that the generator
    /// does not have is empty.
    pub fn row<'b>(
        &self,
        mut step: &'b [u8],
        label: Option<u16>,
    ) -> impl Iterator<Item = Value<'a>> + use<'a, 'b> {
        self.fields().map(move |field| match field {
            Field::Label(mut column) => {
                let value = label.and_then(|label| column.values.nth(label.into()));
                Value::Category(value.unwrap_or_default())
            }
            Field::Column(column) => {
                let (bytes, rest) = step.split_at_checked(column.width()).unwrap_or((step, &[]));
                step = rest;
                column.value(bytes)
            }
        })
    }
}

impl<'a> Column<'a> {
    /// Bytes of a step that are this column's.
    pub fn width(&self) -> usize {
        match &self.kind {
            Kind::Number { .. } => 1,
            Kind::Category(values) => values.len(),
        }
    }

    /// The value that these bytes stand for, [`width`](Self::width) of them. A byte that is not
    /// there counts as 0.
    pub fn value(&self, bytes: &[u8]) -> Value<'a> {
        match &self.kind {
            Kind::Number { decimals, points } => {
                let byte = bytes.first().copied().unwrap_or_default();
                Value::Number { value: value::scaled(byte, points), decimals: *decimals }
            }
            Kind::Category(values) => {
                let value = values.clone().nth(value::largest(bytes));
                Value::Category(value.unwrap_or_default())
            }
        }
    }
}

impl<'a> Field<'a> {
    /// The name of the column.
    pub const fn name(&self) -> &'a str {
        match self {
            Self::Label(label) => label.name,
            Self::Column(column) => column.name,
        }
    }

    /// The unit of its values; empty if there is none.
    pub const fn unit(&self) -> &'a str {
        match self {
            Self::Label(_) => "",
            Self::Column(column) => column.unit,
        }
    }
}
