//! Judges generated images beside real ones.

use super::classifier::{Classifier, FEATURES};
use super::frechet::Gaussian;
use super::parzen::log_likelihood;
use super::points::Points;
use super::prdc::{Compared, K, Manifold, Prdc};
use super::quick::{Quick, class_kl, of_each_class};
use crate::data::Split;
use anyhow::{Context, Result, ensure};
use gan_tools::images::Images;
use std::borrow::Cow;

/// Training images that the width of the Parzen windows is chosen on.
const VALIDATION: usize = 1000;

/// Real images, and what of them has to be computed once only.
#[derive(Debug, Clone)]
pub struct Judge {
    classifier: Classifier,
    width: usize,
    height: usize,
    gaussian: Gaussian,
    manifold: Manifold,
    /// The label of each real image: its own, or the one that the classifier gives it.
    labels: Vec<u16>,
    reference: Points,
    validation: Points,
}

impl Judge {
    /// A judge by `reference`, which no training step has seen. A [tenth](Split::tenth_and_others)
    /// of `train`, up to 1,000 images, serves to choose the width of the Parzen windows.
    ///
    /// # Errors
    ///
    /// Images of another size or with other labels than the classifier's, or too few of them.
    pub fn new(classifier: Classifier, train: &Split, reference: &Split) -> Result<Self> {
        let (width, height) = (reference.images.width, reference.images.height);
        classifier.check(train)?;
        classifier.check(reference)?;
        enough(reference.images.count).context("real images to judge by")?;
        let validation = train.tenth_and_others().0.sample(VALIDATION).images;
        ensure!(
            validation.count > 0,
            "training images: {} (expected 10 or more)",
            train.images.count
        );
        let features = classifier.features(&reference.images)?;
        let labels = match &reference.labels {
            Some(labels) => labels.iter().map(|&label| label.into()).collect(),
            None => classifier.labels(&features),
        };
        Ok(Self {
            labels,
            classifier,
            width,
            height,
            gaussian: Gaussian::of_features(&features),
            manifold: Manifold::new(Points::new(features, FEATURES), K),
            reference: Points::of_images(&reference.images),
            validation: Points::of_images(&validation),
        })
    }

    /// The classifier whose features and labels it goes by.
    pub fn classifier(&self) -> &Classifier {
        &self.classifier
    }

    /// Scores images, made for `labels` if there are some. Larger images are [cropped](crop) first.
    ///
    /// # Errors
    ///
    /// Five images or fewer, another size, or not one label an image.
    pub fn quick(&self, images: &Images, labels: Option<&[u16]>) -> Result<Quick> {
        let images = crop(images, self.width, self.height)?;
        self.quick_of_features(&images, &self.classifier.features(&images)?, labels)
    }

    /// The same of images of the right size whose features, `[image][64]`, are known already.
    ///
    /// # Errors
    ///
    /// Five images or fewer, or not one label an image.
    pub fn quick_of_features(
        &self,
        images: &Images,
        features: &[f32],
        labels: Option<&[u16]>,
    ) -> Result<Quick> {
        enough(images.count).context("images to judge")?;
        let found = self.classifier.labels(features);
        let conditional_accuracy = labels
            .map(|labels| {
                ensure!(
                    labels.len() == images.count,
                    "labels: {} for {} images",
                    labels.len(),
                    images.count
                );
                let right =
                    found.iter().zip(labels).filter(|(found, label)| found == label).count();
                Ok(right as f64 / images.count as f64)
            })
            .transpose()?;
        let classes = usize::from(self.classifier.card().classes);
        let mut class_histogram = vec![0; classes];
        found.iter().for_each(|&class| class_histogram[usize::from(class)] += 1);

        let fd = 100.0 * self.gaussian.distance(&Gaussian::of_features(features))
            / self.classifier.card().feature_variance;
        let Compared { all, covered, recalled } =
            self.manifold.compare(&Points::new(features.to_vec(), FEATURES));
        let Prdc { precision, recall, density, coverage } = all;
        let likelihood =
            log_likelihood(&Points::of_images(images), &self.validation, &self.reference);
        Ok(Quick {
            fd,
            coverage,
            precision,
            recall,
            density,
            log_likelihood: likelihood.nats,
            sigma: likelihood.sigma,
            class_kl: class_kl(&class_histogram),
            conditional_accuracy,
            class_histogram,
            class_coverage: of_each_class(&self.labels, &covered, classes),
            class_recall: of_each_class(&self.labels, &recalled, classes),
        })
    }
}

fn enough(count: usize) -> Result<()> {
    ensure!(
        count > K,
        "{count} (expected more than {K}: a point's ball reaches to its {K}th neighbour)"
    );
    Ok(())
}

/// Images of this size: themselves, or their middle if they are larger by a border of the same
/// width left and right, and of the same height above and below.
///
/// # Errors
///
/// Any other size.
pub fn crop(images: &Images, width: usize, height: usize) -> Result<Cow<'_, Images>> {
    if (images.width, images.height) == (width, height) {
        return Ok(Cow::Borrowed(images));
    }
    let (left, top) = border((images.width, images.height), (width, height))?;
    let lines =
        images.iter().flat_map(|image| image.chunks_exact(images.width).skip(top).take(height));
    let pixels = lines.flat_map(|line| &line[left..left + width]).copied().collect();
    Ok(Cow::Owned(Images { count: images.count, width, height, pixels }))
}

/// How much is cropped left and above from images `(width, height)` for these to be of size `to`.
///
/// # Errors
///
/// There is no even border of `from` around `to`.
pub fn border(from: (usize, usize), to: (usize, usize)) -> Result<(usize, usize)> {
    let half = |larger: usize, smaller: usize| {
        larger.checked_sub(smaller).filter(|rest| rest % 2 == 0).map(|rest| rest / 2)
    };
    half(from.0, to.0).zip(half(from.1, to.1)).with_context(|| {
        format!(
            "image size: the model's {}x{} (expected {}x{}, or an even border around that)",
            from.0, from.1, to.0, to.1
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::digits;
    use burn::prelude::Device;

    /// The digits are 8x8; here as a judge of its own training images, as during training.
    fn judge() -> (Judge, Split) {
        let (held_out, train) = digits().unwrap().train.tenth_and_others();
        let classifier = Classifier::train(&train, 100, 0, &Device::flex(), &mut |_| ()).unwrap();
        (Judge::new(classifier, &train, &held_out).unwrap(), held_out)
    }

    #[test]
    fn extremes_get_the_scores_that_they_must() {
        let (judge, held_out) = judge();
        // The real images themselves.
        let labels: Vec<u16> =
            held_out.labels.as_ref().unwrap().iter().map(|&label| label.into()).collect();
        let real = judge.quick(&held_out.images, Some(&labels)).unwrap();
        assert!(real.fd < 1e-6, "{real:?}");
        assert_eq!(
            (real.coverage, real.precision, real.recall, real.density),
            (1.0, 1.0, 1.0, 1.2)
        );
        assert_eq!(real.class_histogram.iter().sum::<usize>(), held_out.images.count);
        assert_eq!(
            real.conditional_accuracy,
            Some(judge.classifier().accuracy(&held_out).unwrap())
        );

        // One of them, again and again.
        let one = Images {
            pixels: held_out.images.pixels[..64].repeat(held_out.images.count),
            ..held_out.images
        };
        let collapsed = judge.quick(&one, None).unwrap();
        assert!(
            collapsed.fd > 50.0 && collapsed.coverage < 0.2 && collapsed.precision == 1.0,
            "{collapsed:?}"
        );
        assert!(
            (collapsed.class_kl - 10f64.ln()).abs() < 1e-12
                && collapsed.conditional_accuracy.is_none(),
            "{collapsed:?}"
        );
        assert!(
            collapsed.log_likelihood < real.log_likelihood - 20.0 && collapsed.sigma > real.sigma,
            "{collapsed:?}"
        );
    }

    #[test]
    fn a_border_changes_nothing_and_wrong_images_are_refused() {
        let (judge, Split { images, .. }) = judge();
        let (width, height) = (12, 10);
        let mut pixels = vec![255; images.count * width * height];
        for (image, framed) in images.iter().zip(pixels.chunks_exact_mut(width * height)) {
            for (line, framed) in image.chunks_exact(8).zip(framed.chunks_exact_mut(width).skip(1))
            {
                framed[2..10].copy_from_slice(line);
            }
        }
        let framed = Images { count: images.count, width, height, pixels };
        assert_eq!(judge.quick(&framed, None).unwrap(), judge.quick(&images, None).unwrap());

        let refuse = |count: usize, width: usize, labels: Option<&[u16]>, part: &str| {
            let images = Images { count, width, height: 8, pixels: vec![0; count * width * 8] };
            let error = format!("{:#}", judge.quick(&images, labels).unwrap_err());
            assert!(error.contains(part), "{error}, expected {part}");
        };
        refuse(5, 8, None, "images to judge: 5 (expected more than 5");
        refuse(9, 7, None, "7x8 (expected 8x8");
        refuse(9, 8, Some(&[1; 8]), "labels: 8 for 9 images");
    }

    #[test]
    fn an_even_border_is_cropped_and_nothing_else() {
        let images = Images { count: 2, width: 5, height: 4, pixels: (0..40).collect() };
        let cropped = crop(&images, 3, 2).unwrap();
        assert_eq!(
            *cropped,
            Images {
                count: 2,
                width: 3,
                height: 2,
                pixels: vec![6, 7, 8, 11, 12, 13, 26, 27, 28, 31, 32, 33]
            }
        );
        assert_eq!(*crop(&images, 5, 4).unwrap(), images);
        for (width, height) in [(4, 4), (5, 3), (6, 4), (7, 6)] {
            let error = crop(&images, width, height).unwrap_err().to_string();
            assert!(
                error.contains("5x4") && error.contains(&format!("{width}x{height}")),
                "{error}"
            );
        }
    }
}
