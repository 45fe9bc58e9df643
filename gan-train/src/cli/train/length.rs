//! How many steps a run has.

use super::options::Run;
use anyhow::{Context, Result};
use burn::prelude::Device;
use gan_train::config::Config;
use gan_train::train::run;
use gan_train::train::splits::Splits;

/// Puts the steps that `--steps`, `--epochs` or `--minutes` ask for into a configuration.
pub fn set(config: &mut Config, options: &Run, device: &Device, splits: &Splits) -> Result<()> {
    if let Some(steps) = options.steps {
        config.training.steps = steps;
    }
    if let Some(epochs) = options.epochs {
        let in_epoch = (splits.train.images.count / config.training.batch) as u64;
        let batches = epochs.checked_mul(in_epoch).context("--epochs: too many")?;
        config.training.steps = batches.div_ceil(config.training.batches_in_step()).max(1);
    }
    if let Some(minutes) = options.minutes {
        config.training.steps = run::steps_in(minutes, config, device, splits)?;
    }
    Ok(())
}
