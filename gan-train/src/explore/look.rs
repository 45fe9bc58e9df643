//! The images of an exploration.

use super::frames::Frames;
use super::path::{Path, Way, radius};
use super::{Interpolation, Labels, Question, TRAVERSED, Traversal};
use anyhow::Result;
use gan_core::LatentSampler;
use gan_core::host::Runner;
use gan_tools::samples::Samples;

/// Latents that labels are changed of, beside each other.
const LATENTS: usize = 6;

/// The generator, and what is to be seen of it.
pub(super) struct Look<'a> {
    pub runner: Runner<'a>,
    pub question: &'a Question,
}

impl Look<'_> {
    /// The first latents of a seed, with labels in turn.
    pub fn latents(&self, seed: u64, count: usize) -> Samples {
        let generator = self.runner.generator();
        Samples::new(seed, count, generator.latent_len() as u16, generator.classes())
    }

    /// The seed's sampler before its latent of this number.
    fn sampler(&self, seed: u64, number: usize) -> LatentSampler {
        let mut sampler = LatentSampler::new(seed);
        sampler.advance((number * self.runner.generator().latent_len()) as u64);
        sampler
    }

    /// From one sampler's next latent to another's.
    fn path(&self, ends: [LatentSampler; 2]) -> Path {
        Path::new(ends, self.runner.generator().latent_len(), self.question.steps)
    }

    /// The labels of a frame's images.
    fn columns(&self) -> Vec<u16> {
        let Question { label, labels, .. } = self.question;
        label.map_or_else(
            || if labels.is_empty() { vec![0] } else { labels.clone() },
            |one| vec![one],
        )
    }

    pub fn interpolation(&self, way: Way) -> Result<Interpolation> {
        let Question { from, to, steps, .. } = *self.question;
        let path = self.path([from, to].map(|seed| self.sampler(seed, 0)));
        let columns = self.columns();
        let at = |step| path.codes(way, step);
        let size = [usize::from(steps) + 1, columns.len()];
        let frames =
            Frames::make(&self.runner, size, |step, column| (at(step as u16), columns[column]))?;
        let changes = frames.changes();
        Ok(Interpolation {
            way,
            radius: [0, steps / 2, steps].map(|step| radius(&at(step))),
            mean_change: mean(&changes),
            largest_change: largest(&changes),
            frames,
        })
    }

    pub fn traversal(&self, unit: usize) -> Result<Traversal> {
        let latent = self.latents(self.question.from, 1).codes;
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
    /// a device's `morph` does it: the label changes half way. Column by column the way begins an
    /// image later.
    pub fn labels(&self) -> Result<Labels> {
        let Question { from, steps, labels, walk, .. } = self.question;
        let latents = self.latents(*from, LATENTS).codes;
        let len = self.runner.generator().latent_len();
        let size = [labels.len(), LATENTS];
        let morph = Frames::make(&self.runner, size, |frame, column| {
            (latents[column * len..][..len].to_vec(), labels[frame])
        })?;
        let legs = walk.len() - 1;
        let sampler = |number: usize| self.sampler(*from, number);
        let paths = (0..legs + LATENTS).map(|number| self.path([number, number + 1].map(sampler)));
        let paths: Vec<Path> = paths.collect();
        let size = [legs * usize::from(*steps) + 1, LATENTS];
        let walk = Frames::make(&self.runner, size, |frame, column| {
            let (leg, step) = self.question.place(frame);
            let path = &paths[leg + column];
            let label = walk[leg + usize::from(path.is_late(step))];
            (path.codes(Way::Linear, step), label)
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
