//! A look into the latent of a generator: what lies between two latents, what each unit of the
//! latent moves, what a label changes, and which training images are nearest.
//!
//! All images are made by the blob's integers from codes, so that every device can draw them.

pub mod frames;
pub mod nearest;
pub mod path;
pub mod units;

use anyhow::{Result, ensure};
use frames::Frames;
use gan_core::host::Runner;
use gan_core::{Element, Generator, OutputKind};
use gan_tools::samples::Samples;
use nearest::Nearest;
use path::{Way, radius};
use serde::Serialize;
use units::Sensitivity;

/// Codes that a unit goes through: -3 sigma to 3 sigma, in halves.
pub const TRAVERSED: [u8; 13] = [16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112];
/// Latents that labels are changed of, beside each other.
const LATENTS: usize = 6;

/// What is to be looked at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Question {
    /// Seed whose first latent is the one end.
    pub from: u64,
    /// Seed whose first latent is the other end.
    pub to: u64,
    /// Steps from the one to the other.
    pub steps: usize,
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
    /// Where a frame of the walk is: how many labels were left behind, the step from there to the
    /// next one, and the frame's label, which is the next one from half of the steps on.
    pub fn place(&self, frame: usize) -> (usize, usize, u16) {
        let leg = (frame / self.steps).min(self.walk.len().saturating_sub(2));
        let step = frame - leg * self.steps;
        (leg, step, self.walk[leg + usize::from(2 * step >= self.steps)])
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

/// The generator, and what is to be seen of it.
struct Look<'a> {
    runner: Runner<'a>,
    question: &'a Question,
}

impl Look<'_> {
    /// The first latents of a seed, with labels in turn.
    fn latents(&self, seed: u64, count: usize) -> Samples {
        let generator = self.runner.generator();
        Samples::new(seed, count, generator.latent_len() as u16, generator.classes())
    }

    /// The first latent of a seed.
    fn latent(&self, seed: u64) -> Vec<u8> {
        self.latents(seed, 1).codes
    }

    /// The labels of a frame's images.
    fn columns(&self) -> Vec<u16> {
        let Question { label, labels, .. } = self.question;
        label.map_or_else(
            || if labels.is_empty() { vec![0] } else { labels.clone() },
            |one| vec![one],
        )
    }

    fn interpolation(&self, way: Way) -> Result<Interpolation> {
        let Question { from, to, steps, .. } = *self.question;
        let (a, b) = (self.latent(from), self.latent(to));
        let columns = self.columns();
        let at = |step| way.between(&a, &b, step, steps);
        let size = [steps + 1, columns.len()];
        let frames = Frames::make(&self.runner, size, |step, column| (at(step), columns[column]))?;
        let changes = frames.changes();
        Ok(Interpolation {
            way,
            radius: [0, steps / 2, steps].map(|step| radius(&at(step))),
            mean_change: mean(&changes),
            largest_change: largest(&changes),
            frames,
        })
    }

    fn traversal(&self, unit: usize) -> Result<Traversal> {
        let latent = self.latent(self.question.from);
        let columns = self.columns();
        let size = [TRAVERSED.len(), columns.len()];
        let frames = Frames::make(&self.runner, size, |frame, column| {
            let mut codes = latent.clone();
            codes[unit] = TRAVERSED[frame];
            (codes, columns[column])
        })?;
        Ok(Traversal { unit, change: frames.change(0, TRAVERSED.len() - 1), frames })
    }

    /// From label to label the latent goes from one image of the seed to the next, on the line, as
    /// a device's `morph` does it: the label changes half way.
    fn labels(&self) -> Result<Labels> {
        let Question { from, steps, labels, walk, .. } = self.question;
        let legs = walk.len() - 1;
        let latents = self.latents(*from, LATENTS + legs).codes;
        let len = self.runner.generator().latent_len();
        let latent = |number: usize| &latents[number * len..][..len];
        let size = [labels.len(), LATENTS];
        let morph = Frames::make(&self.runner, size, |frame, column| {
            (latent(column).to_vec(), labels[frame])
        })?;
        let size = [legs * steps + 1, LATENTS];
        let walk = Frames::make(&self.runner, size, |frame, column| {
            let (leg, step, label) = self.question.place(frame);
            let (a, b) = (latent(leg + column), latent(leg + column + 1));
            (Way::Linear.between(a, b, step, *steps), label)
        })?;
        Ok(Labels {
            mean_change: mean(&morph.changes()),
            largest_change_of_walk: largest(&walk.changes()),
            morph,
            walk,
        })
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

#[cfg(test)]
mod tests;
