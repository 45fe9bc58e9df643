//! The trained generator as a device would see it, still in floats: normalization and labels folded
//! into the layers.

mod layer;

use crate::config::Config;
use crate::network::Mlp;
use crate::trainer::{Shape, rounding};
use anyhow::{Context, Result};
use gan_core::blob::{ImageShape, LayerSpec, LayerSpecs};
use gan_core::generator::Layer;
use gan_core::{Activation, Element, Header, latent};
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
    /// Length of the latent vector.
    pub latent_len: u16,
    /// Number of labels; 0 if it takes none.
    pub classes: u16,
    /// Size of the images.
    pub image: ImageShape,
    /// First to last.
    pub layers: Vec<FloatLayer>,
}

impl FloatGenerator {
    /// The generator of a run, from its averaged network: with rounded weights if it was trained
    /// with such.
    pub fn new(config: &Config, shape: Shape, average: &Mlp) -> Self {
        let latent_len = config.generator.latent;
        let samples = Samples::new(STATISTICS_SEED, STATISTICS_SAMPLES, latent_len, shape.classes);
        let mut generator = Self {
            name: config.name.clone(),
            latent_len,
            classes: shape.classes,
            image: ImageShape {
                width: shape.width as u16,
                height: shape.height as u16,
                channels: 1,
            },
            layers: Vec::new(),
        };
        for (index, (layer, params)) in average.layers_with_params().enumerate() {
            let inputs = if index == 0 { usize::from(latent_len) } else { layer.inputs };
            let mut folded =
                FloatLayer::without_norm(inputs, layer.outputs, params, layer.activation);
            if layer.batch_norm {
                let mut moments = Moments::new(layer.outputs);
                generator.forward(&samples, |x, labels| moments.add(&folded.sums(&x, labels)));
                folded.fold_norm(&params[1].values, &params[2].values, &moments);
            }
            generator.layers.push(folded);
        }
        rounding::round_float(config.training.bits(), &mut generator);
        generator
    }

    /// Calls `part` with the outputs of the last layer, `[sample][output]`, and the labels, for
    /// some samples after the other: all outputs at once may be a hundred megabytes.
    fn forward(&self, samples: &Samples, mut part: impl FnMut(Vec<f32>, &[u16])) {
        const AT_ONCE: usize = 1000;
        let codes = samples.codes.chunks(AT_ONCE * usize::from(self.latent_len));
        for (codes, labels) in codes.zip(samples.labels.chunks(AT_ONCE)) {
            let reals = codes.iter().map(|&code| latent::real(code)).collect();
            part(
                self.layers.iter().fold(reals, |x: Vec<f32>, layer| layer.forward(&x, labels)),
                labels,
            );
        }
    }

    /// The outputs of every layer, `[sample][output]` each.
    pub fn outputs(&self, samples: &Samples) -> Vec<Vec<f32>> {
        let mut outputs: Vec<Vec<f32>> = Vec::new();
        for layer in &self.layers {
            let inputs = outputs.last().cloned().unwrap_or_else(|| samples.reals());
            outputs.push(layer.forward(&inputs, &samples.labels));
        }
        outputs
    }

    /// The images of these samples, computed here: quicker than the blob's, for looking at a run
    /// while it trains.
    pub fn images(&self, samples: &Samples) -> Images {
        let (low, range) = match self.layers.last().map(|layer| layer.activation) {
            Some(Activation::Tanh) => (-1.0, 2.0),
            _ => (0.0, 1.0),
        };
        let mut pixels =
            Vec::with_capacity(samples.count * self.layers.last().map_or(0, |layer| layer.outputs));
        self.forward(samples, |x, _| {
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
    /// More layers or a longer name than the format holds.
    pub fn to_blob(&self) -> Result<Vec<u8>> {
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
        Ok(Header {
            name: &self.name,
            latent_len: self.latent_len,
            classes: self.classes,
            image: self.image,
            layers: LayerSpecs::from_slice(specs)
                .ok()
                .context("more layers than a blob can hold")?,
        })
    }
}

fn le_bytes(values: impl Iterator<Item = f32>) -> Vec<u8> {
    values.flat_map(f32::to_le_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::Matrix;
    use crate::network::Mode;
    use crate::random::{Purpose, stream, uniform};
    use crate::trainer::State;
    use burn::prelude::Device;

    /// Folding must change nothing: batch normalization over the samples whose statistics were
    /// folded gives the same images.
    #[test]
    fn folded_layers_compute_what_normalized_ones_do() {
        for (conditional, output) in [(true, "sigmoid"), (false, "tanh")] {
            let text = format!(
                r#"
                name = "test"
                conditional = {conditional}
                generator = {{ latent = 6, hidden = [9, 7], batch_norm = true, output = "{output}" }}
                discriminator = {{ hidden = [3] }}
                "#
            );
            let config: Config = toml::from_str(&text).unwrap();
            let shape = Shape { width: 4, height: 3, classes: if conditional { 3 } else { 0 } };
            let mut state = State::new(&config, shape);
            for (index, param) in state.average.iter_mut().enumerate() {
                // Gains and shifts as training leaves them: neither 1 nor 0.
                let mut rng = stream(1, Purpose::Generator, index as u64);
                param
                    .values
                    .iter_mut()
                    .zip(uniform(1000, 0.7, &mut rng))
                    .for_each(|(value, noise)| *value += noise);
            }
            let mut network = state.generator.with_params(state.average.clone());
            let generator = FloatGenerator::new(&config, shape, &network);
            let samples = Samples::new(STATISTICS_SEED, STATISTICS_SAMPLES, 6, shape.classes);
            let folded = generator.outputs(&samples).pop().unwrap();

            let classes = usize::from(shape.classes);
            let inputs: Vec<f32> = samples
                .reals()
                .chunks_exact(6)
                .zip(&samples.labels)
                .flat_map(|(z, &label)| {
                    let one_hot = (0..classes)
                        .map(move |class| f32::from(u8::from(class == usize::from(label))));
                    z.iter().copied().chain(one_hot).collect::<Vec<_>>()
                })
                .collect();
            let inputs = Matrix::new(samples.count, 6 + classes, inputs);
            let tape = network.forward(inputs, Mode { groups: 1, dropout: None }, &Device::flex());
            let expected = tape.output().values();
            let worst = folded.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            // Three layers of f32 sums of numbers up to about 10.
            assert!(worst < 2e-5, "{output}: folded outputs are off by {worst}");

            // The float blob, run by gan-core, rounds these outputs to pixels.
            let blob = gan_tools::blob_file::BlobFile::new(&generator.to_blob().unwrap());
            let images = gan_tools::generate::generate(&blob.decode().unwrap(), &samples).unwrap();
            for (&pixel, &y) in images.pixels.iter().zip(expected) {
                let real = if output == "tanh" { 127.5 * (y + 1.0) } else { 255.0 * y };
                assert!((f32::from(pixel) - real).abs() < 0.51, "pixel {pixel}, expected {real}");
            }
        }
    }
}
