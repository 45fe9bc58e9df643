//! The task's part of a configuration: a generator whose input is an image, and not a latent.

use super::{Config, check_not_negative};
use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

/// From which image to which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskKind {
    /// An image with missing pixels, and where they are missing, to the whole image.
    Inpaint,
    /// A small image to a large one.
    SuperRes,
    /// An image and the number of a style to the image in this style.
    Stylize,
    /// The images of one data set to those of another.
    Pairs,
}

impl TaskKind {
    /// All of them by name.
    pub const NAMES: [&str; 4] = ["inpaint", "super-res", "stylize", "pairs"];

    /// As configurations call it.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

/// What makes pixels missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Damage {
    /// One rectangle.
    #[default]
    Rectangle,
    /// One or two straight lines.
    Scratches,
    /// One or the other, equally often.
    Either,
}

/// What is done to an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// Strokes that are wider by a pixel at each side.
    Bold,
    /// Only the strokes' edges.
    Outline,
    /// Leaning to the right.
    Slant,
}

impl Style {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Bold, Self::Outline, Self::Slant];

    /// As configurations call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bold => "bold",
            Self::Outline => "outline",
            Self::Slant => "slant",
        }
    }
}

/// The task. Fields that a kind does not know are without effect for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskConfig {
    /// From which image to which.
    pub kind: TaskKind,
    /// Width and height of the images that go in; 0 until they are taken from the data.
    #[serde(default)]
    pub input_size: [u16; 2],
    /// Width and height of the images that come out; 0 until they are taken from the data.
    #[serde(default)]
    pub target_size: [u16; 2],
    /// `inpaint`: cells of the mask along each side of the image.
    #[serde(default = "default_mask")]
    pub mask: u16,
    /// `inpaint`: what makes pixels missing.
    #[serde(default)]
    pub damage: Damage,
    /// `inpaint`: the shortest side of a rectangle, in pixels; made of whole cells.
    #[serde(default = "default_smallest")]
    pub smallest: u16,
    /// `inpaint`: the longest side of a rectangle, in pixels; made of whole cells.
    #[serde(default = "default_largest")]
    pub largest: u16,
    /// `super-res`: how many times wider and higher the images become.
    #[serde(default = "default_scale")]
    pub scale: u16,
    /// `stylize`: the styles of the labels 0, 1, 2 …
    #[serde(default = "default_styles")]
    pub styles: Vec<Style>,
    /// Weight of the mean squared difference of pixels in the generator's loss.
    #[serde(default = "default_l2")]
    pub l2: f64,
    /// Weight of the objective's loss in the generator's; 0 trains no discriminator.
    #[serde(default = "default_adversarial")]
    pub adversarial: f64,
    /// The discriminator is updated in every so many steps.
    #[serde(default = "default_every")]
    pub discriminator_every: u64,
}

fn default_mask() -> u16 {
    7
}

fn default_smallest() -> u16 {
    4
}

fn default_largest() -> u16 {
    14
}

fn default_scale() -> u16 {
    4
}

fn default_styles() -> Vec<Style> {
    vec![Style::Bold, Style::Outline, Style::Slant]
}

fn default_l2() -> f64 {
    3.0
}

fn default_adversarial() -> f64 {
    0.01
}

fn default_every() -> u64 {
    2
}

impl TaskConfig {
    /// Whether the discriminator is trained.
    pub fn is_adversarial(&self) -> bool {
        self.adversarial > 0.0
    }

    /// Whether the same images go in, and should come out, of the same data.
    pub fn has_same_images(&self, other: &Self) -> bool {
        let Self { l2, adversarial, discriminator_every, .. } = *self;
        *self == Self { l2, adversarial, discriminator_every, ..other.clone() }
    }

    /// Checks the ranges, and what does not go together with the rest of `config`.
    pub(super) fn check(&self, config: &Config) -> Result<()> {
        let most = 255;
        ensure!(
            (1..=most).contains(&self.mask),
            "task.mask: expected 1 to {most} cells, found {}",
            self.mask
        );
        let (smallest, largest) = (self.smallest, self.largest);
        ensure!(smallest > 0, "task.smallest: expected at least 1");
        ensure!(
            largest >= smallest,
            "task.largest: expected at least task.smallest, {smallest}, found {largest}"
        );
        ensure!(
            (2..=16).contains(&self.scale),
            "task.scale: expected 2 to 16, found {}",
            self.scale
        );
        ensure!(!self.styles.is_empty(), "task.styles: expected at least one");
        ensure!(self.discriminator_every > 0, "task.discriminator_every: expected at least 1");
        check_not_negative("task.l2", self.l2)?;
        check_not_negative("task.adversarial", self.adversarial)?;
        let (generator, training) = (&config.generator, &config.training);
        ensure!(
            self.l2 + self.adversarial + training.l1_image > 0.0,
            "task.l2, task.adversarial, training.l1_image: all are 0, so nothing would be learned"
        );
        ensure!(
            training.feature_matching == 0.0 || self.is_adversarial(),
            "training.feature_matching: needs task.adversarial above 0, as the features are the \
             discriminator's"
        );
        let normalized = generator.layers().iter().any(|layer| layer.batch_norm);
        for (field, wrong) in [
            ("generator.batch_norm", normalized),
            ("training.fresh_latents", training.fresh_latents),
            ("training.discriminator_steps", training.discriminator_steps > 1),
            ("training.alternate", training.alternate != super::Alternate::Steps),
            ("padding", config.padding > 0),
        ] {
            ensure!(!wrong, "{field}: not together with a [task]; leave it out");
        }
        let kind = self.kind.name();
        match self.kind {
            TaskKind::Inpaint | TaskKind::SuperRes => {
                ensure!(!config.conditional, "conditional: the task {kind} takes no labels");
            }
            TaskKind::Stylize => {
                ensure!(
                    config.conditional,
                    "conditional: the task {kind} needs it: labels are styles"
                );
            }
            TaskKind::Pairs => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, PRESETS, Recipe, TaskKind, value};

    fn preset(name: &str) -> Config {
        Config::preset(name, Recipe::Default).unwrap()
    }

    #[test]
    fn kinds_are_called_as_configurations_call_them() {
        for name in TaskKind::NAMES {
            let kind: TaskKind = serde_json::from_value(name.into()).unwrap();
            assert_eq!(kind.name(), name);
            assert_eq!(serde_json::to_value(kind).unwrap(), name);
        }
    }

    #[test]
    fn each_task_has_presets() {
        for kind in TaskKind::NAMES {
            let of_kind =
                |config: &Config| config.task.as_ref().is_some_and(|task| task.kind.name() == kind);
            let count = PRESETS.iter().filter(|found| of_kind(&preset(found.name))).count();
            assert_eq!(
                count,
                match kind {
                    "super-res" => 4,
                    "pairs" => 1,
                    _ => 2,
                }
            );
        }
    }

    #[test]
    fn what_does_not_go_with_a_task_is_named() {
        for (name, key, text, expected) in [
            ("inpaint", "task.mask", "0", "task.mask"),
            ("inpaint", "task.smallest", "20", "task.largest: expected at least task.smallest"),
            ("inpaint", "conditional", "true", "conditional: the task inpaint"),
            ("stylize", "conditional", "false", "labels are styles"),
            ("stylize", "task.styles", "[]", "task.styles"),
            ("super-res-7", "task.scale", "1", "task.scale: expected 2 to 16, found 1"),
            ("super-res-7", "task.l2", "0", "nothing would be learned"),
            ("super-res-7", "training.feature_matching", "1", "needs task.adversarial"),
            ("pairs", "generator.batch_norm", "true", "generator.batch_norm: not together"),
            ("pairs", "training.select", "\"recall\"", "(expected one of psnr, ssim)"),
            ("pairs", "padding", "1", "padding: not together"),
        ] {
            let mut config = preset(name);
            config.set(key, value(text)).unwrap();
            let error = config.check().unwrap_err().to_string();
            assert!(error.contains(expected), "{key}={text}: {error}");
        }
    }
}
