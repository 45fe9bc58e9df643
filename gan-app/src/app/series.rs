//! What the console does with a model whose outputs are numbers.

use gan_core::OutputKind;
use gan_core::table::{Field, Kind, Table, Value};

use super::App;
use crate::board::Board;
use crate::show::{self, say};

impl App<'_, '_> {
    /// Whether the model makes numbers.
    pub(super) fn makes_numbers(&self) -> bool {
        self.generator.header().outputs == OutputKind::Numbers
    }

    /// Writes that the model makes no images, if it makes numbers. Returns whether it does.
    pub(super) fn refuse_images<B: Board>(&self, board: &mut B) -> bool {
        let numbers = self.makes_numbers();
        if numbers {
            say(
                board,
                format_args!(
                    "this model makes numbers and no images: `series [COUNT]` prints them"
                ),
            );
        }
        numbers
    }

    /// Writes so many rows, or windows of rows, from the current one on: the columns, and a line
    /// for each row.
    pub(super) fn series<B: Board>(&mut self, board: &mut B, count: u16) {
        let generator = self.generator;
        let Ok(table) = Table::read(generator.header()) else {
            say(board, format_args!("this model makes images, or numbers without names"));
            return;
        };
        self.caption(board);
        separated(board, table.fields(), |board, field| {
            show::text(board, format_args!("{}", field.name()));
            if !field.unit().is_empty() {
                show::text(board, format_args!(" ({})", field.unit()));
            }
        });
        for window in 0..count {
            if window > 0 {
                self.advance();
                if generator.image().height > 1 {
                    board.write(b"\r\n");
                }
            }
            let label = (generator.classes() > 0).then_some(self.label);
            self.make_current(&mut |_, step, _| {
                separated(board, table.row(step, label), |board, value| {
                    show::text(board, format_args!("{value}"));
                });
            });
        }
    }

    /// Writes the names of the columns, and the values of those that are words.
    pub(super) fn columns<B: Board>(&self, board: &mut B) {
        let Ok(table) = Table::read(self.generator.header()) else { return };
        for field in table.fields() {
            show::text(board, format_args!("column  {}: ", field.name()));
            let values = match field {
                Field::Label(label) => label.values,
                Field::Column(column) => match column.kind {
                    Kind::Number { decimals, mut points } => {
                        let first = points.next().unwrap_or_default();
                        let last = points.last().unwrap_or_default();
                        let [first, last] =
                            [first, last].map(|value| Value::Number { value, decimals });
                        say(board, format_args!("{first} to {last} {}", column.unit));
                        continue;
                    }
                    Kind::Category(values) => values,
                },
            };
            separated(board, values, |board, value| show::text(board, format_args!("{value}")));
        }
    }
}

/// Writes a line of elements with commas between them.
fn separated<B: Board, T>(
    board: &mut B,
    elements: impl Iterator<Item = T>,
    mut write: impl FnMut(&mut B, T),
) {
    for (place, element) in elements.enumerate() {
        if place > 0 {
            board.write(b",");
        }
        write(board, element);
    }
    board.write(b"\r\n");
}
