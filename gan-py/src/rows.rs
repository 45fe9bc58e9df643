//! The rows of a generator of numbers, column by column, as Python's own values.

use gan_core::Generator;
use gan_core::table::{Field, Kind, Table, TableError, Value};
use pyo3::IntoPyObject;

/// A column: its name, its unit, which may be empty, and a value for each row.
pub type Column = (String, String, Values);

/// The values of a column.
#[derive(IntoPyObject)]
pub enum Values {
    /// Numbers without decimals.
    Integers(Vec<i64>),
    /// Numbers with decimals.
    Reals(Vec<f64>),
    /// Texts, of a category or of the label.
    Texts(Vec<String>),
}

impl Values {
    fn push(&mut self, value: Value<'_>) {
        match (self, value) {
            (Self::Integers(values), Value::Number { value, .. }) => values.push(value.into()),
            // The quotient of two exact numbers, rounded once: the nearest to the decimal text.
            (Self::Reals(values), Value::Number { value, decimals }) => {
                values.push(f64::from(value) / 10f64.powi(decimals.into()));
            }
            (Self::Texts(values), value) => values.push(value.to_string()),
            (_, Value::Category(_)) => unreachable!("a number's column has numbers"),
        }
    }
}

/// The columns of all steps of these outputs, which were made with these labels.
///
/// # Errors
///
/// The generator makes no numbers, or nothing says what they mean.
pub fn columns(
    generator: &Generator<'_>,
    outputs: &[u8],
    labels: Option<&[u16]>,
) -> Result<Vec<Column>, TableError> {
    let table = Table::read(generator.header())?;
    let mut columns: Vec<Column> = table
        .fields()
        .map(|field| {
            let values = match &field {
                Field::Column(column) => match column.kind {
                    Kind::Number { decimals: 0, .. } => Values::Integers(Vec::new()),
                    Kind::Number { .. } => Values::Reals(Vec::new()),
                    Kind::Category(_) => Values::Texts(Vec::new()),
                },
                Field::Label(_) => Values::Texts(Vec::new()),
            };
            (field.name().to_owned(), field.unit().to_owned(), values)
        })
        .collect();
    for (index, window) in outputs.chunks_exact(generator.pixels_len()).enumerate() {
        let label = labels.and_then(|labels| labels.get(index).copied());
        for step in window.chunks_exact(generator.line_len()) {
            for ((_, _, values), value) in columns.iter_mut().zip(table.row(step, label)) {
                values.push(value);
            }
        }
    }
    Ok(columns)
}
