//! How good a generator is, measured on images that gan-core made.
//!
//! [`Judge`] scores images beside real ones; [`evaluate()`] has it judge a blob, the float
//! generator that the blob was made of, and, as the floor that no generator can be expected to
//! pass, real training images.

pub mod agreement;
pub mod classifier;
pub mod evaluations;
pub mod frechet;
pub mod memorization;
pub mod parzen;
pub mod points;
pub mod prdc;
pub mod quick;
pub mod scoring;
pub mod source;
pub mod until;
pub mod utility;

use crate::data::{Dataset, Split};
use anyhow::{Result, ensure};
use classifier::{Card, Classifier};
use gan_core::Generator;
use gan_tools::generate::generate;
use gan_tools::samples::Samples;
use memorization::{Memorization, Neighbours};
pub use quick::Quick;
pub use scoring::Judge;
use serde::Serialize;

/// What `evaluate` prints.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The model's name.
    pub model: String,
    /// Its images are judged beside these.
    pub data: String,
    /// What the data calls the labels 0, 1, 2 …; none where each is called by its own number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub label_names: Vec<String>,
    /// Seed of the latents.
    pub seed: u64,
    /// Real images to judge by, which neither training nor the classifier saw.
    pub reference: usize,
    /// Training images.
    pub training: usize,
    /// The classifier.
    pub classifier: Card,
    /// Fraction of the real images that the classifier gets right.
    pub classifier_accuracy: f64,
    /// int8 against float, if the run is there.
    pub agreement: Option<agreement::Agreement>,
    /// The blob's images; of a blob of floats they are in `float`.
    pub int8: Option<Scores>,
    /// The float generator's images, of the same latents.
    pub float: Option<Scores>,
    /// Real training images in the generator's place; their accuracy and memorization are those of
    /// the images to judge by.
    pub real: Scores,
    /// What classifiers learn from the images, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utility: Option<utility::Utility>,
}

/// How good images are.
#[derive(Debug, Clone, Serialize)]
pub struct Scores {
    /// How many.
    pub samples: usize,
    /// Beside the images to judge by.
    #[serde(flatten)]
    pub quick: Quick,
    /// Beside the training images.
    pub memorization: Memorization,
}

/// What is asked of [`evaluate()`].
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// Images to judge.
    pub samples: usize,
    /// Seed of their latents.
    pub seed: u64,
    /// Pixels of the border that the generator's images may have around the data's.
    pub padding: usize,
    /// Classifiers of each kind to train on the images; none leaves that out.
    pub tstr: Option<u32>,
}

/// Judges images of the blob's generator and, if there is one, of the float generator it was made
/// of.
///
/// `classifier` is asked for a classifier for the training images, such as
/// [`Classifier::for_data`]'s. Without test images, a tenth of the training images serves: then the
/// generator may have been trained on them.
///
/// # Errors
///
/// Data without labels, or with images of another size; those of `classifier`.
pub fn evaluate(
    generator: &Generator<'_>,
    float: Option<&Generator<'_>>,
    data: &Dataset,
    classifier: impl FnOnce(&Split) -> Result<Classifier>,
    Question { samples, seed, padding, tstr }: Question,
) -> Result<Report> {
    check(generator, data, padding)?;
    let parts;
    let (reference, train) = match &data.test {
        Some(test) => (test, &data.train),
        None => {
            parts = data.train.tenth_and_others();
            (&parts.0, &parts.1)
        }
    };
    let judge = Judge::new(classifier(train)?, train, reference)?;
    let neighbours = Neighbours::new(train, reference);

    let latents = Samples::new(seed, samples, generator.latent_len() as u16, generator.classes());
    let labels = (generator.classes() > 0).then_some(latents.labels.as_slice());
    let scores = |generator: &Generator<'_>| -> Result<Scores> {
        let images = generate(generator, &latents)?;
        let quick = judge.quick(&images, labels)?;
        let images = scoring::crop(&images, reference.images.width, reference.images.height)?;
        Ok(Scores { samples, quick, memorization: neighbours.compare(&images) })
    };
    let is_float =
        generator.layers().any(|layer| matches!(layer, gan_core::generator::Layer::F32 { .. }));
    let (int8, float) = match float {
        _ if is_float => (None, Some(scores(generator)?)),
        Some(float) => (Some(scores(generator)?), Some(scores(float)?)),
        None => (Some(scores(generator)?), None),
    };

    // Not those that the judge chose the windows' width on.
    let Split { images, .. } = train.tenth_and_others().1.sample(samples);
    let classifier_accuracy = judge.classifier().accuracy(reference)?;
    let quick =
        Quick { conditional_accuracy: Some(classifier_accuracy), ..judge.quick(&images, None)? };
    let real = Scores { samples: images.count, quick, memorization: neighbours.held_out().clone() };
    let utility = tstr
        .map(|seeds| utility::measure(generator, [train, reference], seed, seeds))
        .transpose()?;
    Ok(Report {
        model: generator.name().into(),
        data: data.name.clone(),
        label_names: data.label_names.clone(),
        seed,
        reference: reference.images.count,
        training: train.images.count,
        classifier: judge.classifier().card().clone(),
        classifier_accuracy,
        agreement: None,
        int8,
        float,
        real,
        utility,
    })
}

/// Refuses what cannot be judged before the long part.
fn check(generator: &Generator<'_>, data: &Dataset, padding: usize) -> Result<()> {
    let images = &data.train.images;
    let shape = generator.image();
    let (width, height) = (usize::from(shape.width), usize::from(shape.height));
    // The middle of other images is no image of theirs.
    ensure!(
        (width, height) == (images.width + 2 * padding, images.height + 2 * padding),
        "--data {}: its images are {}x{}, and the model's {width}x{height} with a border \
         of {padding}; a border is cut off only if it is that of the model's run (--run)",
        data.name,
        images.width,
        images.height
    );
    let classes = data.train.classes();
    let labelled = |split: &Split| split.labels.is_some();
    ensure!(classes > 0, "--data {}: it has no labels to judge by", data.name);
    ensure!(
        data.test.as_ref().is_none_or(labelled),
        "--data {}: its test images have no labels to judge by",
        data.name
    );
    ensure!(
        generator.classes() <= classes,
        "--data {}: it has {classes} labels, the model {}",
        data.name,
        generator.classes()
    );
    Ok(())
}
