//! A small convolutional classifier to judge generated images by: its 64 features, and its labels.
//!
//! Distances between features mean something within one classifier only, so MNIST's is shipped with
//! this crate. It was made by `gan-train classifier --data mnist`; for other data one is trained on
//! the spot.

mod file;
mod network;
mod training;

use super::source::Source;
use crate::data::Split;
use crate::nn::params::read;
use anyhow::{Context, Result, ensure};
use burn::prelude::*;
use burn::tensor::TensorData;
use gan_tools::images::Images;
use gan_tools::numbers::thousands;
pub use network::FEATURES;
use network::Network;
use serde::{Deserialize, Serialize};
use tracing::info;

/// Steps where none are given: seconds for 8x8 images, about a minute for 28x28 ones.
pub const STEPS: u64 = 1000;
/// `Split::sha256` of MNIST's training images and labels.
const MNIST_SHA256: &str = "1249bc86256fef9df520446045b64018d322eac9cb6e69d5d076b02ec6d61c6d";
/// Images that the network computes at a time.
const CHUNK: usize = 250;

/// Hears how many steps are done.
pub type OnStep<'c> = &'c mut dyn FnMut(u64);

/// A trained classifier, on a device.
#[derive(Debug, Clone)]
pub struct Classifier {
    card: Card,
    network: Network,
}

/// Of the same numbers, wherever they are.
impl PartialEq for Classifier {
    fn eq(&self, other: &Self) -> bool {
        self.card == other.card && self.network.params() == other.network.params()
    }
}

/// What a classifier is for and how it was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    format: String,
    /// Pixels in a line of its images.
    pub width: u16,
    /// Lines of an image.
    pub height: u16,
    /// Labels that it tells apart.
    pub classes: u16,
    /// Steps that it was trained for.
    pub steps: u64,
    /// Seed of its training.
    pub seed: u64,
    /// [`Split::sha256`] of what it was trained on.
    pub data_sha256: String,
    /// Trace of the covariance of the features of all images that it was trained on.
    pub feature_variance: f64,
}

impl Classifier {
    /// MNIST's if `train` is MNIST's training split and no number of steps is asked for; else one
    /// that is trained on `train` now. It computes on `device`. `on_step` hears of each step that
    /// is done.
    ///
    /// # Errors
    ///
    /// As [`Self::train`].
    pub fn for_data(
        train: &Split,
        steps: Option<u64>,
        device: &Device,
        on_step: OnStep<'_>,
    ) -> Result<Self> {
        // Always the same seed, so that everybody's distances on the same data compare.
        if steps.is_none() && train.sha256() == MNIST_SHA256 {
            return Self::mnist(device);
        }
        info!(
            "training a classifier to judge by, on these {} images \
             (gan-train classifier keeps one)",
            thousands(train.images.count as u64)
        );
        Self::train(train, steps.unwrap_or(STEPS), 0, device, on_step)
    }

    /// Trains on images with labels, on `device`; the same seed gives the same classifier.
    ///
    /// # Errors
    ///
    /// The images have no labels, or are fewer than a batch.
    pub fn train(
        data: &Split,
        steps: u64,
        seed: u64,
        device: &Device,
        on_step: OnStep<'_>,
    ) -> Result<Self> {
        Self::train_from(&Source::Same(data), steps, seed, device, on_step)
    }

    /// The same on images that may be others in every epoch. Its card is of the first epoch's.
    ///
    /// # Errors
    ///
    /// As [`Self::train`], and those of the source.
    pub fn train_from(
        source: &Source<'_>,
        steps: u64,
        seed: u64,
        device: &Device,
        on_step: OnStep<'_>,
    ) -> Result<Self> {
        let data = source.epoch(0)?;
        let size = |size: usize| {
            u16::try_from(size)
                .with_context(|| format!("image size: {size} (at most {})", u16::MAX))
        };
        let card = Card {
            format: file::FORMAT.into(),
            width: size(data.images.width)?,
            height: size(data.images.height)?,
            classes: data.classes(),
            steps,
            seed,
            data_sha256: data.sha256(),
            feature_variance: 0.0,
        };
        let params = network::init(data.images.width, data.images.height, card.classes, seed);
        let network = Network::from_params(&params, &device.clone().autodiff());
        let trained = training::train(network, source, card.classes, (steps, seed), on_step)?;
        let network = Network::from_params(&trained.params(), &device.clone().inner());
        let mut classifier = Self { card, network };
        classifier.card.feature_variance =
            training::feature_variance(&classifier.features(&data.images)?);
        Ok(classifier)
    }

    /// What it is for and how it was made.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// Fraction of the images whose label it gets right.
    ///
    /// # Errors
    ///
    /// Images of another size, or without labels.
    pub fn accuracy(&self, data: &Split) -> Result<f64> {
        let labels = data.labels.as_ref().context("the images have no labels")?;
        let found = self.labels(&self.features(&data.images)?);
        let right =
            found.iter().zip(labels).filter(|(found, label)| **found == u16::from(**label)).count();
        Ok(right as f64 / found.len() as f64)
    }

    /// Checks that it is for images of this size and knows all their labels.
    ///
    /// # Errors
    ///
    /// Says what it is for.
    pub fn check(&self, data: &Split) -> Result<()> {
        self.check_size(&data.images)?;
        let (classes, own) = (data.classes(), self.card.classes);
        ensure!(
            classes <= own,
            "labels: the data has {classes} labels (the classifier is for {own})"
        );
        Ok(())
    }

    fn check_size(&self, images: &Images) -> Result<()> {
        let (size, own) =
            ((images.width, images.height), (self.card.width.into(), self.card.height.into()));
        ensure!(
            size == own,
            "image size: {}x{} (the classifier is for {}x{})",
            size.0,
            size.1,
            own.0,
            own.1
        );
        Ok(())
    }

    /// The features of each image, `[image][64]`.
    ///
    /// # Errors
    ///
    /// Images of another size.
    pub fn features(&self, images: &Images) -> Result<Vec<f32>> {
        self.check_size(images)?;
        let device = self.network.device();
        let mut features = Vec::with_capacity(images.count * FEATURES);
        for chunk in images.pixels.chunks(CHUNK * images.image_len()) {
            let pixels: Vec<f32> = chunk.iter().map(|&pixel| f32::from(pixel) / 255.0).collect();
            let shape = [chunk.len() / images.image_len(), 1, images.height, images.width];
            let inputs = Tensor::<4>::from_data(TensorData::new(pixels, shape), &device);
            features.extend(read(self.network.features(inputs)));
        }
        Ok(features)
    }

    /// The likeliest label for each image's features.
    pub fn labels(&self, features: &[f32]) -> Vec<u16> {
        let data = TensorData::new(features.to_vec(), [features.len() / FEATURES, FEATURES]);
        let features = Tensor::from_data(data, &self.network.device());
        let logits = read(self.network.logits(features));
        let likeliest = |row: &[f32]| {
            row.iter()
                .enumerate()
                .max_by(|a, b| a.1.total_cmp(b.1))
                .map_or(0, |(label, _)| label as u16)
        };
        logits.chunks_exact(self.card.classes.into()).map(likeliest).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::digits;

    fn train(data: &Split, steps: u64, seed: u64) -> Result<Classifier> {
        Classifier::train(data, steps, seed, &Device::flex(), &mut |_| ())
    }

    #[test]
    fn it_learns_the_digits_and_the_same_each_time() {
        let data = digits().unwrap();
        let classifier = train(&data.train, 300, 1).unwrap();
        let accuracy = classifier.accuracy(data.test.as_ref().unwrap()).unwrap();
        // Guessing gets a tenth right.
        assert!(accuracy > 0.9, "{accuracy}");
        assert_eq!(train(&data.train, 20, 1).unwrap(), train(&data.train, 20, 1).unwrap());
        assert_ne!(train(&data.train, 20, 1).unwrap(), train(&data.train, 20, 2).unwrap());

        // The trace of the covariance, by the definition.
        let features = classifier.features(&data.train.images).unwrap();
        let rows: Vec<&[f32]> = features.chunks_exact(FEATURES).collect();
        let mut variance = 0.0;
        for index in 0..FEATURES {
            let column = rows.iter().map(|row| f64::from(row[index]));
            let (sum, squares) =
                column.fold((0.0, 0.0), |(sum, squares), x| (sum + x, squares + x * x));
            variance += squares / rows.len() as f64 - (sum / rows.len() as f64).powi(2);
        }
        let found = classifier.card().feature_variance;
        assert!((found - variance).abs() < 1e-6 * variance, "{found}, expected {variance}");
    }

    #[test]
    fn each_step_is_told_of() {
        let data = digits().unwrap().train;
        let (device, mut heard) = (Device::flex(), Vec::new());
        Classifier::for_data(&data, Some(3), &device, &mut |step| heard.push(step)).unwrap();
        assert_eq!(heard, [1, 2, 3]);
    }

    #[test]
    fn data_that_it_cannot_learn_is_refused() {
        let data = digits().unwrap().train;
        let error = |data: &Split| format!("{:#}", train(data, 1, 0).unwrap_err());
        assert!(error(&Split { labels: None, ..data.clone() }).contains("no labels"));
        assert!(error(&data.sample(100)).contains("at least 128 images, the data has 100"));
        let classifier = Classifier::mnist(&Device::flex()).unwrap();
        let error = classifier.features(&data.images).unwrap_err().to_string();
        assert!(error.contains("8x8") && error.contains("28x28"), "{error}");
    }
}
