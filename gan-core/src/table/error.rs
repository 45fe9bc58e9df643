//! What can be wrong with a table.

use super::{MAX_COLUMNS, MAX_DECIMALS, MAX_NAME, MAX_POINTS, MAX_UNIT, MAX_VALUES, VERSION};
use core::fmt;

/// Why [`Table::read`](super::Table::read) refused a generator's metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum TableError {
    /// What comes out is an image.
    Image,
    /// There is no metadata.
    Empty,
    /// `version`: this gan-core does not read tables of this version.
    Version {
        /// The version that the table names.
        found: u8,
    },
    /// The metadata ends within a field.
    Truncated,
    /// There are bytes after the label.
    TrailingBytes {
        /// How many.
        extra: usize,
    },
    /// A number is not written in its shortest form.
    NotCanonical,
    /// There is no column, or there are more than [`MAX_COLUMNS`].
    Columns,
    /// The columns together have not the width of what comes out.
    Width {
        /// The bytes of a step.
        expected: u16,
        /// The bytes of the columns together.
        found: u32,
    },
    /// A column is wrong.
    Column {
        /// Which, from 0.
        index: u8,
        /// Which of its fields.
        field: ColumnField,
    },
    /// The label is wrong.
    Label {
        /// Which of its fields.
        field: LabelField,
    },
}

/// The field of a column that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ColumnField {
    /// `name` is empty, longer than [`MAX_NAME`] bytes, not UTF-8, or has a control character.
    Name,
    /// `unit` is longer than [`MAX_UNIT`] bytes, not UTF-8, or has a control character.
    Unit,
    /// `kind` is neither a number nor a category.
    Kind,
    /// `decimals` is over [`MAX_DECIMALS`].
    Decimals,
    /// There are fewer than two points or more than [`MAX_POINTS`], a point has more than 32 bits,
    /// or one is less than the one before.
    Points,
    /// There are fewer than two values or more than [`MAX_VALUES`], or one is longer than
    /// [`MAX_NAME`] bytes, not UTF-8, or has a control character.
    Values,
}

/// What is wrong with the label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum LabelField {
    /// The byte that says whether there is one is neither 0 nor 1.
    Tag,
    /// There is a label, and the generator takes none.
    Unlabelled,
    /// `name` is empty, longer than [`MAX_NAME`] bytes, not UTF-8, or has a control character.
    Name,
    /// `position` is more than the number of columns.
    Position,
    /// There are not as many values as the generator has labels, or one is longer than
    /// [`MAX_NAME`] bytes, not UTF-8, or has a control character.
    Values,
}

const _: () = assert!(
    MAX_COLUMNS == 255
        && MAX_NAME == 64
        && MAX_UNIT == 16
        && MAX_DECIMALS == 6
        && MAX_POINTS == 256
        && MAX_VALUES == 255
        && VERSION == 1,
    "the texts below name them"
);

impl ColumnField {
    /// What was expected.
    const fn text(self) -> &'static str {
        match self {
            Self::Name => "name: expected 1 to 64 bytes of UTF-8 without control characters",
            Self::Unit => "unit: expected at most 16 bytes of UTF-8 without control characters",
            Self::Kind => "kind: expected 0 (number) or 1 (category)",
            Self::Decimals => "decimals: expected 0 to 6",
            Self::Points => "points: expected 2 to 256 numbers of 32 bits that do not fall",
            Self::Values => {
                "values: expected 2 to 255, each of at most 64 bytes of UTF-8 without control \
                 characters"
            }
        }
    }
}

impl LabelField {
    /// What was expected.
    const fn text(self) -> &'static str {
        match self {
            Self::Tag => "expected 0 (none) or 1",
            Self::Unlabelled => "expected none, because the generator takes no label",
            Self::Name => "name: expected 1 to 64 bytes of UTF-8 without control characters",
            Self::Position => "position: expected at most the number of columns",
            Self::Values => {
                "values: expected one for each of the generator's labels, each of at most 64 bytes \
                 of UTF-8 without control characters"
            }
        }
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("metadata: ")?;
        match self {
            Self::Image => f.write_str("no table, because an image comes out"),
            Self::Empty => f.write_str("empty (expected a table of the columns)"),
            Self::Version { found } => write!(f, "table of version {found} (expected 1)"),
            Self::Truncated => f.write_str("the table ends within a field"),
            Self::TrailingBytes { extra } => {
                write!(f, "{extra} bytes after the table (expected none)")
            }
            Self::NotCanonical => f.write_str("a number is not in its shortest form"),
            Self::Columns => f.write_str("columns: expected 1 to 255"),
            Self::Width { expected, found } => {
                write!(f, "the columns have {found} bytes (expected the width, {expected})")
            }
            Self::Column { index, field } => write!(f, "column {index}: {}", field.text()),
            Self::Label { field } => write!(f, "label: {}", field.text()),
        }
    }
}

impl core::error::Error for TableError {}
