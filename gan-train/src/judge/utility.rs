//! Whether synthetic images can take the place of real ones: classifiers that are trained on the
//! one kind are tested on the other.
//!
//! TSTR, train on synthetic, test on real, and TRTS, its counterpart (Esteban, Hyland and Rätsch
//! 2017), beside classifiers that are trained and tested on real images. Real images to test on are
//! the test set; a generator that leaves something out teaches less than they ask.

mod few;
mod mlp;

pub use few::{Few, few};

use super::classifier::{Classifier, STEPS};
use super::scoring::crop;
use super::source::Source;
use crate::data::Split;
use anyhow::{Result, ensure};
use burn::prelude::Device;
use gan_core::Generator;
use gan_tools::generate::generate;
use gan_tools::images::Images;
use gan_tools::samples::Samples;
use mlp::MlpClassifier;
use serde::Serialize;
use tracing::info;

/// What classifiers learned from synthetic images, and from as many real ones.
#[derive(Debug, Clone, Serialize)]
pub struct Utility {
    /// Images that each classifier was trained on.
    pub images: usize,
    /// Real images that they were tested on.
    pub test: usize,
    /// Of a network of fully connected layers, pixels-512-labels.
    pub mlp: Accuracies,
    /// Of the network of the built-in classifier, with two convolutions.
    pub cnn: Accuracies,
}

/// The part of the images that a kind of classifier gets right.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Accuracies {
    /// Trained on synthetic images, tested on real ones.
    pub tstr: Accuracy,
    /// The same with new synthetic images in every epoch; none of a folder's images.
    #[serde(skip_serializing_if = "Accuracy::is_empty")]
    pub tstr_fresh: Accuracy,
    /// Trained on real images, tested on synthetic ones.
    pub trts: Accuracy,
    /// Trained and tested on real images.
    pub real: Accuracy,
}

/// One accuracy, of several classifiers that differ in their seed.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Accuracy {
    /// Of each classifier, 0..=1.
    pub seeds: Vec<f64>,
}

impl Accuracy {
    /// The mean.
    pub fn mean(&self) -> f64 {
        self.seeds.iter().sum::<f64>() / self.seeds.len() as f64
    }

    /// Whether it was not measured.
    pub fn is_empty(&self) -> bool {
        self.seeds.is_empty()
    }

    /// The standard deviation of one classifier's, estimated from all; 0 of a single one.
    pub fn deviation(&self) -> f64 {
        let squares: f64 = self.seeds.iter().map(|x| (x - self.mean()).powi(2)).sum();
        let others = self.seeds.len().saturating_sub(1).max(1);
        (squares / others as f64).sqrt()
    }
}

/// A kind of classifier.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Mlp,
    Cnn,
}

/// A classifier that was trained.
enum Trained {
    Mlp(MlpClassifier),
    Cnn(Box<Classifier>),
}

impl Kind {
    /// `steps` are those of a `Cnn`.
    fn train(self, source: &Source<'_>, seed: u64, steps: u64) -> Result<Trained> {
        let device = Device::flex();
        Ok(match self {
            Self::Mlp => Trained::Mlp(MlpClassifier::train(source, seed, &device)?),
            Self::Cnn => {
                let classifier = Classifier::train_from(source, steps, seed, &device, &mut |_| ())?;
                Trained::Cnn(Box::new(classifier))
            }
        })
    }
}

impl Trained {
    fn accuracy(&self, data: &Split) -> Result<f64> {
        match self {
            Self::Mlp(classifier) => classifier.accuracy(data),
            Self::Cnn(classifier) => classifier.accuracy(data),
        }
    }
}

/// The synthetic images.
#[derive(Debug, Clone, Copy)]
pub enum Synthetic<'a> {
    /// A generator's, of the latents of this seed.
    Generator(&'a Generator<'a>, u64),
    /// These, with their labels.
    Images(&'a Split),
}

/// Trains `seeds` classifiers of each kind on as many images of a generator as there are `real`
/// ones, on new ones in every epoch, and on the real ones, and tests them on `test` and on as many
/// images of the next seed. Of images that are given, half of these or as many as `test` has are
/// kept for the test, and there are no new ones.
///
/// # Errors
///
/// Images without labels, or data that a classifier cannot learn.
pub fn measure(synthetic: Synthetic<'_>, [real, test]: [&Split; 2], seeds: u32) -> Result<Utility> {
    let (shown, unseen) = split(synthetic, [real, test])?;
    let images = shown.images.count;
    let fresh = match synthetic {
        Synthetic::Generator(generator, seed) => Some(move |epoch: u64| {
            labelled_images(generator, seed, epoch as usize * images, images, &real.images)
        }),
        Synthetic::Images(_) => None,
    };
    let measure = |name: &str, kind: Kind| -> Result<Accuracies> {
        let mut found = Accuracies::default();
        for seed in 0..u64::from(seeds) {
            info!("training classifiers on synthetic and real images: {name}, seed {seed}");
            let train = |source: &Source<'_>| kind.train(source, seed, STEPS);
            found.tstr.seeds.push(train(&Source::Same(&shown))?.accuracy(test)?);
            if let Some(fresh) = &fresh {
                found.tstr_fresh.seeds.push(train(&Source::Fresh(fresh))?.accuracy(test)?);
            }
            let on_real = train(&Source::Same(real))?;
            found.trts.seeds.push(on_real.accuracy(&unseen)?);
            found.real.seeds.push(on_real.accuracy(test)?);
        }
        Ok(found)
    };
    let (mlp, cnn) = (measure("MLP", Kind::Mlp)?, measure("CNN", Kind::Cnn)?);
    Ok(Utility { images, test: test.images.count, mlp, cnn })
}

/// The synthetic images to train on, and those to test on.
fn split(synthetic: Synthetic<'_>, [real, test]: [&Split; 2]) -> Result<(Split, Split)> {
    match synthetic {
        Synthetic::Generator(generator, seed) => {
            ensure!(
                generator.classes() > 0,
                "{}: it takes no labels, so its images can teach none (--tstr)",
                generator.name()
            );
            let images = |seed, count| labelled_images(generator, seed, 0, count, &real.images);
            let unseen = images(seed.wrapping_add(1), test.images.count)?;
            Ok((images(seed, real.images.count)?, unseen))
        }
        Synthetic::Images(split) => {
            ensure!(split.labels.is_some(), "the images have no labels to teach (--tstr)");
            let count = split.images.count;
            let (order, kept) = (split.order(), test.images.count.min(count / 2));
            Ok((split.pick(&order[kept..]), split.pick(&order[..kept])))
        }
    }
}

/// Images `first..first + count` of a generator with their labels, of the size of `like`.
fn labelled_images(
    generator: &Generator<'_>,
    seed: u64,
    first: usize,
    count: usize,
    like: &Images,
) -> Result<Split> {
    let latent_len = generator.latent_len() as u16;
    let samples = Samples::part(seed, first as u64, count, latent_len, generator.classes());
    let images = generate(generator, &samples)?;
    let images = crop(&images, like.width, like.height)?.into_owned();
    let labels = samples.labels.iter().map(|&label| label as u8).collect();
    Ok(Split { images, labels: Some(labels) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::digits;

    /// By hand: mean 0.5, squares 0.01 + 0 + 0.01 over 2.
    #[test]
    fn mean_and_deviation() {
        let accuracy = Accuracy { seeds: vec![0.4, 0.5, 0.6] };
        assert!((accuracy.mean() - 0.5).abs() < 1e-12);
        assert!((accuracy.deviation() - 0.1).abs() < 1e-12);
        assert_eq!(Accuracy { seeds: vec![0.9] }.deviation(), 0.0);
    }

    /// Real digits teach both kinds of classifier to read real digits. With the labels moved by
    /// one, what they teach is wrong in every case, and what is new in an epoch is what is learned.
    #[test]
    fn classifiers_learn_what_they_are_shown() {
        let data = digits().unwrap();
        let (train, test) = (data.train, data.test.unwrap());
        let moved = |split: &Split| {
            let labels = split.labels.as_ref().unwrap();
            Split { labels: Some(labels.iter().map(|&l| (l + 1) % 10).collect()), ..split.clone() }
        };
        let wrong = moved(&train);
        // The first epoch is of wrong labels, all others of right ones.
        let fresh = |epoch: u64| Ok(if epoch == 0 { wrong.clone() } else { train.clone() });
        for kind in [Kind::Mlp, Kind::Cnn] {
            let accuracy = |source: &Source<'_>, on: &Split| {
                kind.train(source, 3, 150).unwrap().accuracy(on).unwrap()
            };
            let right = accuracy(&Source::Same(&train), &test);
            assert!(right > 0.8, "{kind:?}: {right}");
            assert_eq!(right, accuracy(&Source::Same(&train), &test), "{kind:?}: the same seed");
            let of_wrong = accuracy(&Source::Same(&wrong), &test);
            assert!(of_wrong < 0.1, "{kind:?}: {of_wrong}");
            assert!(accuracy(&Source::Same(&wrong), &moved(&test)) > 0.8, "{kind:?}");
            let of_fresh = accuracy(&Source::Fresh(&fresh), &test);
            assert!(of_fresh > 0.7, "{kind:?}: {of_fresh}, later epochs count");
        }
    }
}
