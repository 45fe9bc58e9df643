//! Generators that others trained, as a [`FloatGenerator`], which is quantized like one of ours.

use crate::export::float::{FloatGenerator, FloatLayer};
use crate::nn::act::Act;
use anyhow::{Context, Result, ensure};
use gan_core::blob::{ImageShape, InputParts};
use gan_import::{Activation, Network};

/// What a file of weights does not say.
#[derive(Debug, Clone)]
pub struct Meaning {
    /// The model's name.
    pub name: String,
    /// Width and height; none: as many pixels as there are in a square.
    pub image: Option<[u16; 2]>,
    /// Labels that go in as one-hot vectors beside the latent; 0 for none, or for an embedding.
    pub classes: u16,
    /// Whether the label's numbers come before the latent's, and not after them.
    pub label_first: bool,
}

/// The generator of a network that was read. The numbers of a label, a one-hot vector's or an
/// embedding's, are the same for all images of the label: what they add to the first layer's sums
/// becomes the label's biases.
///
/// # Errors
///
/// Sizes that do not fit each other or the format.
pub fn generator(network: &Network, meaning: &Meaning) -> Result<FloatGenerator> {
    let first = network.layers.first().context("no layer")?;
    let last = network.layers.last().context("no layer")?;
    let classes = usize::from(meaning.classes);
    let labels: Vec<Vec<f32>> = match &network.embedding {
        Some(rows) => {
            ensure!(
                classes == 0 || classes == rows.len(),
                "--classes {classes}: the embedding has {} labels",
                rows.len()
            );
            rows.clone()
        }
        None => {
            let one_hot = |label| (0..classes).map(|at| f32::from(u8::from(at == label))).collect();
            (0..classes).map(one_hot).collect()
        }
    };
    let width = labels.first().map_or(0, Vec::len);
    ensure!(
        first.inputs > width,
        "{}: takes {} numbers, of which {width} are the label's: no latent is left",
        first.name,
        first.inputs
    );
    let latent = first.inputs - width;
    let image = shape(last.outputs, meaning.image)?;
    let mut layers: Vec<FloatLayer> = Vec::new();
    for (index, layer) in network.layers.iter().enumerate() {
        let (mut weights, mut bias) = (layer.weights.clone(), layer.bias.clone());
        let mut inputs = layer.inputs;
        if index == 0 && !labels.is_empty() {
            let place = if meaning.label_first { 0 } else { latent };
            let numbers = place * layer.outputs..(place + width) * layer.outputs;
            let of_label: Vec<f32> = weights.drain(numbers).collect();
            bias = labels.iter().flat_map(|row| added(row, &of_label, &layer.bias)).collect();
            inputs = latent;
        }
        layers.push(FloatLayer {
            inputs,
            outputs: layer.outputs,
            weights,
            bias,
            act: act(layer.activation),
        });
    }
    ensure!(
        layers.iter().all(|layer| layer.inputs.max(layer.outputs) <= usize::from(u16::MAX)),
        "a layer of more than {} numbers",
        u16::MAX
    );
    Ok(FloatGenerator {
        name: meaning.name.clone(),
        latent_len: latent as u16,
        inputs: InputParts::of_latent(latent as u16),
        classes: labels.len().try_into().context("too many labels")?,
        image,
        metadata: Vec::new(),
        layers,
    })
}

/// The biases of a label, whose numbers are `row`, with these rows of weights.
fn added(row: &[f32], weights: &[f32], bias: &[f32]) -> Vec<f32> {
    let mut sums: Vec<f64> = bias.iter().map(|&bias| bias.into()).collect();
    for (number, weights) in row.iter().zip(weights.chunks_exact(bias.len())) {
        for (sum, weight) in sums.iter_mut().zip(weights) {
            *sum += f64::from(*number) * f64::from(*weight);
        }
    }
    sums.into_iter().map(|sum| sum as f32).collect()
}

/// The size of grey images of so many pixels.
fn shape(pixels: usize, given: Option<[u16; 2]>) -> Result<ImageShape> {
    let [width, height] = match given {
        Some(given) => given,
        None => {
            let side = pixels.isqrt();
            ensure!(
                side * side == pixels,
                "{pixels} pixels come out, which are no square: give --image WIDTHxHEIGHT"
            );
            [side as u16; 2]
        }
    };
    ensure!(
        usize::from(width) * usize::from(height) == pixels,
        "--image {width}x{height}: {pixels} pixels come out"
    );
    Ok(ImageShape { width, height, channels: 1 })
}

fn act(activation: Activation) -> Act {
    match activation {
        Activation::Linear => Act::Linear,
        Activation::Relu => Act::Relu,
        Activation::LeakyRelu(slope) => Act::LeakyRelu(slope),
        Activation::Tanh => Act::Tanh,
        Activation::Sigmoid => Act::Sigmoid,
        Activation::Elu => Act::Elu,
        Activation::Selu => Act::Selu,
        Activation::Softplus => Act::Softplus,
        Activation::Gelu => Act::Gelu,
        Activation::Silu => Act::Silu,
    }
}
