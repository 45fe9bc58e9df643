//! How near images that a task's generator made are to what they should be, beside simple methods
//! for the same task.

mod baselines;
mod differences;
mod drawing;
mod report;
mod sets;
mod ssim;
mod training;

pub use baselines::{Baseline, baselines};
pub use differences::{l1, psnr};
pub use drawing::Drawing;
pub use report::{FILE, Restored, Row};
pub use sets::{judged, mean, targets};
pub use ssim::ssim;
pub use training::{CaseJudge, Restoration};

use super::classifier::Classifier;
use crate::task::{Cases, Task};
use anyhow::{Result, ensure};
use gan_tools::images::Images;
use rayon::prelude::*;

/// What the classifier says of the images that should come out, which do not change.
struct Labels {
    of_targets: Vec<u16>,
    of_data: Vec<u8>,
}

/// Judges methods by the same cases.
pub struct Bench<'a> {
    cases: &'a Cases,
    targets: Images,
    classifier: Option<(&'a Classifier, Labels)>,
}

impl<'a> Bench<'a> {
    /// By these cases, and by this classifier for what comes out, if there is one for it.
    ///
    /// # Errors
    ///
    /// A classifier for images of another size.
    pub fn new(cases: &'a Cases, classifier: Option<&'a Classifier>) -> Result<Self> {
        ensure!(!cases.examples.is_empty(), "there are no images to judge by");
        let targets = cases.targets();
        let classifier = match (classifier, &cases.labels) {
            (Some(classifier), Some(of_data)) => {
                let of_targets = classifier.labels(&classifier.features(&targets)?);
                Some((classifier, Labels { of_targets, of_data: of_data.clone() }))
            }
            _ => None,
        };
        Ok(Self { cases, targets, classifier })
    }

    /// The part of the images, as they should be, that the classifier gets right.
    pub fn classifier_accuracy(&self) -> Option<f64> {
        let (_, Labels { of_targets, of_data }) = self.classifier.as_ref()?;
        Some(part(of_targets, of_data, |a, &b| a == u16::from(b)))
    }

    /// Judges a method's images, whose pixels that were there are put back first.
    ///
    /// # Errors
    ///
    /// Images of another size or number.
    pub fn row(&self, method: &str, images: Images) -> Result<Row> {
        let size = (images.count, images.width, images.height);
        let Images { count, width, height, .. } = self.targets;
        ensure!(size == (count, width, height), "{method}: images of another size or number");
        let images = self.cases.composed(images);
        let [all, missing] = self.squares(&images);
        let size = [width, height];
        let pairs = images.iter().zip(self.targets.iter());
        let each: Option<Vec<f64>> =
            pairs.map(|(a, b)| psnr(differences::mean_square(a, b))).collect();
        let ssims: Vec<f64> = images
            .pixels
            .par_chunks_exact(width * height)
            .zip(self.targets.pixels.par_chunks_exact(width * height))
            .map(|(a, b)| ssim(a, b, size))
            .collect();
        let labels = self.classifier.as_ref().map(|(classifier, labels)| -> Result<_> {
            Ok((classifier.labels(&classifier.features(&images)?), labels))
        });
        let labels = labels.transpose()?;
        let accuracy = labels
            .as_ref()
            .map(|(found, labels)| part(found, &labels.of_data, |a, &b| a == u16::from(b)));
        let changed =
            labels.as_ref().map(|(found, labels)| part(found, &labels.of_targets, |a, &b| a != b));
        Ok(Row {
            method: method.into(),
            psnr: psnr(all),
            psnr_of_images: each.map(|each| each.iter().sum::<f64>() / count as f64),
            psnr_missing: missing.and_then(psnr),
            ssim: ssims.iter().sum::<f64>() / count as f64,
            l1: l1(&images.pixels, &self.targets.pixels),
            accuracy,
            changed,
        })
    }

    /// The mean squared difference of all pixels, and of those that were missing.
    fn squares(&self, images: &Images) -> [Option<f64>; 2] {
        let all = differences::mean_square(&images.pixels, &self.targets.pixels);
        if !self.cases.has_holes() {
            return [Some(all), None];
        }
        let (mut sum, mut count) = (0.0, 0.0);
        for (index, (image, target)) in images.iter().zip(self.targets.iter()).enumerate() {
            let missing = self.cases.missing(index).unwrap_or_default();
            for ((&a, &b), _) in image.iter().zip(target).zip(missing).filter(|(_, m)| *m) {
                sum += (f64::from(a) - f64::from(b)).powi(2);
                count += 1.0;
            }
        }
        [Some(all), Some(sum / count)]
    }

    /// A row for each of the simple methods for the task. `mean` is the mean image of the data.
    ///
    /// # Errors
    ///
    /// As [`Self::row`].
    pub fn baselines(&self, task: &Task, mean: &[u8]) -> Result<Vec<Row>> {
        let rows = baselines(task, mean).into_iter();
        rows.map(|baseline| self.row(baseline.name, baseline.images(self.cases))).collect()
    }
}

/// The part of the pairs for which `is` is true.
fn part<B>(found: &[u16], of: &[B], is: impl Fn(u16, &B) -> bool) -> f64 {
    let count = found.iter().zip(of).filter(|(found, of)| is(**found, of)).count();
    count as f64 / found.len() as f64
}

#[cfg(test)]
mod tests;
