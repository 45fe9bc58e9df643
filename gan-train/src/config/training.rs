//! The recipe's part of a configuration: see docs/training.md.

use super::{
    Alternate, METRICS, Metric, Network, Objective, OptimizerKind, R1, check_at_most,
    check_not_negative, check_positive, check_range,
};
use anyhow::{Context, Result, ensure};
use gan_tools::layers::Bits;
use serde::{Deserialize, Serialize};

/// The largest number of steps: batches are counted in as many bits as a step has batches more, and
/// times in f64.
const MAX_STEPS: u64 = 1 << 50;
/// The largest number of images that are in memory together.
const MAX_IMAGES: u64 = 1 << 24;

/// The recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainingConfig {
    /// Images in a batch.
    pub batch: usize,
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
            steps: 20_000,
            validation: 0.0,
            objective: Objective::NonSaturating,
            first: Network::Discriminator,
            discriminator_steps: 1,
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
            ema_decay: 0.999,
            weight_bits: 8,
            weight_group: 32,
            eval_every: 0,
            snapshot_every: 0,
            eval_samples: 5000,
            select: "fid".into(),
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

    /// Standard deviation of the instance noise in step `step`.
    pub fn noise(&self, step: u64) -> f64 {
        self.instance_noise * (1.0 - step as f64 / self.steps as f64)
    }

    /// The metric of `select`.
    ///
    /// # Errors
    ///
    /// There is none of that name.
    pub fn metric(&self) -> Result<Metric> {
        let names = METRICS.map(|metric| metric.name);
        Metric::find(&self.select).with_context(|| {
            format!("training.select: {:?} (expected one of {})", self.select, names.join(", "))
        })
    }

    pub(super) fn check(&self) -> Result<()> {
        for (field, value, most) in [
            ("batch", self.batch as u64, MAX_IMAGES),
            ("steps", self.steps, MAX_STEPS),
            ("eval_every", self.eval_every, MAX_STEPS),
            ("eval_samples", self.eval_samples as u64, MAX_IMAGES),
        ] {
            check_at_most(&format!("training.{field}"), value, most)?;
        }
        ensure!(self.batch >= 2, "training.batch: expected at least 2, found {}", self.batch);
        ensure!(self.steps > 0, "training.steps: expected at least 1");
        ensure!(self.discriminator_steps > 0, "training.discriminator_steps: expected at least 1");
        ensure!(
            self.alternate == Alternate::Steps || self.discriminator_steps == 1,
            "training.discriminator_steps: goes with alternate = \"steps\" only"
        );
        ensure!(
            self.discriminator_steps <= 1000,
            "training.discriminator_steps: expected at most 1000"
        );
        ensure!(
            self.eval_samples >= 100,
            "training.eval_samples: expected at least 100, found {}",
            self.eval_samples
        );
        self.metric()?;
        ensure!(
            matches!(self.weight_bits, 4 | 8),
            "training.weight_bits: expected 4 or 8, found {}",
            self.weight_bits
        );
        ensure!(
            matches!(self.weight_group, 16 | 32),
            "training.weight_group: expected 16 or 32, found {}",
            self.weight_group
        );
        let positive = [("lr", Some(self.lr)), ("generator_lr", self.generator_lr)];
        let more = [
            ("discriminator_lr", self.discriminator_lr),
            ("epsilon", Some(self.epsilon)),
            ("r1_sigma", Some(self.r1_sigma)),
        ];
        for (field, value) in positive.into_iter().chain(more) {
            value.map_or(Ok(()), |value| check_positive(&format!("training.{field}"), value))?;
        }
        for (field, value) in [
            ("r1_gamma", self.r1_gamma),
            ("r2_gamma", self.r2_gamma),
            ("gradient_penalty", self.gradient_penalty),
            ("weight_decay", self.weight_decay),
            ("clip_grad_value", self.clip_grad_value),
            ("clip_grad_norm", self.clip_grad_norm),
            ("l1_image", self.l1_image),
            ("feature_matching", self.feature_matching),
            ("weight_clip", self.weight_clip),
            ("instance_noise", self.instance_noise),
            ("lr_end", self.lr_end),
        ] {
            check_not_negative(&format!("training.{field}"), value)?;
        }
        for (field, value, end) in [
            ("beta1", self.beta1, 1.0),
            ("beta2", self.beta2, 1.0),
            ("ema_decay", self.ema_decay, 1.0),
            ("validation", self.validation, 1.0),
            ("lr_hold", self.lr_hold, 1.0),
            ("label_smoothing", self.label_smoothing, 0.5),
        ] {
            check_range(&format!("training.{field}"), value, end)?;
        }
        let targets = [Objective::Minimax, Objective::NonSaturating, Objective::LeastSquares];
        ensure!(
            self.label_smoothing == 0.0 || targets.contains(&self.objective),
            "training.label_smoothing: goes with the objectives minimax, non_saturating \
             and least_squares only"
        );
        ensure!(
            self.objective != Objective::Wasserstein
                || self.weight_clip > 0.0
                || self.gradient_penalty > 0.0,
            "training.objective: wasserstein needs training.weight_clip (0.01) \
             or training.gradient_penalty (10)"
        );
        Ok(())
    }
}
