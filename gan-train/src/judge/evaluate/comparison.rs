//! Compares images with all that there is of real ones.

use super::{Scores, Subject};
use crate::data::Split;
use crate::judge::classifier::FEATURES;
use crate::judge::large::{self, Halves, LargeDistance};
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
        let make = |count: usize| -> Result<(Images, Vec<u16>)> {
            let latent_len = generator.latent_len() as u16;
            let latents = Samples::new(seed, count, latent_len, generator.classes());
            let images = generate(generator, &latents)?;
            let Images { width, height, .. } = self.reference.images;
            Ok((scoring::crop(&images, width, height)?.into_owned(), latents.labels))
        };
        let (images, labels) = make(count)?;
        let labels = (generator.classes() > 0).then_some(labels.as_slice());
        self.scores(&images, labels, &|count| Ok(make(count)?.0))
    }

    /// Scores `count` of these images, at random.
    ///
    /// # Errors
    ///
    /// Images of another size.
    pub fn of_images(&self, split: &Split, count: usize) -> Result<Scores> {
        let chosen = split.sample(count);
        let labels = chosen.labels.as_ref();
        let labels: Option<Vec<u16>> =
            labels.map(|labels| labels.iter().map(|&label| label.into()).collect());
        let more = |count: usize| Ok(split.sample(count).images);
        self.scores(&chosen.images, labels.as_deref(), &more)
    }

    /// Scores images, made for `labels` if there are some; `more` gives as many images as it is
    /// asked for.
    fn scores(
        &self,
        images: &Images,
        labels: Option<&[u16]>,
        more: &dyn Fn(usize) -> Result<Images>,
    ) -> Result<Scores> {
        let classifier = self.judge.classifier();
        let quick = self.judge.quick(images, labels)?;
        let features = &classifier.features(images)?;
        let memorization = self.neighbours.compare(&Seen { images, features });
        let large = self.halves.as_ref().map(|halves| -> Result<LargeDistance> {
            Ok(halves.compare(&classifier.features(&more(halves.images())?)?))
        });
        Ok(Scores { samples: images.count, quick, large: large.transpose()?, memorization })
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
