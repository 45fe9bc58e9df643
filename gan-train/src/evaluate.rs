//! How good a generator is, measured on images that gan-core made.

pub mod agreement;
pub mod classifier;

use crate::blob_file::generate;
use crate::data::Dataset;
use crate::data::idx::Images;
use crate::float::Samples;
use anyhow::{Context, Result, ensure};
use classifier::Classifier;
use gan_core::Generator;
use serde::Serialize;

/// What `evaluate` prints.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The model's name.
    pub model: String,
    /// Its images are judged beside these.
    pub data: String,
    /// Images that were generated.
    pub samples: usize,
    /// Seed of their latents.
    pub seed: u64,
    /// int8 against float, if the run is there.
    pub agreement: Option<agreement::Agreement>,
    /// Fraction of real images that the classifier gets right, none of which it was trained on: how far to trust the next two.
    pub classifier_accuracy: f64,
    /// Fraction of the generated images whose label the classifier agrees with; none without labels.
    pub conditional_accuracy: Option<f64>,
    /// Generated images that the classifier gives each label.
    pub class_histogram: Vec<usize>,
}

/// Judges `samples` images of `seed`.
///
/// # Errors
///
/// Data without labels or with images of another size.
pub fn evaluate(generator: &Generator<'_>, data: &Dataset, samples: usize, seed: u64) -> Result<Report> {
    let (a, b) = (generator.image(), &data.train.images);
    ensure!(
        (usize::from(a.width), usize::from(a.height)) == (b.width, b.height),
        "--data {}: its images are {}x{}, the model's {}x{}",
        data.name,
        b.width,
        b.height,
        a.width,
        a.height
    );
    let classes = data.train.classes();
    ensure!(classes > 0, "--data {}: it has no labels to judge by", data.name);
    ensure!(generator.classes() <= classes, "--data {}: it has {classes} labels, the model {}", data.name, generator.classes());
    let parts;
    let (held_out, seen) = match &data.test {
        Some(test) => (test, &data.train),
        None => {
            parts = data.train.tenth_and_others();
            (&parts.0, &parts.1)
        }
    };
    let classifier = Classifier::train(seen, classes, seed)?;
    let labels = held_out.labels.as_ref().context("the held-out images have no labels")?;
    let classifier_accuracy = accuracy(&classifier.classify(&held_out.images), labels.iter().map(|&label| label.into()));

    let latents = Samples::new(seed, samples, generator.latent_len() as u16, generator.classes());
    let images: Images = generate(generator, &latents)?;
    let found = classifier.classify(&images);
    let mut class_histogram = vec![0; classes.into()];
    found.iter().for_each(|&class| class_histogram[usize::from(class)] += 1);
    let conditional_accuracy = (generator.classes() > 0).then(|| accuracy(&found, latents.labels.iter().copied()));
    Ok(Report {
        model: generator.name().into(),
        data: data.name.clone(),
        samples,
        seed,
        agreement: None,
        classifier_accuracy,
        conditional_accuracy,
        class_histogram,
    })
}

fn accuracy(found: &[u16], expected: impl Iterator<Item = u16>) -> f64 {
    let right = found.iter().zip(expected).filter(|(found, expected)| **found == *expected).count();
    right as f64 / found.len().max(1) as f64
}
