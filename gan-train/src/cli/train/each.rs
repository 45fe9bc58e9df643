//! What `train` would refuse of the runs of a sweep, before the first of them begins.

use super::Train;
use super::options::Setting;
use crate::cli::task::Opened;
use anyhow::{Context, Result};
use gan_train::config::Config;
use gan_train::data::Dataset;
use gan_train::data::table::is_table;
use gan_train::sweep::{Overrides, described};
use gan_train::train::check_batch;
use gan_train::train::splits::Splits;
use std::collections::BTreeSet;

/// What has been found out by the runs that were looked at.
#[derive(Default)]
struct Known {
    /// The images, which all runs share.
    images: Option<Opened>,
    /// The networks and parts of the data that are known to go together.
    fit: BTreeSet<String>,
}

impl Train {
    /// Checks the configurations of runs that change these keys of what this command asks for, as
    /// each of the runs will when it begins.
    ///
    /// # Errors
    ///
    /// Names the run and the field that is wrong, or the data that cannot be read.
    pub fn check_each(mut self, runs: &[Overrides]) -> Result<()> {
        let (common, mut known) = (self.source.set.clone(), Known::default());
        for (index, overrides) in runs.iter().enumerate() {
            let changed = overrides
                .iter()
                .map(|(key, value)| Setting { key: key.clone(), value: value.clone() });
            self.source.set = common.iter().cloned().chain(changed).collect();
            self.check(&mut known)
                .with_context(|| format!("run {index} ({})", described(overrides)))?;
        }
        Ok(())
    }

    fn check(&self, known: &mut Known) -> Result<()> {
        let name = self.data.data.as_deref().context("--data is missing")?;
        if is_table(name) {
            let (config, table) = self.of_table(name)?;
            return known.check_fit(&config, &table);
        }
        let images = known.images.take().map_or_else(|| self.open(name), Ok)?;
        let (config, _) = self.config(&images)?;
        known.check_fit(&config, &images.dataset)?;
        known.images = Some(images);
        Ok(())
    }
}

impl Known {
    /// Refuses networks and batches that the data is not for. That takes a copy of the data, so it
    /// is done once for all runs that do not differ in what matters to it.
    fn check_fit(&mut self, config: &Config, data: &Dataset) -> Result<()> {
        let Config { training, .. } = config;
        let mut alike = config.clone();
        (alike.seed, alike.name) = (0, String::new());
        alike.training = Default::default();
        (alike.training.batch, alike.training.validation) = (training.batch, training.validation);
        if self.fit.insert(format!("{alike:?}")) {
            let splits = Splits::new(config, data.clone())?;
            check_batch(config, splits.train.images.count)?;
        }
        Ok(())
    }
}
