//! The configuration that a new run's options ask for.

use super::Train;
use anyhow::Result;
use gan_train::config::Config;
use gan_train::data::Dataset;

impl Train {
    /// The configuration for a new run on this data, but for its length.
    pub(super) fn config(&self, dataset: &Dataset) -> Result<Config> {
        let recipe = self.source.recipe.into();
        let mut config = match (&self.source.preset, &self.source.config) {
            (_, Some(path)) => Config::read(path)?,
            (Some(preset), None) => Config::preset(preset, recipe)?,
            (None, None) => {
                let small = dataset.train.images.image_len() <= 64;
                let preset = Config::preset(if small { "digits8" } else { "compact" }, recipe)?;
                // Labels are optional where nobody asked for a conditional model.
                Config {
                    conditional: preset.conditional && dataset.train.labels.is_some(),
                    ..preset
                }
            }
        };
        config.seed = self.run.seed.unwrap_or(config.seed);
        config.conditional =
            (config.conditional || self.data.conditional) && !self.data.unconditional;
        if let Some(name) = &self.source.name {
            config.name.clone_from(name);
        }
        if let Some(every) = self.output.eval_every {
            config.training.eval_every = every;
        } else if config.training.eval_every > 0 && dataset.train.labels.is_none() {
            eprintln!("note: no evaluations: the data has no labels to judge by");
            config.training.eval_every = 0;
        }
        config.check()?;
        Ok(config)
    }
}
