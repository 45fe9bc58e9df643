//! The two networks' part of a configuration.

use super::{check_not_negative, check_range};
use anyhow::{Context, Result, ensure};
use gan_core::blob::MAX_LAYERS;
use serde::{Deserialize, Serialize};

/// The generator network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeneratorConfig {
    /// Length of the latent vector. In a task, how many numbers go in; 0 until the data says it.
    #[serde(default)]
    pub latent: u16,
    /// Hidden layers: outputs, or a table of what differs from the fields below.
    pub hidden: Vec<HiddenLayer>,
    /// After each hidden layer.
    #[serde(default)]
    pub activation: HiddenActivation,
    /// Of `leaky_relu`.
    #[serde(default = "default_slope")]
    pub slope: f32,
    /// Batch normalization before the activation of each hidden layer; folded away when the
    /// generator is quantized.
    #[serde(default)]
    pub batch_norm: bool,
    /// Part of each hidden layer's outputs that is left out in a training step.
    #[serde(default)]
    pub dropout: f32,
    /// After the last layer.
    #[serde(default)]
    pub output: OutputActivation,
    /// Weight of the sum of the weights' magnitudes in the loss.
    #[serde(default)]
    pub l1: f64,
    /// Weight of half the sum of the weights' squares in the loss.
    #[serde(default)]
    pub l2: f64,
}

/// The discriminator network: hidden layers and one logit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiscriminatorConfig {
    /// Hidden layers: outputs, or a table of what differs from the fields below.
    pub hidden: Vec<HiddenLayer>,
    /// After each hidden layer.
    #[serde(default)]
    pub activation: HiddenActivation,
    /// Of `leaky_relu`.
    #[serde(default = "default_slope")]
    pub slope: f32,
    /// Batch normalization before the activation of each hidden layer, of real and generated images
    /// apart.
    #[serde(default)]
    pub batch_norm: bool,
    /// Part of each hidden layer's outputs that is left out in a training step.
    #[serde(default)]
    pub dropout: f32,
    /// Divides each weight matrix by its largest singular value (Miyato et al. 2018).
    #[serde(default)]
    pub spectral_norm: bool,
    /// Weight of the sum of the weights' magnitudes in the loss.
    #[serde(default)]
    pub l1: f64,
    /// Weight of half the sum of the weights' squares in the loss.
    #[serde(default)]
    pub l2: f64,
}

/// A hidden layer in a configuration: its size, or a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a layer's size, or a table with size and any of \
                 activation, slope, batch_norm, dropout"
)]
pub enum HiddenLayer {
    /// As the network's other fields say.
    Size(u16),
    /// What differs from them.
    Table(LayerTable),
}

/// A hidden layer that differs from the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerTable {
    /// Outputs.
    pub size: u16,
    /// In place of the network's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation: Option<HiddenActivation>,
    /// In place of the network's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slope: Option<f32>,
    /// In place of the network's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_norm: Option<bool>,
    /// In place of the network's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropout: Option<f32>,
}

/// A hidden layer with everything decided.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerConfig {
    /// Outputs.
    pub size: u16,
    /// Its kind.
    pub activation: HiddenActivation,
    /// Of `leaky_relu`.
    pub slope: f32,
    /// Before the activation.
    pub batch_norm: bool,
    /// After the activation.
    pub dropout: f32,
}

/// Activation of hidden layers.
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
    /// `1 / (1 + e^-x)`
    Sigmoid,
    /// `x`, or `e^x - 1` where it is negative
    Elu,
    /// The same, scaled so that means of 0 and variances of 1 stay
    Selu,
    /// `x` times the probability that a standard normal number is below it
    Gelu,
    /// `log(1 + e^x)`
    Softplus,
    /// `x / (1 + e^-x)`, also called swish
    Silu,
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

fn default_slope() -> f32 {
    0.2
}

impl HiddenLayer {
    fn with(&self, default: LayerConfig) -> LayerConfig {
        match self {
            Self::Size(size) => LayerConfig { size: *size, ..default },
            Self::Table(table) => LayerConfig {
                size: table.size,
                activation: table.activation.unwrap_or(default.activation),
                slope: table.slope.unwrap_or(default.slope),
                batch_norm: table.batch_norm.unwrap_or(default.batch_norm),
                dropout: table.dropout.unwrap_or(default.dropout),
            },
        }
    }
}

/// The layers, with `default` for what they leave open.
fn decide(hidden: &[HiddenLayer], default: LayerConfig) -> Vec<LayerConfig> {
    hidden.iter().map(|layer| layer.with(default)).collect()
}

impl LayerConfig {
    fn check(&self) -> Result<()> {
        ensure!(self.size > 0, "expected a size of at least 1, found 0");
        ensure!((0.0..=1.0).contains(&self.slope), "slope: expected 0 to 1, found {}", self.slope);
        check_range("dropout", self.dropout.into(), 1.0)
    }
}

/// Numbers in a network, at most: what is trained of them takes four times their memory.
const MAX_PARAMS: usize = 1 << 31;

/// Refuses a network whose hidden layers make it too large for any computer's memory.
pub(crate) fn check_params(network: &str, params: usize) -> Result<()> {
    ensure!(
        params <= MAX_PARAMS,
        "{network}.hidden: {params} parameters (expected at most {MAX_PARAMS})"
    );
    Ok(())
}

fn check_layers(network: &str, layers: &[LayerConfig], l1: f64, l2: f64) -> Result<()> {
    for (index, layer) in layers.iter().enumerate() {
        layer
            .check()
            .with_context(|| format!("{network}.hidden layer {index}"))
            .map_err(|error| anyhow::anyhow!("{error:#}"))?;
    }
    let sizes = layers.iter().map(|layer| usize::from(layer.size));
    let pairs = sizes.clone().zip(sizes.skip(1));
    check_params(network, pairs.map(|(inputs, outputs)| (inputs + 1) * outputs).sum())?;
    check_not_negative(&format!("{network}.l1"), l1)?;
    check_not_negative(&format!("{network}.l2"), l2)
}

impl GeneratorConfig {
    /// The hidden layers.
    pub fn layers(&self) -> Vec<LayerConfig> {
        let &Self { activation, slope, batch_norm, dropout, .. } = self;
        decide(&self.hidden, LayerConfig { size: 0, activation, slope, batch_norm, dropout })
    }

    pub(super) fn check(&self) -> Result<()> {
        let (found, most) = (self.hidden.len(), MAX_LAYERS - 1);
        ensure!(found <= most, "generator.hidden: expected at most {most} layers, found {found}");
        check_layers("generator", &self.layers(), self.l1, self.l2)
    }

    /// The same network with normalization folded into its layers.
    pub fn fold_batch_norm(&mut self) {
        self.batch_norm = false;
        for layer in &mut self.hidden {
            if let HiddenLayer::Table(table) = layer {
                table.batch_norm = None;
            }
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

impl DiscriminatorConfig {
    /// The hidden layers.
    pub fn layers(&self) -> Vec<LayerConfig> {
        let &Self { activation, slope, batch_norm, dropout, .. } = self;
        decide(&self.hidden, LayerConfig { size: 0, activation, slope, batch_norm, dropout })
    }

    pub(super) fn check(&self) -> Result<()> {
        check_layers("discriminator", &self.layers(), self.l1, self.l2)
    }
}
