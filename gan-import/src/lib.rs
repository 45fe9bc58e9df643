//! Reads MLP generators that other programs trained: fully connected layers, batch normalization
//! and activations, which become layers of weights, a bias and an activation.
//!
//! | file | what it says |
//! |---|---|
//! | `.safetensors` | tensors by name |
//! | `.pt`, `.pth` of PyTorch | the same: a state dict, alone or in a dict, or a whole module |
//! | `.onnx` | the operations too |
//! | `.keras`, `.h5` of Keras (feature `keras`) | the layers and their activations too |
//! | `.weights.h5` of Keras (the same) | tensors by name |
//!
//! Tensors by name say neither how the layers follow each other nor what their activations are. The
//! order is guessed from the names, and [`Network::notes`] says what was guessed.

mod file;
mod fold;
#[cfg(feature = "keras")]
mod keras;
mod names;
mod onnx;
mod pytorch;
mod safetensors;
mod zip;

use anyhow::{Context, Result, bail, ensure};
use std::path::Path;

/// What an element of a layer's results becomes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Activation {
    /// Itself.
    Linear,
    /// Itself, or 0.
    Relu,
    /// Itself, or this slope times itself where it is negative.
    LeakyRelu(f32),
    /// Its hyperbolic tangent.
    Tanh,
    /// `1 / (1 + e^-x)`
    Sigmoid,
    /// `x`, or `e^x - 1`.
    Elu,
    /// Klambauer's scaled `elu`.
    Selu,
    /// `log(1 + e^x)`
    Softplus,
    /// By the error function.
    Gelu,
    /// `x / (1 + e^-x)`
    Silu,
}

impl Activation {
    /// Reads a name, with a slope behind a colon: `leaky_relu:0.2`.
    ///
    /// # Errors
    ///
    /// Lists the names.
    pub fn parse(text: &str) -> Result<Self> {
        let (name, slope) = match text.trim().split_once(':') {
            Some((name, slope)) => (name, Some(slope)),
            None => (text.trim(), None),
        };
        let slope = slope.map(|slope| slope.trim().parse::<f32>()).transpose();
        let slope = slope.with_context(|| format!("{text}: its slope is no number"))?;
        ensure!(
            slope.is_none_or(|slope| name == "leaky_relu" && (0.0..=1.0).contains(&slope)),
            "{text}: only leaky_relu has a slope, from 0 to 1"
        );
        Ok(match name {
            "linear" | "none" => Self::Linear,
            "relu" => Self::Relu,
            "leaky_relu" => Self::LeakyRelu(slope.unwrap_or(0.01)),
            "tanh" => Self::Tanh,
            "sigmoid" => Self::Sigmoid,
            "elu" => Self::Elu,
            "selu" => Self::Selu,
            "softplus" => Self::Softplus,
            "gelu" => Self::Gelu,
            "silu" => Self::Silu,
            _ => bail!(
                "{text}: expected linear, relu, leaky_relu:SLOPE, tanh, sigmoid, elu, selu, \
                 softplus, gelu or silu"
            ),
        })
    }
}

/// A fully connected layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// What it is called in the file.
    pub name: String,
    /// Numbers that come in.
    pub inputs: usize,
    /// Numbers that go out.
    pub outputs: usize,
    /// `[input][output]`
    pub weights: Vec<f32>,
    /// `[output]`
    pub bias: Vec<f32>,
    /// What follows the sums.
    pub activation: Activation,
}

/// A network that was read.
#[derive(Debug, Clone)]
pub struct Network {
    /// First to last; each takes what the one before gives.
    pub layers: Vec<Layer>,
    /// The rows of an embedding of labels: `[label][number]`.
    pub embedding: Option<Vec<Vec<f32>>>,
    /// What was guessed or found, in sentences.
    pub notes: Vec<String>,
}

/// What the caller knows about a file.
#[derive(Debug, Clone)]
pub struct Options {
    /// The layers' names, first to last; none: as their names suggest.
    pub layers: Vec<String>,
    /// The activations: one for each layer, or one for all hidden layers and one for the last.
    pub activations: Vec<Activation>,
    /// What batch normalization adds to the variance, where the file does not say it.
    pub epsilon: f32,
    /// The key of a `torch.save` under which the generator is.
    pub key: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { layers: Vec::new(), activations: Vec::new(), epsilon: 1e-5, key: None }
    }
}

/// Reads a file.
///
/// # Errors
///
/// Names the file, the layer and what was expected.
pub fn read(path: &Path, options: &Options) -> Result<Network> {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let read = || match extension.as_str() {
        "safetensors" => names::network(safetensors::read(path)?, options),
        "onnx" => onnx::network(&file::read(path)?, options),
        "pt" | "pth" | "bin" | "ckpt" => {
            let (tensors, note) = pytorch::read(path, options.key.as_deref())?;
            let mut network = names::network(tensors, options)?;
            network.notes.splice(0..0, note);
            Ok(network)
        }
        #[cfg(feature = "keras")]
        "keras" | "h5" | "hdf5" => keras::network(path, options),
        #[cfg(not(feature = "keras"))]
        "keras" | "h5" | "hdf5" => bail!(
            "Keras's files are read by a program that was built with `--features keras`; or, in \
             Python, model.export(\"x.onnx\", format=\"onnx\") writes one that is read by this"
        ),
        _ => bail!("expected a name in .safetensors, .pt, .pth, .onnx, .keras or .h5"),
    };
    read().with_context(|| path.display().to_string())
}

/// The code in README.md is compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
