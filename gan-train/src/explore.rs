//! A look into the latent of a generator: what lies between two latents, what each unit of the
//! latent moves, what a label changes, and which training images are nearest.
//!
//! All images are made by the blob's integers from codes, so that every device can draw them.

pub mod frames;
mod look;
pub mod nearest;
pub mod path;
pub mod units;

use anyhow::{Result, ensure};
use frames::Frames;
use gan_core::host::Runner;
use gan_core::{Element, Generator, OutputKind};
use look::Look;
use nearest::Nearest;
use path::Way;
use serde::Serialize;
use units::Sensitivity;

/// Codes that a unit goes through: -3 sigma to 3 sigma, in halves.
pub const TRAVERSED: [u8; 13] = [16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112];

/// What is to be looked at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Question {
    /// Seed whose first latent is the one end.
    pub from: u64,
    /// Seed whose first latent is the other end.
    pub to: u64,
    /// Steps from the one to the other.
    pub steps: u16,
    /// Of all images but those in which labels change; none: the images of `labels`.
    pub label: Option<u16>,
    /// Labels that are shown beside each other; empty for a model without labels.
    pub labels: Vec<u16>,
    /// Labels that are walked through, at least two; or none.
    pub walk: Vec<u16>,
    /// Seed of the latents that the sensitivity is averaged over.
    pub seed: u64,
    /// How many latents.
    pub latents: usize,
    /// Units that are shown, the strongest.
    pub units: usize,
}

impl Question {
    /// Where a frame of the walk is: how many labels were left behind, and the step from there to
    /// the next one.
    pub fn place(&self, frame: usize) -> (usize, u16) {
        let steps = usize::from(self.steps);
        let leg = (frame / steps).min(self.walk.len().saturating_sub(2));
        (leg, (frame - leg * steps) as u16)
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Exploration {
    /// The model's name.
    pub model: String,
    /// Of the blob, in hexadecimal.
    pub crc32: String,
    /// Units of a latent.
    pub latent: usize,
    /// Labels; 0 if it takes none.
    pub classes: u16,
    /// What its labels are called; empty if each is called by its number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub label_names: Vec<String>,
    /// What was looked at.
    pub question: Question,
    /// From one latent to the other, on the line and on the arc.
    pub interpolations: Vec<Interpolation>,
    /// What each unit moves.
    pub sensitivity: Sensitivity,
    /// The strongest units from low to high codes.
    pub traversals: Vec<Traversal>,
    /// The same latents with each label, and on a walk through labels.
    pub labels: Option<Labels>,
    /// The nearest training images, if there are data.
    pub nearest: Option<Nearest>,
}

/// Images from one latent to another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Interpolation {
    /// On which way.
    pub way: Way,
    /// How far the beginning, the middle and the end are from the origin, in sigma.
    pub radius: [f64; 3],
    /// How much an image changes from step to step, root mean square, in levels of 255: on average.
    pub mean_change: f64,
    /// The same, at most.
    pub largest_change: f64,
    /// An image for each label that is shown.
    #[serde(skip)]
    pub frames: Frames,
}

/// One unit from low to high codes, the others as in the latent that interpolations begin with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Traversal {
    /// The unit.
    pub unit: usize,
    /// How much the last image differs from the first: root mean square, in levels of 255.
    pub change: f64,
    /// A frame for each of [`TRAVERSED`], an image for each label that is shown.
    #[serde(skip)]
    pub frames: Frames,
}

/// What labels change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Labels {
    /// The mean change from a label to the next one, the latent the same: root mean square, in
    /// levels of 255.
    pub mean_change: f64,
    /// On the walk, the largest change from step to step: that of a label.
    pub largest_change_of_walk: f64,
    /// A frame for each label, an image for each of some latents.
    #[serde(skip)]
    pub morph: Frames,
    /// From label to label.
    #[serde(skip)]
    pub walk: Frames,
}

/// Refuses a generator that has no latent of codes, or draws nothing.
///
/// # Errors
///
/// Says what it is.
pub fn check(generator: &Generator<'_>) -> Result<()> {
    let expected = "(explore takes models that make images of latents, in integers)";
    ensure!(generator.inputs().image().is_none(), "makes images of images {expected}");
    ensure!(generator.header().outputs == OutputKind::Image, "makes numbers {expected}");
    let floats = generator.header().layers.iter().any(|layer| layer.element == Element::F32);
    ensure!(!floats, "is a model of floats {expected}");
    let channels = generator.image().channels;
    ensure!(channels == 1, "channels: {channels} (only grey images are drawn)");
    Ok(())
}

impl Exploration {
    /// Looks. `nearest` is what is known of training images.
    ///
    /// # Errors
    ///
    /// As [`check`], and labels that there are not.
    pub fn new(
        generator: &Generator<'_>,
        label_names: &[String],
        question: Question,
        nearest: Option<Nearest>,
    ) -> Result<Self> {
        check(generator)?;
        let (latent, classes) = (generator.latent_len(), generator.classes());
        let all = question.label.iter().chain(&question.labels).chain(&question.walk);
        for &label in all {
            ensure!(label < classes, "label {label}: there are {classes}");
        }
        ensure!(question.steps > 0 && question.latents > 0, "no steps, or no latents");
        let look = Look { runner: Runner::new(generator), question: &question };
        let interpolations =
            Way::ALL.into_iter().map(|way| look.interpolation(way)).collect::<Result<_>>()?;
        let mut samples = look.latents(question.seed, question.latents);
        if let Some(label) = question.label {
            samples.labels.fill(label);
        }
        let sensitivity = Sensitivity::measure(&look.runner, &samples)?;
        let strongest = sensitivity.units.iter().take(question.units);
        let traversals = strongest.map(|unit| look.traversal(unit.unit)).collect::<Result<_>>()?;
        let labels = (question.walk.len() > 1).then(|| look.labels()).transpose()?;
        Ok(Self {
            model: generator.name().into(),
            crc32: format!("{:08x}", generator.crc()),
            latent,
            classes,
            label_names: label_names.to_vec(),
            interpolations,
            sensitivity,
            traversals,
            labels,
            nearest,
            question,
        })
    }

    /// What a label is called.
    pub fn label_name(&self, label: u16) -> String {
        self.label_names.get(usize::from(label)).cloned().unwrap_or_else(|| label.to_string())
    }
}

#[cfg(test)]
mod tests;
