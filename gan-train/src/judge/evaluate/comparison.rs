//! Compares images with all that there is of real ones.

use super::{Scores, Subject};
use crate::data::Split;
use crate::judge::classifier::FEATURES;
use crate::judge::large::{self, Halves};
use crate::judge::memorization::{Neighbours, Seen};
use crate::judge::{Judge, Quick, scoring};
use anyhow::Result;
use gan_core::Generator;
use gan_tools::generate::generate;
use gan_tools::images::Images;
use gan_tools::samples::Samples;

/// All that images are compared with.
pub struct Comparison<'a> {
    judge: &'a Judge,
    reference: &'a Split,
    neighbours: Neighbours<'a>,
    halves: Option<Halves>,
}

impl<'a> Comparison<'a> {
    /// Measures the real images. The subject is asked only how many images it has.
    ///
    /// # Errors
    ///
    /// Images of another size than the judge's.
    pub fn new(
        judge: &'a Judge,
        train: &'a Split,
        reference: &'a Split,
        subject: &Subject<'_>,
    ) -> Result<Self> {
        let features = |images: &Images| judge.classifier().features(images);
        let most = match subject {
            Subject::Generators(..) => usize::MAX,
            Subject::Images(split, _) => split.images.count,
        };
        let all = features(&train.images)?;
        // In random order, of which the halves take the first.
        let order = train.order().into_iter().take(2 * large::IMAGES);
        let row = |index: u32| &all[index as usize * FEATURES..][..FEATURES];
        let sample: Vec<f32> = order.flat_map(row).copied().collect();
        let variance = judge.classifier().card().feature_variance;
        let halves = Halves::new(&sample, variance, most);
        let neighbours = Neighbours::new(train, all, reference, features)?;
        Ok(Self { judge, reference, neighbours, halves })
    }

    /// Scores `count` images of a generator, of the latents of `seed`.
    ///
    /// # Errors
    ///
    /// Images of another size.
    pub fn of_generator(
        &self,
        generator: &Generator<'_>,
        count: usize,
        seed: u64,
    ) -> Result<Scores> {
        let latent_len = generator.latent_len() as u16;
        let latents = Samples::new(seed, self.wanted(count), latent_len, generator.classes());
        let images = generate(generator, &latents)?;
        let Images { width, height, .. } = self.reference.images;
        let images = scoring::crop(&images, width, height)?;
        let labels = (generator.classes() > 0).then_some(&latents.labels[..count]);
        self.scores(&images, count, labels)
    }

    /// Scores `count` of these images, at random.
    ///
    /// # Errors
    ///
    /// Images of another size.
    pub fn of_images(&self, split: &Split, count: usize) -> Result<Scores> {
        let chosen = split.sample(self.wanted(count));
        let labels = chosen.labels.as_ref();
        let labels: Option<Vec<u16>> =
            labels.map(|labels| labels[..count].iter().map(|&label| label.into()).collect());
        self.scores(&chosen.images, count, labels.as_deref())
    }

    /// How many images are needed to score `count`: the Frechet distance takes more.
    fn wanted(&self, count: usize) -> usize {
        self.halves.as_ref().map_or(count, |halves| halves.images().max(count))
    }

    /// Scores the first `count` of as many images as are [wanted](Self::wanted), made for `labels`
    /// if there are some. Their features are computed once.
    fn scores(&self, all: &Images, count: usize, labels: Option<&[u16]>) -> Result<Scores> {
        let all_features = self.judge.classifier().features(all)?;
        let pixels = all.pixels[..count * all.image_len()].to_vec();
        let images = &Images { count, pixels, ..*all };
        let features = &all_features[..count * FEATURES];
        let quick = self.judge.quick_of_features(images, features, labels)?;
        let memorization = self.neighbours.compare(&Seen { images, features });
        let large = self
            .halves
            .as_ref()
            .map(|halves| halves.compare(&all_features[..halves.images() * FEATURES]));
        Ok(Scores { samples: count, quick, large, memorization })
    }

    /// Scores real images in the generator's place.
    ///
    /// # Errors
    ///
    /// Images of another size.
    pub fn real(&self, images: &Images) -> Result<Scores> {
        let quick = self.judge.quick(images, None)?;
        let labelled = self.reference.labels.is_some();
        let accuracy = labelled.then(|| self.judge.classifier().accuracy(self.reference));
        let quick = Quick { conditional_accuracy: accuracy.transpose()?, ..quick };
        let large = self.halves.as_ref().map(Halves::real);
        let memorization = self.neighbours.held_out().clone();
        Ok(Scores { samples: images.count, quick, large, memorization })
    }
}
