//! What a step changes, and the sizes that come from the data.

use super::Losses;
use crate::config::{
    Config, HiddenActivation, LayerConfig, Network, OutputActivation, TaskKind, check_params,
};
use crate::data::Split;
use crate::nn::act::Act;
use crate::nn::mlp::{LayerShape, Mlp};
use crate::nn::params::HostParam;
use crate::optim::Optim;
use crate::random::Purpose;
use crate::task::Task;
use anyhow::{Result, ensure};
use burn::module::Module;
use burn::prelude::Device;

/// What a checkpoint holds. The networks lie on a device that records operations, their average
/// on the same one without.
#[derive(Debug, Clone)]
pub struct State {
    /// Steps done.
    pub step: u64,
    /// Seconds of training so far.
    pub seconds: f64,
    /// As it is trained.
    pub generator: Mlp,
    /// The exponential moving average of the generator; none with a decay of 0.
    pub average: Option<Mlp>,
    /// As it is trained.
    pub discriminator: Mlp,
    /// Of the generator.
    pub generator_optimizer: Optim,
    /// Of the discriminator.
    pub discriminator_optimizer: Optim,
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
        let of_data = config.task.as_ref().is_none_or(|task| task.kind == TaskKind::Pairs);
        ensure!(
            !config.conditional || data.labels.is_some() || !of_data,
            "conditional: the data has no labels \
             (train with --unconditional, or supply a labels file)"
        );
        let own = if config.conditional { data.classes() } else { 0 };
        let (classes, [width, height]) = match Task::of(config)? {
            Some(task) => {
                task.check(data)?;
                (task.classes(own, config.conditional), task.target_size())
            }
            None => (own, [data.images.width, data.images.height]),
        };
        ensure!(
            width * height <= usize::from(u16::MAX),
            "images: {width}x{height} is over 65535 pixels"
        );
        Ok(Self { width, height, classes })
    }

    /// The generator's layers.
    pub fn generator(&self, config: &Config) -> Vec<LayerShape> {
        let g = &config.generator;
        layers(
            usize::from(g.latent) + usize::from(self.classes),
            &g.layers(),
            self.pixels(),
            output_act(g.output),
        )
    }

    /// The discriminator's layers. In a task it sees what the generator sees, too.
    pub fn discriminator(&self, config: &Config) -> Vec<LayerShape> {
        let seen = if config.task.is_some() { config.generator.latent.into() } else { 0 };
        layers(
            self.pixels() + seen + usize::from(self.classes),
            &config.discriminator.layers(),
            1,
            Act::Linear,
        )
    }

    /// Refuses networks that images of this size make too large.
    ///
    /// # Errors
    ///
    /// Names the field.
    pub fn check(&self, config: &Config) -> Result<()> {
        check_params("generator", Mlp::numbers(&self.generator(config)))?;
        check_params("discriminator", Mlp::numbers(&self.discriminator(config)))
    }

    /// Pixels of an image.
    pub fn pixels(&self) -> usize {
        self.width * self.height
    }
}

impl State {
    /// Step 0: new networks on `device`.
    pub fn new(config: &Config, shape: Shape, device: &Device) -> Self {
        let device = device.clone().autodiff();
        let (g, d) = (shape.generator(config), shape.discriminator(config));
        let generator = Mlp::new(&g, config.seed, Purpose::Generator, &device);
        let discriminator = Mlp::new(&d, config.seed, Purpose::Discriminator, &device);
        Self::of(config, generator, None, discriminator, None)
    }

    /// Step 0, but with the numbers of other networks of these layers; optimizers begin anew.
    pub fn begin_with(
        config: &Config,
        shape: Shape,
        generator: &[HostParam],
        discriminator: &Mlp,
        device: &Device,
    ) -> Self {
        let device = device.clone().autodiff();
        let generator = Mlp::from_params(&shape.generator(config), generator, &device);
        let vectors = Some(discriminator.spectral_vectors()).filter(|vectors| !vectors.is_empty());
        let shapes = shape.discriminator(config);
        let discriminator = Mlp::from_params(&shapes, &discriminator.params(), &device);
        Self::of(config, generator, None, discriminator, vectors)
    }

    /// Networks at step 0 with what the configuration has them see their weights through.
    /// `vectors` are those of spectral normalization, if it has begun.
    pub(super) fn of(
        config: &Config,
        generator: Mlp,
        average: Option<Mlp>,
        discriminator: Mlp,
        vectors: Option<Vec<HostParam>>,
    ) -> Self {
        let training = &config.training;
        let average = training.averages().then(|| average.unwrap_or_else(|| generator.valid()));
        let discriminator = match (config.discriminator.spectral_norm, vectors) {
            (false, _) => discriminator,
            (true, Some(vectors)) => discriminator.with_spectral_vectors(vectors),
            (true, None) => discriminator.with_spectral_norm(config.seed),
        };
        let generator = match training.weight_bits {
            4 => generator.with_four_bits(training.weight_group),
            _ => generator,
        };
        Self {
            step: 0,
            seconds: 0.0,
            average,
            generator,
            discriminator,
            generator_optimizer: Optim::new(config, Network::Generator),
            discriminator_optimizer: Optim::new(config, Network::Discriminator),
            losses: Losses::default(),
        }
    }

    /// What is evaluated and quantized: the average, or the generator itself if there is none.
    pub fn averaged(&self) -> &Mlp {
        self.average.as_ref().unwrap_or(&self.generator)
    }
}

/// The layers of a network: the last one has no normalization and no dropout.
fn layers(inputs: usize, hidden: &[LayerConfig], outputs: usize, act: Act) -> Vec<LayerShape> {
    let mut layers: Vec<LayerShape> = Vec::with_capacity(hidden.len() + 1);
    for layer in hidden {
        layers.push(LayerShape {
            inputs: layers.last().map_or(inputs, |before| before.outputs),
            outputs: layer.size.into(),
            act: hidden_act(layer),
            batch_norm: layer.batch_norm,
            dropout: layer.dropout,
        });
    }
    let inputs = layers.last().map_or(inputs, |before| before.outputs);
    layers.push(LayerShape { inputs, outputs, act, batch_norm: false, dropout: 0.0 });
    layers
}

fn hidden_act(layer: &LayerConfig) -> Act {
    match layer.activation {
        HiddenActivation::Relu => Act::Relu,
        HiddenActivation::LeakyRelu => Act::LeakyRelu(layer.slope),
        HiddenActivation::Tanh => Act::Tanh,
        HiddenActivation::Sigmoid => Act::Sigmoid,
        HiddenActivation::Elu => Act::Elu,
        HiddenActivation::Selu => Act::Selu,
        HiddenActivation::Gelu => Act::Gelu,
        HiddenActivation::Softplus => Act::Softplus,
        HiddenActivation::Silu => Act::Silu,
    }
}

fn output_act(output: OutputActivation) -> Act {
    match output {
        OutputActivation::Sigmoid => Act::Sigmoid,
        OutputActivation::Tanh => Act::Tanh,
    }
}
