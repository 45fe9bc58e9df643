//! The recipe's part of a configuration: see docs/training.md.

mod check;

use super::{Alternate, Network, Objective, OptimizerKind, R1};
use gan_tools::layers::Bits;
use serde::{Deserialize, Serialize};

/// The recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainingConfig {
    /// Images in a batch.
    pub batch: usize,
    /// Parts of one size that a batch is cut into, a power of two: so many processes
    /// (gan-train-mpi) or GPUs at most share the batch. On the device flex sums over a batch are
    /// those of its shards, by a fixed tree, and the bits do not depend on how many share it.
    pub shards: usize,
    /// Images that are in memory at a time: an update goes through its batch in parts of so many,
    /// and adds up their gradients. Batch normalization is by each part. 0 has the whole batch in
    /// memory.
    pub micro_batch: usize,
    /// Steps in all; one step updates both networks (or one of them, if epochs alternate).
    pub steps: u64,
    /// Part of the images that is never trained on, to choose the best checkpoint by.
    pub validation: f64,
    /// The two losses.
    pub objective: Objective,
    /// Which network is updated first in a step.
    pub first: Network,
    /// Updates of the discriminator in a step.
    pub discriminator_steps: u32,
    /// Whether an update of the discriminator is two: one on real images, then one on generated
    /// ones.
    pub separate_updates: bool,
    /// Whether the generator's update draws latents of its own; else it uses those whose images the
    /// discriminator has just seen.
    pub fresh_latents: bool,
    /// What alternates between the networks.
    pub alternate: Alternate,
    /// How gradients change weights.
    pub optimizer: OptimizerKind,
    /// The learning rate of both networks.
    pub lr: f64,
    /// The generator's learning rate, if it is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generator_lr: Option<f64>,
    /// The discriminator's learning rate, if it is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discriminator_lr: Option<f64>,
    /// Part of the steps for which the learning rate stays; then it falls linearly.
    pub lr_hold: f64,
    /// What it falls to, as a part of what it was.
    pub lr_end: f64,
    /// Adam's decay of the first moment; the momentum of SGD.
    pub beta1: f64,
    /// Adam's and RMSprop's decay of the second moment.
    pub beta2: f64,
    /// Adam's and RMSprop's epsilon.
    pub epsilon: f64,
    /// How R1 and R2 are computed.
    pub r1: R1,
    /// Weight of the R1 penalty, on real images; 0 leaves it out.
    pub r1_gamma: f64,
    /// Weight of the same on generated images (R2); 0 leaves it out.
    pub r2_gamma: f64,
    /// The finite difference: how far each pixel is moved, up or down. Pixels are 0..1 (or -1..1
    /// for a tanh output).
    pub r1_sigma: f64,
    /// Weight of WGAN-GP's penalty between real and generated images; 0 leaves it out.
    pub gradient_penalty: f64,
    /// AdamW's and Lion's weight decay, which is no part of the loss.
    pub weight_decay: f64,
    /// Each component of both networks' gradients is cut to this; 0 leaves them.
    pub clip_grad_value: f64,
    /// The gradient of a whole network is shortened to this length; 0 leaves it.
    pub clip_grad_norm: f64,
    /// Weight of the mean difference of generated and real pixels in the generator's loss.
    pub l1_image: f64,
    /// Weight of the distance of the mean features of generated and real images, those of the
    /// discriminator's last hidden layer, in the generator's loss (Salimans et al. 2016).
    pub feature_matching: f64,
    /// All numbers of the discriminator are cut to this after each update; 0 leaves them.
    pub weight_clip: f64,
    /// Real images count as real only so far: 0.1 makes their target 0.9.
    pub label_smoothing: f64,
    /// Standard deviation of noise on all that the discriminator sees; falls linearly to 0 over the
    /// steps.
    pub instance_noise: f64,
    /// Standard deviation of noise on the generator's latents in training; falls as instance noise.
    pub latent_noise: f64,
    /// The same on the results of each of the generator's hidden layers.
    pub layer_noise: f64,
    /// Decay of the exponential moving average of the generator's weights; 0 for none.
    pub ema_decay: f64,
    /// Bits that the generator's weights are rounded to wherever they are used: 8 leaves them as
    /// they are, for which rounding at the end is near enough; 4 rounds them as `quantize` does.
    pub weight_bits: u8,
    /// Inputs that share a scale with `weight_bits` 4: 16 or 32.
    pub weight_group: u8,
    /// Steps between evaluations; 0 makes none.
    pub eval_every: u64,
    /// Steps between snapshots of the averaged generator; 0 makes none.
    pub snapshot_every: u64,
    /// Images that an evaluation generates.
    pub eval_samples: usize,
    /// The metric by which the best checkpoint is chosen.
    pub select: String,
}

impl Default for TrainingConfig {
    fn default() -> Self {
        Self {
            batch: 128,
            shards: 1,
            micro_batch: 0,
            steps: 20_000,
            validation: 0.0,
            objective: Objective::NonSaturating,
            first: Network::Discriminator,
            discriminator_steps: 1,
            separate_updates: false,
            fresh_latents: false,
            alternate: Alternate::Steps,
            optimizer: OptimizerKind::Adam,
            lr: 1e-3,
            generator_lr: None,
            discriminator_lr: None,
            lr_hold: 0.5,
            lr_end: 0.02,
            beta1: 0.5,
            beta2: 0.999,
            epsilon: 1e-8,
            r1: R1::FiniteDifference,
            r1_gamma: 1.0,
            r2_gamma: 0.0,
            r1_sigma: 0.1,
            gradient_penalty: 0.0,
            weight_decay: 0.01,
            clip_grad_value: 0.0,
            clip_grad_norm: 0.0,
            l1_image: 0.0,
            feature_matching: 0.0,
            weight_clip: 0.0,
            label_smoothing: 0.0,
            instance_noise: 0.0,
            latent_noise: 0.0,
            layer_noise: 0.0,
            ema_decay: 0.999,
            weight_bits: 8,
            weight_group: 32,
            eval_every: 0,
            snapshot_every: 0,
            eval_samples: 5000,
            select: "fd".into(),
        }
    }
}

impl TrainingConfig {
    /// Batches of real images that a step sees.
    pub fn batches_in_step(&self) -> u64 {
        match self.alternate {
            Alternate::Steps => self.discriminator_steps.into(),
            Alternate::Epochs => 1,
        }
    }

    /// Parts in which an update goes through its batch.
    pub fn parts(&self) -> usize {
        self.batch.checked_div(self.micro_batch).unwrap_or(1)
    }

    /// Images that a pass has at most, on all ranks.
    pub fn in_pass(&self) -> usize {
        self.batch / self.parts()
    }

    /// The part of the learning rates that is left in step `step`, from 0.
    pub fn lr_factor(&self, step: u64) -> f64 {
        let done = step as f64 / self.steps as f64;
        let fallen = ((done - self.lr_hold) / (1.0 - self.lr_hold)).clamp(0.0, 1.0);
        1.0 - (1.0 - self.lr_end) * fallen
    }

    /// The learning rate of a network before it falls.
    pub fn lr_of(&self, network: Network) -> f64 {
        match network {
            Network::Generator => self.generator_lr,
            Network::Discriminator => self.discriminator_lr,
        }
        .unwrap_or(self.lr)
    }

    /// Whether an average of the generator is kept.
    pub fn averages(&self) -> bool {
        self.ema_decay > 0.0
    }

    /// What the generator's weights are rounded to in training.
    pub fn bits(&self) -> Bits {
        if self.weight_bits == 4 { Bits::Four { group: self.weight_group } } else { Bits::Eight }
    }

    /// What is left in step `step` of noise that falls to 0 over the steps and began with a
    /// standard deviation of `sigma`.
    pub fn noise_left(&self, sigma: f64, step: u64) -> f64 {
        sigma * (1.0 - step as f64 / self.steps as f64)
    }
}
