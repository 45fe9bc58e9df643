//! What a step changes, and the sizes that come from the data.

use super::Losses;
use crate::config::{Config, LayerConfig};
use crate::data::Split;
use crate::nn::network::{Dense, Mlp, Param};
use crate::optim::{Optimizer, Weights};
use crate::random::Purpose;
use anyhow::{Result, ensure};
use gan_core::Activation;

/// What a checkpoint holds.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Steps done.
    pub step: u64,
    /// Seconds of training so far.
    pub seconds: f64,
    /// As it is trained.
    pub generator: Mlp,
    /// The exponential moving average of its params; none with a decay of 0.
    pub average: Vec<Param>,
    /// As it is trained.
    pub discriminator: Mlp,
    /// Of the generator.
    pub generator_optimizer: Optimizer,
    /// Of the discriminator.
    pub discriminator_optimizer: Optimizer,
    /// Of the last step.
    pub losses: Losses,
}

/// Sizes that come from the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Pixels in a line, padding included.
    pub width: usize,
    /// Lines, padding included.
    pub height: usize,
    /// Labels that the networks see; 0 if the run is not conditional.
    pub classes: u16,
}

impl Shape {
    /// The shape of a run on `data`, which is padded already.
    ///
    /// # Errors
    ///
    /// A conditional run needs labels.
    pub fn of(config: &Config, data: &Split) -> Result<Self> {
        ensure!(
            !config.conditional || data.labels.is_some(),
            "conditional: the data has no labels (train with --unconditional, or supply a labels file)"
        );
        let classes = if config.conditional { data.classes() } else { 0 };
        let (width, height) = (data.images.width, data.images.height);
        ensure!(
            width * height <= usize::from(u16::MAX),
            "images: {width}x{height} is over 65535 pixels"
        );
        Ok(Self { width, height, classes })
    }

    /// The generator's layers.
    pub fn generator(&self, config: &Config) -> Vec<Dense> {
        let g = &config.generator;
        layers(
            usize::from(g.latent) + usize::from(self.classes),
            &g.layers(),
            self.pixels(),
            g.output_activation(),
        )
    }

    /// The discriminator's layers.
    pub fn discriminator(&self, config: &Config) -> Vec<Dense> {
        layers(
            self.pixels() + usize::from(self.classes),
            &config.discriminator.layers(),
            1,
            Activation::Linear,
        )
    }

    /// Pixels of an image.
    pub fn pixels(&self) -> usize {
        self.width * self.height
    }
}

impl State {
    /// Step 0: new networks.
    pub fn new(config: &Config, shape: Shape) -> Self {
        let (g, d, training) = (&config.generator, &config.discriminator, &config.training);
        let generator = Mlp::new(shape.generator(config), config.seed, Purpose::Generator);
        let mut discriminator =
            Mlp::new(shape.discriminator(config), config.seed, Purpose::Discriminator);
        if d.spectral_norm {
            discriminator = discriminator.with_spectral_norm(config.seed);
        }
        let weights = Weights { l1: g.l1 as f32, l2: g.l2 as f32, clip: 0.0 };
        let generator_optimizer = Optimizer::new(training, weights, &generator.params);
        let weights = Weights { l1: d.l1 as f32, l2: d.l2 as f32, clip: training.clip as f32 };
        let discriminator_optimizer = Optimizer::new(training, weights, &discriminator.params);
        let average = if training.averages() { generator.params.clone() } else { Vec::new() };
        Self {
            step: 0,
            seconds: 0.0,
            average,
            generator,
            discriminator,
            generator_optimizer,
            discriminator_optimizer,
            losses: Losses::default(),
        }
    }

    /// What is evaluated and quantized: the average's params, or the generator's own if there is
    /// none.
    pub fn averaged(&self) -> &[Param] {
        if self.average.is_empty() { &self.generator.params } else { &self.average }
    }
}

/// The layers of a network: the last one has no normalization and no dropout.
fn layers(
    inputs: usize,
    hidden: &[LayerConfig],
    outputs: usize,
    activation: Activation,
) -> Vec<Dense> {
    let mut layers: Vec<Dense> = Vec::with_capacity(hidden.len() + 1);
    for layer in hidden {
        layers.push(Dense {
            inputs: layers.last().map_or(inputs, |before| before.outputs),
            outputs: layer.size.into(),
            activation: layer.activation(),
            batch_norm: layer.batch_norm,
            dropout: layer.dropout,
        });
    }
    let inputs = layers.last().map_or(inputs, |before| before.outputs);
    layers.push(Dense { inputs, outputs, activation, batch_norm: false, dropout: 0.0 });
    layers
}
