//! The options of `gan-train train` for tables, and the configuration and the rows that they ask
//! for.

use super::Train;
use super::options::Setting;
use anyhow::{Result, ensure};
use clap::Args;
use clap::builder::PossibleValuesParser;
use gan_train::config::table::Scale;
use gan_train::config::{Config, Recipe};
use gan_train::data::Dataset;
use gan_train::data::table::{self, BuiltIn, EXTENSIONS, built_in};
use serde_json::Value;

/// How a table is read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Tables: CSV or Parquet files of numbers and words (docs/tables.md)")]
#[group(skip)]
pub struct Options {
    /// The column that conditions the generator, whose values are the labels [default: none; that
    /// of a built-in table] [key: table.label]
    #[arg(long, value_name = "COLUMN", conflicts_with = "unconditional")]
    pub label: Option<String>,
    /// Columns that are words though all their cells are numbers, with commas between them [key:
    /// table.categories]
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub categories: Option<Vec<String>>,
    /// How numbers become bytes: by quantiles, or from the least to the largest [default: quantile]
    /// [key: table.scale]
    #[arg(long, value_parser = PossibleValuesParser::new(Scale::NAMES))]
    pub scaling: Option<String>,
    /// Points of a column's scale by quantiles, 2 to 256 [default: 16] [key: table.points]
    #[arg(long, value_name = "POINTS")]
    pub points: Option<u16>,
    /// Make windows of so many rows that follow each other, each row a step of a series [default:
    /// 1] [key: table.window]
    #[arg(long, value_name = "ROWS")]
    pub window: Option<u16>,
    /// Rows from the start of a window to that of the next one [default: as many as a window has]
    /// [key: table.stride]
    #[arg(long, value_name = "ROWS")]
    pub stride: Option<u16>,
}

impl Options {
    /// The flags that were given for a key of the configuration.
    pub fn flags(&self) -> [(&'static str, &'static str, Option<Value>); 6] {
        [
            ("--label", "table.label", self.label.clone().map(Value::from)),
            ("--categories", "table.categories", self.categories.clone().map(Value::from)),
            ("--scaling", "table.scale", self.scaling.clone().map(Value::from)),
            ("--points", "table.points", self.points.map(Value::from)),
            ("--window", "table.window", self.window.map(Value::from)),
            ("--stride", "table.stride", self.stride.map(Value::from)),
        ]
    }

    /// Refuses options for tables where the data is none.
    pub fn check_absent(&self, data: &str) -> Result<()> {
        for (flag, _, value) in self.flags() {
            ensure!(
                value.is_none(),
                "{flag}: goes with a table, and --data {data} is none (expected a file in \
                 {EXTENSIONS}, or a built-in table)"
            );
        }
        Ok(())
    }
}

impl Train {
    /// The configuration for a new run on the table that `--data` names, but for its length, and
    /// the table's rows.
    pub(super) fn of_table(&self, data: &str) -> Result<(Config, Dataset)> {
        for (flag, given) in [
            ("--transpose", self.data.transpose),
            ("--data-dir", self.data.data_dir.is_some()),
            ("--task", self.task.task.is_some()),
            ("--targets", self.task.targets.is_some()),
            ("--classifier-steps", self.output.classifier_steps.is_some()),
        ] {
            ensure!(!given, "{flag}: not together with a table, and --data {data} is one");
        }
        self.refuse_contradictions()?;
        let known = built_in(data);
        let window = self.table.window.or(known.map(|known| known.window.0)).unwrap_or(1);
        let named = self.named_source()?;
        let is_chosen_here = named.is_none();
        let mut config = match named {
            Some(config) => config,
            None => Config::preset(if window > 1 { "series" } else { "table" }, Recipe::Default)?,
        };
        let preset_batch = config.training.batch;
        let table = config.table.get_or_insert_default();
        if let Some(BuiltIn { label, window: (window, stride), .. }) = known {
            if table.label.is_none() && !self.network.unconditional {
                table.label = Some((*label).into());
            }
            if *window > 1 && self.table.window.is_none() {
                (table.window, table.stride) = (*window, *stride);
            }
        }
        for Setting { key, value } in &self.source.set {
            config.set(key, value.clone())?;
        }
        for (_, key, value) in self.flags() {
            config.set(key, value)?;
        }
        let table = config.table.clone().unwrap_or_default();
        if !self.network.conditional && !self.network.unconditional {
            config.conditional = table.label.is_some();
        }
        config.check()?;
        let (dataset, table) = table::open(data, &table)?;
        config.table = Some(table);
        let found = dataset.train.images.count;
        if is_chosen_here && config.training.batch == preset_batch && found >= 2 {
            // Nobody has asked for the preset's batch, and a small table may have fewer rows.
            config.training.batch = preset_batch.min(found);
        }
        config.check()?;
        Ok((config, dataset))
    }
}
