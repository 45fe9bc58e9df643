//! Links only if nothing in gan-core can panic where a model makes numbers, or its latent is on the
//! way from one to another, whatever the blob: the same as `panic_free` with other calls.
#![no_std]
#![no_main]

mod decoding;
mod handler;

use core::fmt::Write;
use core::hint::black_box;

use gan_core::latent::Morph;
use gan_core::table::{Kind, Table};
use gan_core::{Generator, LatentSampler};

use decoding::entry;

#[entry]
fn main() -> ! {
    decoding::forever(run)
}

/// A writer that takes whatever is written.
struct Sink;

impl Write for Sink {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        black_box(text);
        Ok(())
    }
}

/// Runs the calls, with everything hidden from the optimizer, as in `panic_free`.
fn run(generator: &Generator<'_>) {
    let latent: &mut [u8] = black_box(&mut []);
    let morph = Morph::new(LatentSampler::new(1), LatentSampler::new(2), black_box(0));
    morph.fill(black_box(0), latent);
    black_box(morph.is_late(black_box(0)));
    match Table::read(generator.header()) {
        Ok(table) => show(&table),
        Err(error) => _ = write!(Sink, "{error}"),
    }
}

fn show(table: &Table<'_>) {
    for field in table.fields() {
        black_box((field.name(), field.unit()));
    }
    for value in table.row(black_box(&[]), black_box(None)) {
        let _ = write!(Sink, "{value}");
    }
    for column in table.columns() {
        black_box(column.width());
        match column.kind {
            Kind::Number { points, .. } => _ = black_box(points.last()),
            Kind::Category(values) => _ = black_box(values.last()),
        }
    }
}
