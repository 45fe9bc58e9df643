//! The trained generator as a device would see it, still in floats: normalization and labels folded
//! into the layers.

mod layer;

use crate::config::{Config, TableConfig};
use crate::nn::act::Act;
use crate::nn::half_bytes::HalfBytes;
use crate::nn::mlp::{LayerShape, Mlp, Pass};
use crate::nn::params::{HostParam, LayerParams, by_layer, names, read};
use crate::task;
use crate::train::Trainer;
use crate::train::checkpoint::RunData;
use anyhow::{Context, Result, bail};
use burn::prelude::*;
use burn::tensor::TensorData;
use gan_core::blob::{ImageShape, InputParts, LayerSpec, LayerSpecs, OutputKind};
use gan_core::generator::Layer;
use gan_core::{Element, Header, latent};
use gan_tools::images::Images;
use gan_tools::layers::encode;
use gan_tools::samples::Samples;
pub use layer::FloatLayer;
pub(crate) use layer::Moments;

/// Samples from which the normalization's statistics are computed.
const STATISTICS_SAMPLES: usize = 12_800;
/// Their seed: not one that people use, so that nobody's images are among them.
const STATISTICS_SEED: u64 = 0x5EED_0F57_A715;

/// A generator of plain fully connected layers.
#[derive(Debug, Clone)]
pub struct FloatGenerator {
    /// The model's name.
    pub name: String,
    /// How many codes go in: the length of the latent vector, or in a task that of all `inputs`.
    pub latent_len: u16,
    /// What goes in.
    pub inputs: InputParts,
    /// Number of labels; 0 if it takes none.
    pub classes: u16,
    /// Size of the images.
    pub image: ImageShape,
    /// What the outputs mean, if they are a table's numbers, as a blob has it; empty for images.
    pub metadata: Vec<u8>,
    /// First to last.
    pub layers: Vec<FloatLayer>,
}

/// Samples with labels as often as they are in the data: `counts` are those of the data's labels.
fn with_labels_of(mut samples: Samples, counts: &[u64]) -> Samples {
    let all: u64 = counts.iter().sum();
    // Each label in even distances: the one that is furthest behind its share comes next.
    let mut shown = vec![0u64; counts.len()];
    for (index, label) in samples.labels.iter_mut().enumerate() {
        let behind = |class: usize| {
            let due = counts[class] as f64 * (index + 1) as f64 / all.max(1) as f64;
            due - shown[class] as f64
        };
        let Some(next) = (0..counts.len()).max_by(|&a, &b| behind(a).total_cmp(&behind(b))) else {
            break;
        };
        shown[next] += 1;
        *label = next as u16;
    }
    samples
}

/// What the outputs of a run's generator mean.
fn metadata_of(config: &Config) -> Vec<u8> {
    let metadata = config.table.as_ref().map(TableConfig::metadata).transpose();
    metadata.expect("the configuration's check encodes it").unwrap_or_default()
}

/// What a network sees of some samples: latents, and to their right the labels as one-hot vectors.
fn inputs(samples: &Samples, part: std::ops::Range<usize>, classes: usize) -> Tensor<2> {
    let latent = samples.codes.len() / samples.count.max(1);
    let mut values = Vec::with_capacity(part.len() * (latent + classes));
    for sample in part.clone() {
        let codes = &samples.codes[sample * latent..(sample + 1) * latent];
        values.extend(codes.iter().map(|&code| latent::real(code)));
        let label = usize::from(samples.labels[sample]);
        values.extend((0..classes).map(|class| f32::from(u8::from(class == label))));
    }
    let shape = [part.len(), latent + classes];
    Tensor::from_data(TensorData::new(values, shape), &Device::flex())
}

impl FloatGenerator {
    /// The generator of a run, from the parameters of its averaged network: with rounded weights
    /// if it was trained with such.
    ///
    /// Batch normalization is folded into the layers with the mean and variance that its sums have
    /// over many samples, whose labels are as frequent as in the run's data.
    pub fn new(config: &Config, run: &RunData, average: &[HostParam]) -> Self {
        let (shape, latent_len) = (run.shape, config.generator.latent);
        let samples = Samples::new(STATISTICS_SEED, STATISTICS_SAMPLES, latent_len, shape.classes);
        let samples = with_labels_of(samples, &run.label_counts);
        let mut generator = Self {
            name: config.name.clone(),
            latent_len,
            inputs: task::inputs_of(config),
            classes: shape.classes,
            image: ImageShape {
                width: shape.width as u16,
                height: shape.height as u16,
                channels: 1,
            },
            metadata: metadata_of(config),
            layers: Vec::new(),
        };
        let shapes = shape.generator(config);
        for (index, layer) in by_layer(&shapes, average).into_iter().enumerate() {
            let LayerParams { params, shape: LayerShape { inputs, .. } } = layer;
            let inputs = if index == 0 { usize::from(latent_len) } else { inputs };
            let mut folded = FloatLayer::without_norm(inputs, layer);
            if index == 0 && config.task.is_some() {
                folded.fold_inputs(task::affine());
            }
            generator.layers.push(folded);
            if let [_, gain, shift] = params {
                let mut moments = Moments::new(layer.shape.outputs);
                let network = generator.network(Some(Act::Linear));
                generator.run(&network, &samples, |sums| moments.add(&sums));
                generator.layers[index].fold_norm(&gain.values, &shift.values, &moments);
            }
        }
        if config.training.weight_bits == 4 {
            generator.round(config.training.weight_group);
        }
        generator
    }

    /// The averaged generator of a run, as it stands now.
    pub fn of(trainer: &Trainer) -> Self {
        let average = trainer.state().averaged().params();
        Self::new(trainer.config(), trainer.run_data(), &average)
    }

    /// Rounds the weights of all layers but the first to four bits, as they were in training.
    fn round(&mut self, group: u8) {
        for layer in self.layers.iter_mut().skip(1) {
            let size = [layer.inputs, layer.outputs];
            HalfBytes::new(&layer.weights.clone(), size, group, |_| 1.0, |_| 0.0)
                .write(&mut layer.weights);
        }
    }

    /// The layers as a network on the CPU, whose first one takes labels as one-hot vectors. `last`
    /// replaces the last layer's activation.
    fn network(&self, last: Option<Act>) -> Mlp {
        let classes = usize::from(self.classes);
        let layers = self.layers.iter().enumerate().map(|(index, layer)| LayerShape {
            inputs: layer.inputs + if index == 0 { classes } else { 0 },
            outputs: layer.outputs,
            act: last.filter(|_| index + 1 == self.layers.len()).unwrap_or(layer.act),
            batch_norm: false,
            dropout: 0.0,
        });
        let shapes: Vec<LayerShape> = layers.collect();
        let mut params = names(&shapes);
        for (params, layer) in params.chunks_exact_mut(2).zip(&self.layers) {
            let [weight, bias] = params else { continue };
            weight.values.clone_from(&layer.weights);
            if weight.shape[0] == layer.inputs {
                bias.values.clone_from(&layer.bias);
            } else {
                // A one-hot vector picks its label's row of biases.
                weight.values.extend(&layer.bias);
                bias.values = vec![0.0; layer.outputs];
            }
        }
        Mlp::from_params(&shapes, &params, &Device::flex())
    }

    /// The parameters that a network without normalization begins with, to be trained on.
    pub fn params(&self) -> Vec<HostParam> {
        self.network(None).params()
    }

    /// Calls `part` with a network's results, `[sample][output]`, for some samples after the
    /// other: all at once may be a hundred megabytes.
    fn run(&self, network: &Mlp, samples: &Samples, mut part: impl FnMut(Vec<f32>)) {
        const AT_ONCE: usize = 1000;
        for first in (0..samples.count).step_by(AT_ONCE) {
            let end = samples.count.min(first + AT_ONCE);
            let inputs = inputs(samples, first..end, self.classes.into());
            part(read(network.forward(inputs, Pass::PLAIN)));
        }
    }

    /// The sums of layer `index` before its activation, `[sample][output]`.
    pub fn sums(&self, samples: &Samples, index: usize) -> Vec<f32> {
        let part = Self { layers: self.layers[..=index].to_vec(), ..self.clone() };
        let mut sums = Vec::new();
        part.run(&part.network(Some(Act::Linear)), samples, |part| sums.extend(part));
        sums
    }

    /// The outputs of every layer, `[sample][output]` each.
    pub fn outputs(&self, samples: &Samples) -> Vec<Vec<f32>> {
        let mut x = inputs(samples, 0..samples.count, self.classes.into());
        let layers = self.network(None).layers.into_iter().map(|layer| {
            x = Mlp { layers: vec![layer] }.forward(x.clone(), Pass::PLAIN);
            read(x.clone())
        });
        layers.collect()
    }

    /// The images of these samples, computed here: quicker than the blob's, for looking at a run
    /// while it trains.
    pub fn images(&self, samples: &Samples) -> Images {
        let (low, range) = match self.layers.last().map(|layer| layer.act) {
            Some(Act::Tanh) => (-1.0, 2.0),
            _ => (0.0, 1.0),
        };
        let mut pixels =
            Vec::with_capacity(samples.count * self.layers.last().map_or(0, |layer| layer.outputs));
        self.run(&self.network(None), samples, |x| {
            pixels.extend(x.into_iter().map(|y| ((y - low) / range * 255.0).round() as u8))
        });
        Images {
            count: samples.count,
            width: self.image.width.into(),
            height: self.image.height.into(),
            pixels,
        }
    }

    /// The generator as a blob of f32 layers: the float reference, which gan-core runs like any
    /// other.
    ///
    /// # Errors
    ///
    /// More layers or a longer name than the format holds, or an activation that it has no name
    /// for: that of a float layer is computed where it runs, and not looked up in a table.
    pub fn to_blob(&self) -> Result<Vec<u8>> {
        if let Some(layer) = self.layers.iter().find(|layer| layer.act.by_table()) {
            bail!("a float blob cannot hold the activation {:?}", layer.act);
        }
        let specs = self.layers.iter().map(|layer| layer.spec(Element::F32, 0)).collect::<Vec<_>>();
        let header = self.header(&specs)?;
        let bytes: Vec<(Vec<u8>, Vec<u8>)> = self
            .layers
            .iter()
            .map(|layer| {
                (
                    le_bytes(layer.rows().flat_map(Vec::into_iter)),
                    le_bytes(layer.bias.iter().copied()),
                )
            })
            .collect();
        let layers: Vec<_> =
            bytes.iter().map(|(weights, bias)| Layer::F32 { weights, bias }).collect();
        encode(&header, &layers)
    }

    /// The header for these layers.
    ///
    /// # Errors
    ///
    /// More layers than the format holds.
    pub fn header(&self, specs: &[LayerSpec]) -> Result<Header<'_>> {
        let layers = LayerSpecs::from_slice(specs).context("more layers than a blob can hold")?;
        let mut header = Header::new(&self.name, self.latent_len, self.classes, self.image, layers);
        header.inputs = self.inputs;
        if !self.metadata.is_empty() {
            (header.outputs, header.metadata) = (OutputKind::Numbers, &self.metadata);
        }
        Ok(header)
    }
}

fn le_bytes(values: impl Iterator<Item = f32>) -> Vec<u8> {
    values.flat_map(f32::to_le_bytes).collect()
}

#[cfg(test)]
mod tests;
