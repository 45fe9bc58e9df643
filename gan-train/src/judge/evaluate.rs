//! `evaluate`: everything that is asked of images, beside the same of real ones.

mod comparison;
mod report;

pub use report::{JudgedBy, Report, Scores};

use super::Judge;
use super::classifier::Classifier;
use super::utility::{self, Synthetic};
use crate::data::{Dataset, Split};
use anyhow::{Result, ensure};
use comparison::Comparison;
use gan_core::Generator;
use gan_core::generator::Layer;
use gan_tools::images::Images;

/// Images that are judged unless another number is asked for, if there are as many real ones.
const IMAGES: usize = 10_000;

/// What is judged.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// A blob's generator, and the float generator that it was made of, if that is there. The
    /// border of so many pixels around its images is cut off.
    Generators(&'a Generator<'a>, Option<&'a Generator<'a>>, usize),
    /// Images with a name. Their labels, if they have some, are what they should show.
    Images(&'a Split, &'a str),
}

/// What is asked of [`evaluate()`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Question {
    /// Images to judge, if another number than 10,000 or as many real ones as there are.
    pub samples: Option<usize>,
    /// Seed of their latents.
    pub seed: u64,
    /// The part of the training images that the run held out, to judge by in place of the test
    /// images.
    pub held_out: Option<f64>,
    /// Classifiers of each kind to train on the images; none leaves that out.
    pub tstr: Option<u32>,
}

/// Judges images beside those of `data`.
///
/// Without a classifier, `make_classifier` is asked for one for these images, such as
/// [`Classifier::for_data`]'s. Without test images, a tenth of the training images serves: then the
/// generator may have been trained on them.
///
/// # Errors
///
/// Data without labels and classifier, images of another size, or more images than there are real
/// ones.
pub fn evaluate(
    subject: Subject<'_>,
    data: &Dataset,
    classifier: Option<Classifier>,
    make_classifier: impl FnOnce(&Split) -> Result<Classifier>,
    question: Question,
) -> Result<Report> {
    check(&subject, data, classifier.is_some())?;
    let (judged_by, [reference, train]) = parts(data, question.held_out)?;
    let (reference, train) = (&reference, &train);
    // Not those that the judge will choose the windows' width on.
    let others = train.tenth_and_others().1;
    let samples = count(&subject, &others, data, question.samples)?;
    let classifier = match classifier {
        Some(classifier) => classifier,
        // MNIST is known by all of its training images.
        None if question.held_out.is_some() => make_classifier(&data.train)?,
        None => make_classifier(train)?,
    };
    let judge = Judge::new(classifier, train, reference)?;

    let comparison = Comparison::new(&judge, train, reference, &subject)?;
    let seed = question.seed;
    let scores = |generator: &Generator<'_>| comparison.of_generator(generator, samples, seed);
    let (mut int8, mut float, mut images) = (None, None, None);
    let (model, synthetic) = match subject {
        Subject::Generators(generator, of_floats, _) => {
            let is_float = generator.layers().any(|layer| matches!(layer, Layer::F32 { .. }));
            *(if is_float { &mut float } else { &mut int8 }) = Some(scores(generator)?);
            if let (Some(of_floats), false) = (of_floats, is_float) {
                float = Some(scores(of_floats)?);
            }
            (generator.name(), Synthetic::Generator(generator, seed))
        }
        Subject::Images(split, name) => {
            images = Some(comparison.of_images(split, samples)?);
            (name, Synthetic::Images(split))
        }
    };
    let real = comparison.real(&others.sample(samples).images)?;
    let classifier_accuracy = real.quick.conditional_accuracy;
    let utility = question
        .tstr
        .map(|seeds| utility::measure(synthetic, [train, reference], seeds))
        .transpose()?;
    Ok(Report {
        model: model.into(),
        data: data.name.clone(),
        label_names: data.label_names.clone(),
        seed,
        judged_by,
        reference: reference.images.count,
        training: train.images.count,
        classifier: judge.classifier().card().clone(),
        classifier_accuracy,
        agreement: None,
        int8,
        float,
        images,
        real,
        utility,
    })
}

/// The images to judge by, and the others that count as training images.
fn parts(data: &Dataset, held_out: Option<f64>) -> Result<(JudgedBy, [Split; 2])> {
    Ok(match (held_out, &data.test) {
        (Some(part), _) => {
            let (reference, train) = data.train.hold_out(part);
            ensure!(
                reference.images.count > 0,
                "--held-out: the run held out no images (training.validation is {part})"
            );
            (JudgedBy::HeldOut, [reference, train])
        }
        (None, Some(test)) => (JudgedBy::Test, [test.clone(), data.train.clone()]),
        (None, None) => (JudgedBy::Tenth, data.train.tenth_and_others().into()),
    })
}

/// How many images are judged: never more than there are real ones to compare with.
fn count(
    subject: &Subject<'_>,
    real: &Split,
    data: &Dataset,
    wanted: Option<usize>,
) -> Result<usize> {
    let (real, own) = (
        real.images.count,
        match subject {
            Subject::Generators(..) => usize::MAX,
            Subject::Images(split, _) => split.images.count,
        },
    );
    let Some(wanted) = wanted else { return Ok(IMAGES.min(real).min(own)) };
    ensure!(
        wanted <= real,
        "--samples {wanted}: --data {} has {real} real images to compare as many with",
        data.name
    );
    ensure!(wanted <= own, "--samples {wanted}: the folder has {own} images");
    Ok(wanted)
}

/// Refuses what cannot be judged before the long part.
fn check(subject: &Subject<'_>, data: &Dataset, has_classifier: bool) -> Result<()> {
    let Images { width, height, .. } = data.train.images;
    let name = &data.name;
    match subject {
        Subject::Generators(generator, _, padding) => {
            let shape = generator.image();
            let (wide, high) = (usize::from(shape.width), usize::from(shape.height));
            // The middle of other images is no image of theirs.
            ensure!(
                (wide, high) == (width + 2 * padding, height + 2 * padding),
                "--data {name}: its images are {width}x{height}, and the model's {wide}x{high} \
                 with a border of {padding}; a border is cut off only if it is that of the \
                 model's run (--run)"
            );
        }
        Subject::Images(Split { images, .. }, folder) => ensure!(
            (images.width, images.height) == (width, height),
            "{folder}: its images are {}x{}, and those of --data {name} {width}x{height}",
            images.width,
            images.height
        ),
    }
    let classes = data.train.classes();
    let labelled = |split: &Split| split.labels.is_some();
    let all = classes > 0 && data.test.as_ref().is_none_or(labelled);
    ensure!(
        has_classifier || classes > 0,
        "--data {name}: it has no labels to judge by, and there is no --classifier"
    );
    ensure!(has_classifier || all, "--data {name}: its test images have no labels to judge by");
    let own = match subject {
        Subject::Generators(generator, ..) => generator.classes(),
        Subject::Images(split, _) => split.classes(),
    };
    ensure!(
        own <= classes || (has_classifier && classes == 0),
        "--data {name}: it has {classes} labels, the model {own}"
    );
    Ok(())
}
