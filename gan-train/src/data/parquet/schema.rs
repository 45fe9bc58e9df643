//! What the columns of a file hold, and which types become cells of a table.

use super::thrift::Struct;
use anyhow::{Result, bail, ensure};

/// How a value becomes text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    /// One bit: `false` or `true`.
    Boolean,
    /// Whole numbers of 32 or of 64 bits, with or without a sign.
    Integer { bytes: usize, signed: bool },
    /// `f32`, or `f64`.
    Float { bytes: usize },
    /// A whole number in units of `10^-scale`, with the highest byte last, or first.
    Decimal { bytes: Option<usize>, scale: u32, lowest_first: bool },
    /// UTF-8.
    Text,
}

impl Type {
    /// Whether its values are words, and no numbers.
    pub fn is_of_words(self) -> bool {
        matches!(self, Self::Boolean | Self::Text)
    }
}

/// A column that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// What it is called.
    pub name: String,
    /// What it holds.
    pub of: Type,
    /// Whether values may be missing, which a bit for each one says then.
    pub optional: bool,
}

/// The physical types' names, by their numbers.
const PHYSICAL: [&str; 8] =
    ["BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"];
/// The logical types' names, by their numbers in the union; those of older files, by theirs.
const LOGICAL: [&str; 19] = [
    "",
    "STRING",
    "MAP",
    "LIST",
    "ENUM",
    "DECIMAL",
    "DATE",
    "TIME",
    "TIMESTAMP",
    "",
    "INTEGER",
    "UNKNOWN",
    "JSON",
    "BSON",
    "UUID",
    "FLOAT16",
    "VARIANT",
    "GEOMETRY",
    "GEOGRAPHY",
];
const CONVERTED: [&str; 22] = [
    "STRING",
    "MAP",
    "MAP",
    "LIST",
    "ENUM",
    "DECIMAL",
    "DATE",
    "TIME",
    "TIME",
    "TIMESTAMP",
    "TIMESTAMP",
    "UINT_8",
    "UINT_16",
    "UINT_32",
    "UINT_64",
    "INT_8",
    "INT_16",
    "INT_32",
    "INT_64",
    "JSON",
    "BSON",
    "INTERVAL",
];

/// The columns of a footer's schema. Each is one of the table's own: there are no groups.
///
/// # Errors
///
/// Names the column that is none of numbers, strings or booleans.
pub(super) fn fields(footer: &Struct<'_>) -> Result<Vec<Field>> {
    footer.structures(2).skip(1).map(field).collect()
}

fn field(element: &Struct<'_>) -> Result<Field> {
    let name = element.text(4).unwrap_or_default().to_owned();
    // 0: required, 1: optional, 2: repeated.
    let repetition = element.integer(3).unwrap_or(0);
    ensure!(
        element.integer(5).unwrap_or(0) == 0 && repetition < 2,
        "column {name:?}: is nested (expected numbers, strings or booleans)"
    );
    let of = of(element, &name)?;
    Ok(Field { name, of, optional: repetition == 1 })
}

/// What a column holds, by its physical type (1), its logical one (10), and the converted one of
/// older files (6).
fn of(element: &Struct<'_>, name: &str) -> Result<Type> {
    let physical = element.integer(1).unwrap_or(-1);
    let logical = element.structure(10);
    let at = |names: &'static [&str], index: i64| {
        usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or("")
    };
    let converted = element.integer(6).map_or("", |index| at(&CONVERTED, index));
    let called = logical.and_then(Struct::first).map_or(converted, |index| {
        let called = at(&LOGICAL, index.into());
        if called.is_empty() { "of a type unknown here" } else { called }
    });
    let scale = logical.and_then(|logical| logical.structure(5)).and_then(|of| of.integer(1));
    let scale = scale.or(element.integer(7)).unwrap_or(0);
    let decimal = |bytes, lowest_first| {
        ensure!((0..=38).contains(&scale), "column {name:?}: a scale of {scale} decimals");
        Ok(Type::Decimal { bytes, scale: scale as u32, lowest_first })
    };
    let unsigned = called.starts_with("UINT")
        || logical
            .and_then(|logical| logical.structure(10))
            .is_some_and(|of| of.is(2) == Some(false));
    let whole = called.is_empty() || called.starts_with("INT_") || called.starts_with("UINT_");
    match (physical, called) {
        (0, "") => Ok(Type::Boolean),
        (1 | 2, _) if whole || called == "INTEGER" => {
            Ok(Type::Integer { bytes: 4 * physical as usize, signed: !unsigned })
        }
        (1 | 2, "DECIMAL") => decimal(Some(4 * physical as usize), true),
        (4 | 5, "") => Ok(Type::Float { bytes: 4 * (physical as usize - 3) }),
        (6, "DECIMAL") => decimal(None, false),
        // Not all programs say of text that it is text.
        (6, "" | "STRING" | "ENUM") => Ok(Type::Text),
        (7, "DECIMAL") => decimal(Some(element.size(2, "type_length")?), false),
        _ => bail!(
            "column {name:?}: is {}{}{} (expected numbers, strings or booleans)",
            at(&PHYSICAL, physical),
            if called.is_empty() { "" } else { ", " },
            called
        ),
    }
}
