//! How many of the 1,000 modes of stacked MNIST a generator's images show, and how evenly.
//!
//! A mode is a triple of labels (see [`crate::data::stacked`]). The classifier of single digits
//! reads the three planes of an image, and its three labels say which mode the image shows. The two
//! measures are those of Srivastava et al. (2017) and Lin et al. (2018), who take them of 26,000
//! images:
//!
//! * the modes that at least one image shows;
//! * the Kullback-Leibler divergence of the modes' frequencies from the uniform distribution,
//!   [`class_kl`] of 1,000 classes. Their published code has `sum p log(p / (1 / 1000))` too.
//!
//! Images that were drawn from the uniform distribution itself do not have a divergence of 0: of
//! `n` images, `2 n KL` is the likelihood ratio statistic, which is distributed as chi-squared with
//! 999 degrees of freedom (Wilks), so the mean of `KL` is `999 / 2n` nats, 0.019 for 26,000 images.
//! MNIST's digits, moreover, are not equally frequent. What real images score, in the generator's
//! place, has both in it.

use super::classifier::{Card, Classifier};
use super::quick::class_kl;
use crate::data::Dataset;
use crate::data::stacked::{NAME, PLANES};
use anyhow::{Context, Result, ensure};
use gan_core::Generator;
use gan_tools::generate::generate;
use gan_tools::images::Images;
use gan_tools::samples::Samples;
use serde::Serialize;

/// Labels of a plane.
const DIGITS: u16 = 10;
/// Triples of labels.
pub const MODES: usize = (DIGITS as usize).pow(PLANES as u32);

/// What `evaluate --data stacked-mnist` prints.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The model's name.
    pub model: String,
    /// The data set's.
    pub data: String,
    /// Seed of the latents.
    pub seed: u64,
    /// What reads the planes.
    pub classifier: Card,
    /// The model's images.
    pub generated: Modes,
    /// The first of the data's test images, as many if there are as many.
    pub real: Modes,
}

/// Which modes images show.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Modes {
    /// How many images.
    pub samples: usize,
    /// Of the 1,000 modes, those that at least one image shows.
    pub modes: usize,
    /// Divergence of the modes' frequencies from the uniform distribution: 0 to `ln 1000`, nats.
    pub kl: f64,
}

impl Modes {
    /// Reads the modes of images whose planes lie below each other.
    ///
    /// # Errors
    ///
    /// No images, planes of another size than the classifier's, or another number of labels.
    pub fn read(classifier: &Classifier, images: Images) -> Result<Self> {
        let Card { width, height, classes, .. } = *classifier.card();
        ensure!(
            classes == DIGITS,
            "labels: the classifier is for {classes} (expected one for {DIGITS})"
        );
        let (width, height) = (usize::from(width), usize::from(height));
        ensure!(
            (images.width, images.height) == (width, PLANES * height),
            "image size: {}x{} (expected {width}x{}, {PLANES} planes of {width}x{height})",
            images.width,
            images.height,
            PLANES * height
        );
        ensure!(images.count > 0, "images to judge: none");
        // Each plane is as an image of its own, as they lie one after the other.
        let planes = Images { count: PLANES * images.count, width, height, pixels: images.pixels };
        Ok(Self::of(&classifier.labels(&classifier.features(&planes)?)))
    }

    /// The modes of these labels, three an image.
    fn of(labels: &[u16]) -> Self {
        let mut histogram = vec![0; MODES];
        for image in labels.chunks_exact(PLANES) {
            let mode = image.iter().fold(0, |mode, label| mode * DIGITS + label);
            histogram[usize::from(mode)] += 1;
        }
        Self {
            samples: labels.len() / PLANES,
            modes: histogram.iter().filter(|&&count| count > 0).count(),
            kl: class_kl(&histogram),
        }
    }
}

/// Reads the modes of `samples` images of the generator, by the latents of `seed`, and of as many
/// of the data's test images.
///
/// # Errors
///
/// As [`Modes::read`]; data without test images.
pub fn evaluate(
    generator: &Generator<'_>,
    data: &Dataset,
    classifier: &Classifier,
    samples: usize,
    seed: u64,
) -> Result<Report> {
    let test =
        &data.test.as_ref().with_context(|| format!("--data {NAME}: no test images"))?.images;
    let latents = Samples::new(seed, samples, generator.latent_len() as u16, generator.classes());
    let count = samples.min(test.count);
    let pixels = test.pixels[..count * test.image_len()].to_vec();
    Ok(Report {
        model: generator.name().into(),
        data: data.name.clone(),
        seed,
        classifier: classifier.card().clone(),
        generated: Modes::read(classifier, generate(generator, &latents)?)?,
        real: Modes::read(classifier, Images { count, pixels, ..*test })?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::prelude::Device;

    /// The labels of every mode, one image each.
    fn every_mode() -> Vec<u16> {
        (0..1000).flat_map(|mode| [mode / 100, mode / 10 % 10, mode % 10]).collect()
    }

    #[test]
    fn all_modes_equally_often_have_no_divergence() {
        let modes = Modes::of(&every_mode().repeat(3));
        assert_eq!((modes.samples, modes.modes), (3000, 1000));
        // 1000 times 1/1000 log(1/1000 * 1000)
        assert!(modes.kl.abs() < 1e-12, "{modes:?}");
    }

    #[test]
    fn one_mode_has_the_largest_divergence() {
        let modes = Modes::of(&[4, 0, 7].repeat(12));
        assert_eq!((modes.samples, modes.modes), (12, 1));
        assert!((modes.kl - 1000f64.ln()).abs() < 1e-12, "{modes:?}");
    }

    /// 407 in half of the images, 470 in a quarter, 740 and 047 in an eighth each: the same labels
    /// in another order are another mode. `KL = 1/2 log 500 + 1/4 log 250 + 2/8 log 125`.
    #[test]
    fn a_mode_is_its_labels_in_their_order() {
        let labels =
            [[4, 0, 7].repeat(4), [4, 7, 0].repeat(2), vec![7, 4, 0], vec![0, 4, 7]].concat();
        let modes = Modes::of(&labels);
        assert_eq!((modes.samples, modes.modes), (8, 4));
        let kl = 500f64.ln() / 2.0 + 250f64.ln() / 4.0 + 125f64.ln() / 4.0;
        assert!((modes.kl - kl).abs() < 1e-12, "{modes:?}, expected {kl}");
    }

    #[test]
    fn half_of_the_modes_are_a_bit_away() {
        let modes = Modes::of(&every_mode()[..1500]);
        assert_eq!((modes.samples, modes.modes), (500, 500));
        assert!((modes.kl - 2f64.ln()).abs() < 1e-12, "{modes:?}");
    }

    #[test]
    fn images_of_another_size_are_refused() {
        let classifier = Classifier::mnist(&Device::flex()).unwrap();
        let refuse = |count: usize, width: usize, height: usize, part: &str| {
            let images = Images { count, width, height, pixels: vec![0; count * width * height] };
            let error = Modes::read(&classifier, images).unwrap_err().to_string();
            assert!(error.contains(part), "{error}, expected {part}");
        };
        refuse(2, 28, 28, "image size: 28x28 (expected 28x84");
        refuse(2, 84, 28, "image size: 84x28 (expected 28x84");
        refuse(0, 28, 84, "images to judge: none");
    }
}
