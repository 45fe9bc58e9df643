//! Training: the state of a run, and one step of it. The recipe is written down in docs/training.md.

mod batch;
pub mod checkpoint;
pub mod metrics;
pub mod run;
#[cfg(test)]
mod tests;

use crate::adam::Adam;
use crate::backend::Backend;
use crate::config::Config;
use crate::data::Split;
use crate::network::{Dense, Mlp, Param};
use crate::random::Purpose;
use anyhow::{Result, ensure};
use batch::{Batch, Batches};
use burn::prelude::*;
use burn::tensor::{TensorData, activation::log_sigmoid};
use gan_core::Activation;
use std::path::Path;

/// Everything that a step changes, and what it needs.
#[derive(Debug)]
pub struct Trainer {
    config: Config,
    shape: Shape,
    data_sha256: String,
    batches: Batches,
    device: Device,
    state: State,
}

/// Sizes that come from the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Pixels in a line.
    pub width: usize,
    /// Lines.
    pub height: usize,
    /// Labels that the networks see; 0 if the run is not conditional.
    pub classes: u16,
}

/// What a checkpoint holds.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Steps done.
    pub step: u64,
    /// Seconds of training so far.
    pub seconds: f64,
    /// As it is trained.
    pub generator: Mlp,
    /// The exponential moving average of its params: what is evaluated and quantized.
    pub average: Vec<Param>,
    /// As it is trained.
    pub discriminator: Mlp,
    /// Of the generator.
    pub generator_adam: Adam,
    /// Of the discriminator.
    pub discriminator_adam: Adam,
}

/// Losses and scores of one step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Losses {
    /// Non-saturating loss of the discriminator, without the penalty.
    pub discriminator: f64,
    /// Non-saturating loss of the generator.
    pub generator: f64,
    /// Mean squared slope of the discriminator along random directions at real images.
    pub r1: f64,
    /// Mean probability of being real that the discriminator gives to real images.
    pub score_real: f64,
    /// The same for generated images.
    pub score_fake: f64,
}

impl State {
    /// Step 0: new networks.
    pub fn new(config: &Config, shape: Shape) -> Self {
        let pixels = shape.width * shape.height;
        let classes = usize::from(shape.classes);
        let generator = {
            let c = &config.generator;
            let sizes = [usize::from(c.latent) + classes].into_iter().chain(c.hidden.iter().map(|&n| n.into())).chain([pixels]);
            dense(sizes, c.hidden_activation(), c.batch_norm, c.output_activation())
        };
        let discriminator = {
            let c = &config.discriminator;
            let sizes = [pixels + classes].into_iter().chain(c.hidden.iter().map(|&n| n.into())).chain([1]);
            dense(sizes, Activation::LeakyRelu(c.slope), false, Activation::Linear)
        };
        let generator = Mlp::new(generator, config.seed, Purpose::Generator);
        let discriminator = Mlp::new(discriminator, config.seed, Purpose::Discriminator);
        Self {
            step: 0,
            seconds: 0.0,
            average: generator.params.clone(),
            generator_adam: Adam::new(&config.training, &generator.params),
            discriminator_adam: Adam::new(&config.training, &discriminator.params),
            generator,
            discriminator,
        }
    }
}

/// Layers from their sizes: the last one has no normalization.
fn dense(sizes: impl Iterator<Item = usize>, hidden: Activation, batch_norm: bool, output: Activation) -> Vec<Dense> {
    let sizes: Vec<usize> = sizes.collect();
    let last = sizes.len() - 2;
    let layer = |(index, pair): (usize, &[usize])| {
        let (activation, batch_norm) = if index == last { (output, false) } else { (hidden, batch_norm) };
        Dense { inputs: pair[0], outputs: pair[1], activation, batch_norm }
    };
    sizes.windows(2).enumerate().map(layer).collect()
}

impl Shape {
    /// The shape of a run on `data`.
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
        ensure!(width * height <= usize::from(u16::MAX), "images: {width}x{height} is over 65535 pixels");
        Ok(Self { width, height, classes })
    }
}

impl Trainer {
    /// A trainer of `data` at `state`.
    ///
    /// # Errors
    ///
    /// The data has fewer images than a batch, or the backend is not in this build.
    pub fn new(config: Config, backend: Backend, data: &Split, shape: Shape, state: State) -> Result<Self> {
        let (found, batch) = (data.images.count, config.training.batch);
        ensure!(found >= batch, "training.batch: {batch}, but the data has only {found} images");
        let batches = Batches::new(&config, data, shape.classes);
        Ok(Self { config, shape, data_sha256: data.sha256(), batches, device: backend.device()?.autodiff(), state })
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The sizes.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Writes the checkpoint of where the run stands.
    ///
    /// # Errors
    ///
    /// As [`checkpoint::save`].
    pub fn save(&self, folder: &Path) -> Result<()> {
        checkpoint::save(folder, &self.config, &self.state, self.shape, &self.data_sha256)
    }

    /// Where the run stands.
    pub fn state(&self) -> &State {
        &self.state
    }

    pub(crate) fn add_seconds(&mut self, seconds: f64) {
        self.state.seconds += seconds;
    }

    /// Steps in one pass over the data.
    pub fn steps_in_epoch(&self) -> u64 {
        self.batches.in_epoch()
    }

    /// The rate of step `step`, from 0: constant for the first half, then linearly down to 2 % of it.
    pub fn rate(&self, step: u64) -> f64 {
        let training = &self.config.training;
        let done = step as f64 / training.steps as f64;
        training.rate * (1.0 - 0.98 * ((done - 0.5) * 2.0).clamp(0.0, 1.0))
    }

    /// One step: the discriminator's update, then the generator's, then the average's.
    ///
    /// # Errors
    ///
    /// A loss that is not finite; it names the step.
    pub fn step(&mut self) -> Result<Losses> {
        let step = self.state.step;
        let batch = self.batches.batch(step);
        let (rate, time) = (self.rate(step), step + 1);

        let generator = self.state.generator.bind(&self.device, true);
        let fake = generator.forward(self.rows(&batch.latents));
        let labels = (self.shape.classes > 0).then(|| self.rows(&batch.labels));
        let discriminator = self.state.discriminator.bind(&self.device, true);
        let (total, mut losses) = self.discriminator_loss(&discriminator, &batch, fake.clone().detach(), labels.clone());
        check_finite(time, "discriminator", total.clone().into_scalar::<f32>())?;
        let gradients = discriminator.gradients(&mut total.backward());
        let state = &mut self.state;
        state.discriminator_adam.update(&mut state.discriminator.params, &gradients, rate, time);

        // The updated discriminator, with its own gradients left out.
        let discriminator = self.state.discriminator.bind(&self.device, false);
        let loss = -log_sigmoid(discriminator.forward(beside(fake, labels))).mean();
        losses.generator = check_finite(time, "generator", loss.clone().into_scalar::<f32>())?;
        let gradients = generator.gradients(&mut loss.backward());
        let state = &mut self.state;
        state.generator_adam.update(&mut state.generator.params, &gradients, rate, time);

        self.update_average();
        self.state.step += 1;
        Ok(losses)
    }

    /// `softplus(-D(x)) + softplus(D(G(z))) + gamma/2 ((D(x + sigma e) - D(x)) / sigma)^2`, each the batch's mean.
    fn discriminator_loss(
        &self,
        discriminator: &crate::network::BoundMlp,
        batch: &Batch,
        fake: Tensor<2>,
        labels: Option<Tensor<2>>,
    ) -> (Tensor<1>, Losses) {
        let training = &self.config.training;
        let size = training.batch;
        let fake = beside(fake, labels);
        let logits = discriminator.forward(Tensor::cat(vec![self.rows(&batch.real), fake], 0));
        let part = |index: usize| logits.clone().narrow(0, index * size, size);
        let penalized = training.r1_gamma > 0.0;
        let (real, fake) = (part(0), part(if penalized { 2 } else { 1 }));

        let loss = -(log_sigmoid(real.clone()).mean() + log_sigmoid(-fake.clone()).mean());
        let r1 = penalized.then(|| ((part(1) - real.clone()) / training.r1_sigma).square().mean());
        let losses = Losses {
            discriminator: scalar(&loss),
            generator: 0.0,
            r1: r1.as_ref().map_or(0.0, scalar),
            score_real: scalar(&burn::tensor::activation::sigmoid(real).mean()),
            score_fake: scalar(&burn::tensor::activation::sigmoid(fake).mean()),
        };
        let total = match r1 {
            Some(r1) => loss + r1 * (training.r1_gamma / 2.0),
            None => loss,
        };
        (total, losses)
    }

    /// A host matrix whose rows are the batch's, or twice as many.
    fn rows(&self, matrix: &batch::Matrix) -> Tensor<2> {
        let rows = matrix.values.len() / matrix.columns;
        Tensor::from_data(TensorData::new(matrix.values.clone(), [rows, matrix.columns]), &self.device)
    }

    /// `average = decay average + (1 - decay) params`, `decay` at most `(1 + t) / (10 + t)` so that the first steps are forgotten.
    fn update_average(&mut self) {
        let time = self.state.step as f64;
        let decay = self.config.training.ema_decay.min((1.0 + time) / (10.0 + time)) as f32;
        for (average, param) in self.state.average.iter_mut().zip(&self.state.generator.params) {
            for (average, &value) in average.values.iter_mut().zip(&param.values) {
                *average += (1.0 - decay) * (value - *average);
            }
        }
    }
}

/// The labels' columns to the right of the images'.
fn beside(images: Tensor<2>, labels: Option<Tensor<2>>) -> Tensor<2> {
    match labels {
        Some(labels) => Tensor::cat(vec![images, labels], 1),
        None => images,
    }
}

fn scalar(tensor: &Tensor<1>) -> f64 {
    tensor.clone().into_scalar::<f32>().into()
}

fn check_finite(step: u64, network: &str, loss: f32) -> Result<f64> {
    ensure!(
        loss.is_finite(),
        "step {step}: the {network}'s loss is {loss}. The last checkpoint is from before; try a lower training.rate or a higher training.r1_gamma"
    );
    Ok(loss.into())
}
