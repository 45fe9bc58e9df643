//! What a run is made of: networks, training and seed, as a TOML file. Presets are such files.

use anyhow::{Context, Result, bail, ensure};
use gan_core::Activation;
use gan_core::blob::{MAX_LAYERS, MAX_NAME};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The presets: name and TOML text.
pub const PRESETS: [(&str, &str); 2] =
    [("digits8", include_str!("../presets/digits8.toml")), ("compact", include_str!("../presets/compact.toml"))];

/// A run's configuration. Every field is written out in `config.toml`, so that a run can be repeated.
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
    /// From latent (and label) to image.
    pub generator: GeneratorConfig,
    /// From image (and label) to a logit.
    pub discriminator: DiscriminatorConfig,
    /// How to train.
    #[serde(default)]
    pub training: TrainingConfig,
}

/// The generator network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeneratorConfig {
    /// Length of the latent vector.
    pub latent: u16,
    /// Outputs of each hidden layer.
    pub hidden: Vec<u16>,
    /// After each hidden layer.
    #[serde(default)]
    pub activation: HiddenActivation,
    /// Of `leaky_relu`.
    #[serde(default = "default_slope")]
    pub slope: f32,
    /// Batch normalization before the activation of each hidden layer; folded away when the generator is quantized.
    #[serde(default)]
    pub batch_norm: bool,
    /// After the last layer.
    #[serde(default)]
    pub output: OutputActivation,
}

/// The discriminator network: LeakyReLU and one logit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiscriminatorConfig {
    /// Outputs of each hidden layer.
    pub hidden: Vec<u16>,
    /// Of the LeakyReLU after each hidden layer.
    #[serde(default = "default_slope")]
    pub slope: f32,
}

/// Activation of the generator's hidden layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HiddenActivation {
    /// `max(x, 0)`
    Relu,
    /// `x`, or the slope times `x` where it is negative
    #[default]
    LeakyRelu,
    /// Hyperbolic tangent
    Tanh,
}

/// Activation of the generator's last layer. The data is scaled to its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputActivation {
    /// Pixels are 0 to 1.
    #[default]
    Sigmoid,
    /// Pixels are -1 to 1.
    Tanh,
}

/// The recipe: see docs/training.md.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainingConfig {
    /// Images in a batch.
    pub batch: usize,
    /// Steps in all; one step updates the discriminator and then the generator.
    pub steps: u64,
    /// Adam's rate, of both networks: constant up to half of the steps, then falling linearly to 2 % of it.
    pub rate: f64,
    /// Adam's decay of the first moment.
    pub beta1: f64,
    /// Adam's decay of the second moment.
    pub beta2: f64,
    /// Adam's epsilon.
    pub epsilon: f64,
    /// Weight of the finite-difference R1 penalty; 0 leaves it out.
    pub r1_gamma: f64,
    /// Its step: standard deviation of the noise that is added to the real images, whose pixels are 0..1 (or -1..1 for a tanh
    /// output).
    pub r1_sigma: f64,
    /// Decay of the exponential moving average of the generator's weights.
    pub ema_decay: f64,
}

impl Default for TrainingConfig {
    fn default() -> Self {
        Self {
            batch: 128,
            steps: 20_000,
            rate: 1e-3,
            beta1: 0.5,
            beta2: 0.999,
            epsilon: 1e-8,
            r1_gamma: 1.0,
            r1_sigma: 0.1,
            ema_decay: 0.999,
        }
    }
}

fn default_slope() -> f32 {
    0.2
}

impl Config {
    /// The preset of that name.
    ///
    /// # Errors
    ///
    /// Lists the presets if there is none of that name.
    pub fn preset(name: &str) -> Result<Self> {
        let Some((_, text)) = PRESETS.iter().find(|(preset, _)| *preset == name) else {
            let names: Vec<_> = PRESETS.iter().map(|(name, _)| *name).collect();
            bail!("--preset {name}: no such preset (there are: {})", names.join(", "));
        };
        Self::parse(text).with_context(|| format!("preset {name}"))
    }

    /// Reads a configuration file.
    ///
    /// # Errors
    ///
    /// Names the file, the field and what is wrong with it.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("{}: cannot be read", path.display()))?;
        Self::parse(&text).with_context(|| path.display().to_string())
    }

    fn parse(text: &str) -> Result<Self> {
        let config: Self = toml::from_str(text)?;
        config.check()?;
        Ok(config)
    }

    /// Checks every number's range.
    ///
    /// # Errors
    ///
    /// Names the field and what was expected.
    pub fn check(&self) -> Result<()> {
        let Self { name, generator, discriminator, training, .. } = self;
        ensure!(!name.is_empty() && name.len() <= MAX_NAME, "name: expected 1 to {MAX_NAME} bytes, found {}", name.len());
        ensure!(generator.latent > 0, "generator.latent: expected at least 1");
        let most = MAX_LAYERS - 1;
        ensure!(
            generator.hidden.len() <= most,
            "generator.hidden: expected at most {most} layers, found {}",
            generator.hidden.len()
        );
        for (field, hidden) in [("generator", &generator.hidden), ("discriminator", &discriminator.hidden)] {
            ensure!(!hidden.contains(&0), "{field}.hidden: expected sizes of at least 1, found 0");
        }
        for (field, slope) in [("generator", generator.slope), ("discriminator", discriminator.slope)] {
            ensure!((0.0..=1.0).contains(&slope), "{field}.slope: expected 0 to 1, found {slope}");
        }
        ensure!(training.batch >= 2, "training.batch: expected at least 2, found {}", training.batch);
        ensure!(training.steps > 0, "training.steps: expected at least 1");
        let positive = [("rate", training.rate), ("epsilon", training.epsilon), ("r1_sigma", training.r1_sigma)];
        for (field, value) in positive {
            ensure!(value > 0.0 && value.is_finite(), "training.{field}: expected a positive number, found {value}");
        }
        let decays = [("beta1", training.beta1), ("beta2", training.beta2), ("ema_decay", training.ema_decay)];
        for (field, value) in decays {
            ensure!((0.0..1.0).contains(&value), "training.{field}: expected 0 up to (not including) 1, found {value}");
        }
        ensure!(training.r1_gamma >= 0.0, "training.r1_gamma: expected 0 or more, found {}", training.r1_gamma);
        Ok(())
    }
}

impl GeneratorConfig {
    /// The activation of the hidden layers.
    pub fn hidden_activation(&self) -> Activation {
        match self.activation {
            HiddenActivation::Relu => Activation::Relu,
            HiddenActivation::LeakyRelu => Activation::LeakyRelu(self.slope),
            HiddenActivation::Tanh => Activation::Tanh,
        }
    }

    /// The activation of the last layer.
    pub fn output_activation(&self) -> Activation {
        match self.output {
            OutputActivation::Sigmoid => Activation::Sigmoid,
            OutputActivation::Tanh => Activation::Tanh,
        }
    }

    /// The range of pixels, as lowest and width: 0..1 or -1..1.
    pub fn pixel_range(&self) -> (f32, f32) {
        match self.output {
            OutputActivation::Sigmoid => (0.0, 1.0),
            OutputActivation::Tanh => (-1.0, 2.0),
        }
    }
}
