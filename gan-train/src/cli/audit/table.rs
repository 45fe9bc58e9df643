//! The data sheet of a table: `audit` of two tables, and `synth --report` of a table's model.

use super::{Audit, Sheet};
use anyhow::{Result, bail, ensure};
use clap::Args;
use gan_core::Generator;
use gan_core::table::{KindOwned, Table, TableOwned};
use gan_tools::say;
use gan_train::config::TableConfig;
use gan_train::config::table::{Column, Kind, LabelColumn};
use gan_train::data::table::{EXTENSIONS, built_in, is_table, open, open_whole};
use gan_train::data::{Dataset, Split};
use gan_train::judge::table::{RowSets, TableSheet, measure};

/// How the real table is read.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Tables")]
pub struct Options {
    /// The column whose values are the labels [default: that of a built-in table]
    #[arg(long, value_name = "COLUMN")]
    label: Option<String>,
    /// Columns that are words though all their cells are numbers, with commas between them
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    categories: Vec<String>,
    /// Rows of a window of a series [default: 1]
    #[arg(long, value_name = "ROWS")]
    window: Option<u16>,
    /// Rows from the start of a real window to that of the next one [default: as many as a window
    /// has]
    #[arg(long, value_name = "ROWS", requires = "window")]
    stride: Option<u16>,
}

impl Options {
    /// Refuses them where the data is no table.
    fn check_absent(&self) -> Result<()> {
        for (option, given) in [
            ("--label", self.label.is_some()),
            ("--categories", !self.categories.is_empty()),
            ("--window", self.window.is_some()),
        ] {
            ensure!(!given, "{option}: goes with tables, and REAL is none (expected {EXTENSIONS})");
        }
        Ok(())
    }

    /// How a run would read the table `data`.
    fn table(&self, data: &str) -> TableConfig {
        let mut table = TableConfig {
            label: self.label.clone(),
            categories: self.categories.clone(),
            ..TableConfig::default()
        };
        if let Some(known) = built_in(data) {
            table.label = table.label.or(Some(known.label.into()));
            (table.window, table.stride) = known.window;
        }
        if let Some(window) = self.window {
            (table.window, table.stride) = (window, self.stride.unwrap_or(0));
        }
        table
    }
}

impl Audit {
    /// The sheet of two tables; none if REAL is no table.
    pub(super) fn of_tables(&self) -> Result<Option<(Dataset, Dataset, TableSheet)>> {
        if !is_table(&self.real) {
            self.table.check_absent()?;
            return Ok(None);
        }
        let table = self.table.table(&self.real);
        ensure!(table.window > 0, "--window: expected at least 1");
        let (real, table) = open(&self.real, &table)?;
        let made = open_whole(&self.synthetic, &table)?;
        let sheet = self.sheet.of_rows(&table, &real, &made.train, &self.synthetic)?;
        Ok(Some((real, made, sheet)))
    }
}

impl Sheet {
    /// Measures synthetic rows, of this name.
    pub fn of_rows(
        &self,
        table: &TableConfig,
        real: &Dataset,
        made: &Split,
        name: &str,
    ) -> Result<TableSheet> {
        if !self.classifier.is_default() {
            bail!("--classifier, --classifier-steps: go with images, and {} is a table", real.name);
        }
        let mut real = real.clone();
        let (held_out, held_out_name, unseen) = match (&self.held_out, real.test.take()) {
            (Some(path), _) => (open_whole(path, table)?.train, path.clone(), true),
            (None, Some(test)) => (test, "its test rows".into(), true),
            (None, None) => {
                say!(
                    "note: {} has no test rows, so a tenth of it counts as held out: the generator \
                     may have seen it (--held-out)",
                    real.name
                );
                let (tenth, others) = real.train.tenth_and_others();
                real.train = others;
                (tenth, "a tenth of them".into(), false)
            }
        };
        let sets = RowSets {
            table,
            real: &real,
            held_out: (&held_out, &held_out_name),
            unseen,
            synthetic: (made, name),
        };
        measure(sets, self.samples as usize, self.tstr)
    }
}

/// How the real rows of a blob's table are read: its columns are the blob's, and what the blob does
/// not say is as `train` has it by default.
pub fn of_blob(generator: &Generator<'_>, data: Option<&str>) -> Result<TableConfig> {
    let TableOwned { columns, label } = TableOwned::from(&Table::read(generator.header())?);
    let known = data.and_then(built_in).filter(|known| known.window.0 == generator.image().height);
    let column = |column: gan_core::table::ColumnOwned| Column {
        name: column.name,
        unit: column.unit,
        kind: match column.kind {
            KindOwned::Number { decimals, points } => Kind::Number { decimals, points },
            KindOwned::Category { values } => Kind::Category { values },
        },
    };
    Ok(TableConfig {
        label: label.as_ref().map(|label| label.name.clone()),
        window: generator.image().height,
        stride: known.map_or(0, |known| known.window.1),
        columns: columns.into_iter().map(column).collect(),
        label_column: label
            .map(|label| LabelColumn { position: label.position, values: label.values }),
        ..TableConfig::default()
    })
}
