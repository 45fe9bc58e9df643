//! `gan generate` for a model of a table: its rows as CSV, on stdout.

use super::Generate;
use crate::csv;
use crate::files::labels::LabelNames;
use crate::generate::{self, Sink};
use crate::images::Images;
use crate::samples;
use anyhow::{Context, Result, ensure};
use gan_core::Generator;
use gan_core::host::Runner;
use gan_core::table::Table;
use std::process::ExitCode;

/// Prints rows.
struct Printer<'a> {
    table: Table<'a>,
    labelled: bool,
}

impl Sink for Printer<'_> {
    fn take(&mut self, windows: &Images, labels: &[u16]) -> Result<()> {
        let mut text = String::new();
        csv::rows(&mut text, &self.table, windows, self.labelled.then_some(labels));
        crate::cli::print(&text)
    }
}

/// Prints a header and the rows that were asked for.
pub(super) fn print(
    asked: &Generate,
    generator: &Generator<'_>,
    names: &LabelNames,
) -> Result<ExitCode> {
    let model = asked.model.display();
    for (option, given) in [
        ("--out", asked.out.is_some()),
        ("--ascii", asked.ascii),
        ("--idx", asked.idx.is_some()),
        ("--png", asked.png.is_some()),
    ] {
        ensure!(
            !given,
            "{option}: {model} makes rows of a table, which are printed as CSV; leave it out"
        );
    }
    let table = Table::read(generator.header()).with_context(|| model.to_string())?;
    let own = table.label().map(|label| label.values.clone().map(str::to_owned).collect());
    let own: LabelNames = own.unwrap_or_else(Vec::new).into();
    let label = asked.find_label(generator, if names.is_empty() { &own } else { names })?;
    samples::check_range(generator, asked.first, asked.count)?;
    if let Some(note) = asked.truncation.note() {
        crate::say!("{note}");
    }
    crate::cli::print(&csv::header(&table))?;
    let request = asked.request(label);
    let mut printer = Printer { table, labelled: generator.classes() > 0 };
    generate::stream(&Runner::new(generator), request, &mut [&mut printer], |_| true)?;
    Ok(ExitCode::SUCCESS)
}
