//! What the recipe's fields may be, and which go together.

use super::TrainingConfig;
use crate::config::{
    Alternate, Objective, R1, check_at_most, check_not_negative, check_positive, check_range,
};
use anyhow::{Result, ensure};

/// The largest number of steps: batches are counted in as many bits as a step has batches more, and
/// times in f64.
const MAX_STEPS: u64 = 1 << 50;
/// The largest number of images that are in memory together.
const MAX_IMAGES: u64 = 1 << 24;

impl TrainingConfig {
    pub(in super::super) fn check(&self) -> Result<()> {
        for (field, value, most) in [
            ("batch", self.batch as u64, MAX_IMAGES),
            ("steps", self.steps, MAX_STEPS),
            ("eval_every", self.eval_every, MAX_STEPS),
            ("eval_samples", self.eval_samples as u64, MAX_IMAGES),
        ] {
            check_at_most(&format!("training.{field}"), value, most)?;
        }
        ensure!(self.batch >= 2, "training.batch: expected at least 2, found {}", self.batch);
        self.check_shards()?;
        self.check_micro_batch()?;
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
            ("latent_noise", self.latent_noise),
            ("layer_noise", self.layer_noise),
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
            !self.separate_updates || self.objective != Objective::Relativistic,
            "training.separate_updates: not with training.objective relativistic, whose loss is \
             of pairs"
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

    /// Refuses shards that are no equal parts of a batch, and what a sum of shards is not known of.
    fn check_shards(&self) -> Result<()> {
        let (shards, batch) = (self.shards, self.batch);
        ensure!(
            shards.is_power_of_two() && batch.is_multiple_of(shards),
            "training.shards: expected a power of two that divides training.batch ({batch}), \
             found {shards}"
        );
        let exact = self.r1 == R1::Exact && (self.r1_gamma > 0.0 || self.r2_gamma > 0.0);
        for (field, there) in [
            ("r1 exact", exact),
            ("gradient_penalty", self.gradient_penalty > 0.0),
            ("feature_matching", self.feature_matching > 0.0),
            ("separate_updates", self.separate_updates),
        ] {
            ensure!(
                shards == 1 || !there,
                "training.shards: not with training.{field}, whose sums are not made by shards \
                 (expected 1, found {shards})"
            );
        }
        Ok(())
    }

    /// Refuses parts of a batch that are not equal, and what is no mean over them.
    fn check_micro_batch(&self) -> Result<()> {
        let (part, batch) = (self.micro_batch, self.batch);
        ensure!(
            part == 0 || part >= 2 && batch.is_multiple_of(part),
            "training.micro_batch: expected 0, or a number from 2 on that divides training.batch \
             ({batch}), found {part}"
        );
        ensure!(
            self.parts() == 1 || self.shards == 1,
            "training.micro_batch: {part} goes with training.shards 1 only (found {})",
            self.shards
        );
        ensure!(
            self.parts() == 1 || self.feature_matching == 0.0,
            "training.micro_batch: {part} does not go with training.feature_matching, which is of \
             the means over a whole batch"
        );
        Ok(())
    }
}
