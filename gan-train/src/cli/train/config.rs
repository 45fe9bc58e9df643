//! The configuration that a new run's options ask for.

use super::Train;
use super::options::Setting;
use crate::cli::task::Opened;
use anyhow::{Result, bail, ensure};
use gan_train::config::Config;
use gan_train::data::Dataset;
use gan_train::task;
use serde_json::Value;

/// The key that the options for a run's length change.
const STEPS: &str = "training.steps";

impl Train {
    /// The configuration for a new run on this data, but for its length: that of the preset or the
    /// file, changed by `--set` and the flags. Also whether nothing but missing labels keeps the
    /// run from being evaluated.
    pub(super) fn config(&self, opened: &Opened) -> Result<(Config, bool)> {
        let dataset = &opened.dataset;
        let mut config = self.source(dataset)?;
        self.refuse_contradictions()?;
        let flags = self.flags();
        let flags = flags.iter().map(|(_, key, value)| (*key, value));
        let settings = self.source.set.iter().map(|Setting { key, value }| (key.as_str(), value));
        let settings: Vec<(&str, &Value)> = settings.chain(flags).collect();
        for &(key, value) in &settings {
            config.set(key, value.clone())?;
        }
        let evaluated = |(key, _): &(&str, &Value)| *key == "training.eval_every";
        let lacks_labels = config.training.eval_every > 0
            && config.task.is_none()
            && dataset.train.labels.is_none()
            && !settings.iter().any(evaluated);
        if lacks_labels {
            config.training.eval_every = 0;
        }
        self.task.check(&config)?;
        task::fill(&mut config, opened.input, opened.target)?;
        config.check()?;
        Ok((config, lacks_labels))
    }

    /// The preset's or the file's configuration.
    fn source(&self, dataset: &Dataset) -> Result<Config> {
        if let Some(config) = self.named_source()? {
            ensure!(
                config.table.is_none(),
                "--data {}: is no table, and the configuration has a [table] (expected a file in \
                 .csv, or a built-in table)",
                dataset.name
            );
            return Ok(config);
        }
        if let Some(preset) = self.task.preset()? {
            return Ok(preset);
        }
        let small = dataset.train.images.image_len() <= 64;
        let name = if small { "digits8" } else { "compact" };
        let preset = Config::preset(name, self.source.recipe.into())?;
        // Labels are optional where nobody asked for a conditional model.
        let conditional = preset.conditional && dataset.train.labels.is_some();
        Ok(Config { conditional, ..preset })
    }

    /// The configuration of the preset or the file that was named.
    pub(super) fn named_source(&self) -> Result<Option<Config>> {
        let recipe = self.source.recipe.into();
        match (&self.source.preset, &self.source.config) {
            (_, Some(path)) => Config::read(path).map(Some),
            (Some(preset), None) => Config::preset(preset, recipe).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// The flags that were given for a key of the configuration: their names, the key, its value.
    pub(super) fn flags(&self) -> Vec<(&'static str, &'static str, Value)> {
        let Self { source, network, training, run, output, .. } = self;
        let hidden = |sizes: &super::options::Hidden| Value::from(sizes.0.clone());
        let label = match (network.conditional, network.unconditional) {
            (true, _) => Some(("--conditional", Value::from(true))),
            (_, true) => Some(("--unconditional", Value::from(false))),
            _ => None,
        };
        let flags = [
            ("--name", "name", source.name.clone().map(Value::from)),
            ("--seed", "seed", run.seed.map(Value::from)),
            ("--g-hidden", "generator.hidden", network.g_hidden.as_ref().map(hidden)),
            ("--d-hidden", "discriminator.hidden", network.d_hidden.as_ref().map(hidden)),
            ("--lr", "training.lr", training.lr.map(Value::from)),
            ("--batch", "training.batch", training.batch.map(Value::from)),
            ("--micro-batch", "training.micro_batch", training.micro_batch.map(Value::from)),
            ("--objective", "training.objective", training.objective.clone().map(Value::from)),
            ("--gamma", "training.r1_gamma", training.gamma.map(Value::from)),
            ("--ema", "training.ema_decay", training.ema.map(Value::from)),
            ("--eval-every", "training.eval_every", output.eval_every.map(Value::from)),
            ("--snapshot-every", "training.snapshot_every", output.snapshot_every.map(Value::from)),
        ];
        let flags = flags.into_iter().chain(self.task.flags()).chain(self.table.flags());
        let flags = flags.filter_map(|(flag, key, value)| Some((flag, key, value?)));
        flags.chain(label.map(|(flag, value)| (flag, "conditional", value))).collect()
    }

    /// Refuses a flag and a `--set` for the same key: nobody can tell which of them was meant.
    pub(super) fn refuse_contradictions(&self) -> Result<()> {
        let flags = self.flags().into_iter().map(|(flag, key, _)| (flag, key));
        let lengths = [
            ("--steps", self.run.steps.is_some()),
            ("--epochs", self.run.epochs.is_some()),
            ("--minutes", self.run.minutes.is_some()),
        ];
        let lengths =
            lengths.into_iter().filter(|(_, given)| *given).map(|(flag, _)| (flag, STEPS));
        for (flag, key) in flags.chain(lengths) {
            // --set of a whole table, too.
            let same = |setting: &&Setting| {
                key.strip_prefix(setting.key.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            if let Some(Setting { key: set, .. }) = self.source.set.iter().find(same) {
                bail!("{flag} and --set {set}: both say what {key} is; give one of them");
            }
        }
        Ok(())
    }
}
