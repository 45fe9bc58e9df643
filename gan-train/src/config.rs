//! What a run is made of: networks, training and seed, as a TOML file. Presets are such files.

mod kinds;
mod metrics;
mod networks;
mod old_names;
mod presets;
mod set;
pub mod table;
mod task;
mod training;

pub use kinds::{Alternate, Network, Objective, OptimizerKind, R1};
pub use metrics::{Better, METRICS, Metric, TASK_METRICS};
pub(crate) use networks::check_params;
pub use networks::{
    DiscriminatorConfig, GeneratorConfig, HiddenActivation, HiddenLayer, LayerConfig,
    OutputActivation,
};
pub(crate) use old_names::with_new_names;
pub use presets::{PRESETS, Preset, Recipe};
pub use set::value;
pub use table::TableConfig;
pub use task::{Damage, Style, TaskConfig, TaskKind};
pub use training::TrainingConfig;

use anyhow::{Context, Result, ensure};
use gan_core::blob::MAX_NAME;
use gan_tools::files;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A run's configuration. Every field is written out in `config.toml`, so that a run can be
/// repeated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The model's name, which its blob carries.
    pub name: String,
    /// Everything random comes from it.
    #[serde(default)]
    pub seed: u64,
    /// Whether the networks see labels.
    #[serde(default)]
    pub conditional: bool,
    /// Black pixels that are added at each side of the images: 2 makes 28x28 ones 32x32.
    #[serde(default)]
    pub padding: u16,
    /// From latent (and label) to image.
    pub generator: GeneratorConfig,
    /// From image (and label) to a logit.
    pub discriminator: DiscriminatorConfig,
    /// How to train.
    #[serde(default)]
    pub training: TrainingConfig,
    /// What the generator does with an image that goes in; none for one that draws from latents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskConfig>,
    /// The table whose rows are made; none for images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<TableConfig>,
}

impl Config {
    /// Reads a configuration file. Names that keys had in the version before are read too, with a
    /// warning.
    ///
    /// # Errors
    ///
    /// Names the file, the field and what is wrong with it.
    pub fn read(path: &Path) -> Result<Self> {
        let text = files::read_settings_text(path)?;
        let (text, renamed) = with_new_names(&text, &["training"]);
        if !renamed.is_empty() {
            let renamed: Vec<String> =
                renamed.iter().map(|(old, new)| format!("{old} is called {new} now")).collect();
            tracing::warn!(
                "{}: in training, {}; the next version will not read the old names",
                path.display(),
                renamed.join(", ")
            );
        }
        Self::parse(&text).with_context(|| path.display().to_string())
    }

    fn parse(text: &str) -> Result<Self> {
        let config: Self = toml::from_str(text)?;
        config.check()?;
        Ok(config)
    }

    /// Checks every number's range, and what does not go together.
    ///
    /// # Errors
    ///
    /// Names the field and what was expected.
    pub fn check(&self) -> Result<()> {
        let name = &self.name;
        ensure!(
            !name.is_empty() && name.len() <= MAX_NAME,
            "name: expected 1 to {MAX_NAME} bytes, found {}",
            name.len()
        );
        check_at_most("seed", self.seed, MAX_SEED)?;
        ensure!(self.padding <= 100, "padding: expected at most 100, found {}", self.padding);
        self.generator.check()?;
        self.discriminator.check()?;
        self.training.check()?;
        match &self.task {
            Some(task) => task.check(self)?,
            None => ensure!(self.generator.latent > 0, "generator.latent: expected at least 1"),
        }
        self.metric()?;
        self.table.iter().try_for_each(|table| table.check(self))?;
        // Statistics of a batch would be those of weights that are not the blob's.
        let normalized = self.generator.layers().iter().any(|layer| layer.batch_norm);
        ensure!(
            self.training.weight_bits == 8 || !normalized,
            "training.weight_bits: 4 needs a generator without batch_norm \
             (gan-train finetune folds it)"
        );
        Ok(())
    }
}

/// The largest seed: TOML, and with it `config.toml` and a checkpoint, holds whole numbers of 63
/// bits.
pub const MAX_SEED: u64 = i64::MAX as u64;

/// `value` is at most `most`.
fn check_at_most(field: &str, value: u64, most: u64) -> Result<()> {
    ensure!(value <= most, "{field}: expected at most {most}, found {value}");
    Ok(())
}

/// `value` is at least 0 and below `end`.
fn check_range(field: &str, value: f64, end: f64) -> Result<()> {
    ensure!(
        (0.0..end).contains(&value),
        "{field}: expected 0 up to (not including) {end}, found {value}"
    );
    Ok(())
}

/// `value` is at least 0.
fn check_not_negative(field: &str, value: f64) -> Result<()> {
    ensure!(value >= 0.0 && value.is_finite(), "{field}: expected 0 or more, found {value}");
    Ok(())
}

/// `value` is above 0.
fn check_positive(field: &str, value: f64) -> Result<()> {
    ensure!(value > 0.0 && value.is_finite(), "{field}: expected a positive number, found {value}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_valid_and_repeats_itself() {
        for preset in PRESETS {
            let classic = preset.classic.map(|_| Recipe::Classic);
            for recipe in [Recipe::Default].into_iter().chain(classic) {
                let config = Config::preset(preset.name, recipe).unwrap();
                assert_eq!(config.name, preset.name);
                let again = Config::parse(&toml::to_string_pretty(&config).unwrap()).unwrap();
                assert_eq!(again, config);
            }
        }
    }

    /// What a TOML file cannot hold as a number must not get into one, as nothing would read it.
    #[test]
    fn whole_numbers_are_read_back_or_refused() {
        let config = parse("", "").unwrap();
        type Set = fn(&mut Config, u64);
        let fields: [(&str, Set); 5] = [
            ("seed", |config, value| config.seed = value),
            ("training.batch", |config, value| config.training.batch = value as usize),
            ("training.steps", |config, value| config.training.steps = value),
            ("training.eval_every", |config, value| config.training.eval_every = value),
            ("training.eval_samples", |config, value| {
                config.training.eval_samples = value as usize;
            }),
        ];
        for (field, set) in fields {
            for value in [1 << 53, (1 << 63) - 1, 1 << 63, u64::MAX] {
                let mut config = config.clone();
                set(&mut config, value);
                match config.check() {
                    Ok(()) => {
                        let text = toml::to_string_pretty(&config).unwrap();
                        assert_eq!(Config::parse(&text).unwrap(), config, "{field} {value}");
                        assert!(value < 1 << 63, "{field} {value}");
                    }
                    Err(error) => {
                        let error = error.to_string();
                        assert!(
                            error.starts_with(&format!("{field}: expected at most")),
                            "{error}"
                        );
                    }
                }
            }
        }
    }

    /// Parses the smallest configuration with `lines` added to a table.
    fn parse(table: &str, lines: &str) -> Result<Config> {
        let part = |name: &str| if name == table { lines } else { "" };
        Config::parse(&format!(
            "name = \"test\"\n{}\n\
             [generator]\nlatent = 3\n{}\n[discriminator]\n{}\n[training]\n{}\n",
            part(""),
            if table == "generator" { lines.to_owned() } else { "hidden = [4]".into() },
            if table == "discriminator" { lines.to_owned() } else { "hidden = [4]".into() },
            part("training")
        ))
    }

    #[test]
    fn layers_may_differ() {
        let config = parse(
            "generator",
            "hidden = [8, { size = 9, activation = \"tanh\", batch_norm = true, dropout = 0.5 }]",
        )
        .unwrap();
        let layers = config.generator.layers();
        assert_eq!(
            (layers[0].size, layers[0].activation, layers[0].batch_norm),
            (8, HiddenActivation::LeakyRelu, false)
        );
        assert_eq!(
            (layers[1].size, layers[1].activation, layers[1].batch_norm),
            (9, HiddenActivation::Tanh, true)
        );
        assert_eq!((layers[0].dropout, layers[1].dropout), (0.0, 0.5));
    }

    #[test]
    fn what_is_out_of_range_is_named() {
        for (table, lines, expected) in [
            ("generator", "hidden = [0]", "generator.hidden"),
            ("generator", "hidden = [4]\nslope = 2.0", "generator.hidden layer 0: slope"),
            (
                "generator",
                "hidden = [{ size = 4, dropout = 1.0 }]",
                "generator.hidden layer 0: dropout",
            ),
            ("discriminator", "hidden = [4]\nl2 = -1.0", "discriminator.l2"),
            ("training", "label_smoothing = 0.5", "training.label_smoothing"),
            (
                "training",
                "label_smoothing = 0.1\nobjective = \"hinge\"",
                "training.label_smoothing",
            ),
            ("training", "r1 = \"exact\"\nr2_gamma = nan", "training.r2_gamma"),
            ("training", "validation = 1.0", "training.validation"),
            ("training", "generator_lr = 0.0", "training.generator_lr"),
            ("training", "discriminator_steps = 0", "training.discriminator_steps"),
            (
                "training",
                "discriminator_steps = 2\nalternate = \"epochs\"",
                "training.discriminator_steps",
            ),
            ("training", "weight_bits = 5", "training.weight_bits"),
            ("training", "weight_bits = 4\nweight_group = 8", "training.weight_group"),
            ("training", "batch = 12\nshards = 3", "training.shards: expected a power of two"),
            ("training", "batch = 12\nshards = 8", "training.shards: expected a power of two"),
            ("training", "shards = 2\nfeature_matching = 1", "training.shards: not with"),
            ("training", "shards = 2\nr1 = \"exact\"", "training.shards: not with"),
            ("training", "objectiv = \"hinge\"", "objectiv"),
            ("training", "objective = \"hing\"", "objective"),
            ("", "padding = 101", "padding"),
        ] {
            let error = format!("{:#}", parse(table, lines).unwrap_err());
            assert!(error.contains(expected), "{lines}: {error}");
        }
    }

    #[test]
    fn rounded_weights_need_a_generator_without_normalization() {
        let text = |layer: &str| {
            format!(
                "name = \"t\"\n[generator]\nlatent = 3\nhidden = [4, {{ size = 3, {layer} }}]\n\
                 [discriminator]\nhidden = [4]\n[training]\nweight_bits = 4\n"
            )
        };
        let error = Config::parse(&text("batch_norm = true")).unwrap_err().to_string();
        assert!(error.starts_with("training.weight_bits"), "{error}");
        let mut config = Config::parse(&text("dropout = 0.1")).unwrap();
        config.generator.batch_norm = true;
        config.check().unwrap_err();
        config.generator.fold_batch_norm();
        config.check().unwrap();
    }
}
