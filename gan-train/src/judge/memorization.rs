//! Whether generated images are nearer to the training images than a fresh real image would be.
//!
//! The distance of an image is that to the nearest training image, in one of two spaces: pixels in
//! 0..=1, and the features of the judge's classifier. Pixels find copies; features also find an
//! image that was moved by a pixel or drawn a little thicker. The mean distance of generated images
//! is divided by that of real images of two kinds:
//!
//! - held-out ones, which the training did not see (as in Meehan, Chaudhuri, Dasgupta 2020). These
//!   may be of another kind than the training images, as other people's handwriting, and then be
//!   far from them for that reason;
//! - training images, to the nearest other one. These are of the same kind, but may be of one hand.
//!
//! A generator that repeats its training images is under both. Blur is nearer to everything: then
//! neither settles it.

use super::nearest::{Set, distances};
use crate::data::Split;
use anyhow::Result;
use gan_tools::images::Images;
use serde::Serialize;

/// Images of each kind that are compared with all training images.
pub const IMAGES: usize = 2000;
/// Ratios below it are a sign of memorization.
pub const RATIO: f64 = 0.98;
/// Root mean square difference, in levels of 255, up to which an image is a copy: what rounding to
/// int8 alone can do.
const COPY: f64 = 5.0;

/// Up to this distance an image of so many pixels is a copy: a root mean square of `COPY` levels
/// over all of them.
pub fn copy_distance(pixels: usize) -> f64 {
    COPY * (pixels as f64).sqrt() / 255.0
}

/// How near images are to the training images in one space.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Nearness {
    /// Mean distance to the nearest training image.
    pub distance: f64,
    /// That, over the held-out images'.
    pub ratio: f64,
    /// That, over the training images' to other training images.
    pub ratio_to_training: f64,
}

impl Nearness {
    /// Whether both ratios say that the images are nearer than real ones are.
    fn is_sign(&self) -> bool {
        self.ratio < RATIO && self.ratio_to_training < RATIO
    }
}

/// How near images are to the training images.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Memorization {
    /// Images that were compared with all training images.
    pub images: usize,
    /// Pixels in 0..=1.
    #[serde(flatten)]
    pub pixels: Nearness,
    /// Features of the judge's classifier.
    pub features: Nearness,
    /// How many of the images are training images, but for rounding.
    pub copies: usize,
}

impl Memorization {
    /// What it says, in words.
    pub fn verdict(&self) -> String {
        let Self { images, pixels, features, copies } = self;
        let sign = match (pixels.is_sign(), features.is_sign()) {
            (true, true) => {
                "a sign of memorization: nearer to the training images than real images are, in \
                 pixels and in features"
            }
            (true, false) => {
                "a sign of memorization: nearer to the training images than real images are, in \
                 pixels"
            }
            (false, true) => {
                "a sign of memorization: nearer to the training images than real images are, in \
                 features"
            }
            (false, false) if pixels.ratio < RATIO || features.ratio < RATIO => {
                "no sign of memorization: nearer to the training images than held-out images are, \
                 not than these to each other"
            }
            (false, false) => {
                "no sign of memorization: no nearer to the training images than held-out images are"
            }
        };
        format!("{sign}; {copies} of {images} are copies")
    }
}

/// Images of one kind, and their features, `[image][coordinate]`.
#[derive(Debug, Clone)]
pub struct Seen<'a> {
    /// The images.
    pub images: &'a Images,
    /// Their features.
    pub features: &'a [f32],
}

impl<'a> Seen<'a> {
    /// The points of both spaces.
    fn sets(&self) -> [Set<'a>; 2] {
        let dimension = self.features.len() / self.images.count;
        [Set::Pixels(self.images), Set::Features(self.features, dimension)]
    }
}

/// Training images, and how near to them real images are.
#[derive(Debug)]
pub struct Neighbours<'a> {
    images: &'a Images,
    features: Vec<f32>,
    /// Mean distance of training images to the nearest other one, in each space.
    own: [f64; 2],
    held_out: Memorization,
}

impl<'a> Neighbours<'a> {
    /// Compares up to [`IMAGES`] held-out images, and training images, with all training images.
    /// `features` gives those of images of this size.
    ///
    /// # Errors
    ///
    /// Those of `features`.
    pub fn new(
        training: &'a Split,
        training_features: Vec<f32>,
        held_out: &Split,
        features: impl Fn(&Images) -> Result<Vec<f32>>,
    ) -> Result<Self> {
        let chosen = &training.order()[..training.images.count.min(IMAGES)];
        let some = training.pick(chosen).images;
        let of_some = features(&some)?;
        let (images, all_features) = (&training.images, training_features);
        let nearest = |[a, b]: [Set<'_>; 2]| {
            mean(&distances(a, b, |index, other| other != chosen[index] as usize))
        };
        let [pixels, of_features] = Seen { images: &some, features: &of_some }.sets();
        let [pixels_of_all, features_of_all] = Seen { images, features: &all_features }.sets();
        let own = [nearest([pixels, pixels_of_all]), nearest([of_features, features_of_all])];
        let held_out = held_out.sample(IMAGES).images;
        let unknown = Nearness { distance: 1.0, ratio: 1.0, ratio_to_training: 1.0 };
        let (pixels, of_features) = (unknown, unknown);
        let unknown = Memorization { images: 0, pixels, features: of_features, copies: 0 };
        let mut neighbours = Self { images, features: all_features, own, held_out: unknown };
        let mut found =
            neighbours.compare(&Seen { images: &held_out, features: &features(&held_out)? });
        found.pixels.ratio = 1.0;
        found.features.ratio = 1.0;
        neighbours.held_out = found;
        Ok(neighbours)
    }

    /// What the held-out images have.
    pub fn held_out(&self) -> &Memorization {
        &self.held_out
    }

    /// Compares the first [`IMAGES`] of generated images, of the same size.
    pub fn compare(&self, seen: &Seen<'_>) -> Memorization {
        let count = seen.images.count.min(IMAGES);
        let (len, dimension) = (seen.images.image_len(), seen.features.len() / seen.images.count);
        let pixels = seen.images.pixels[..count * len].to_vec();
        let images = Images { count, pixels, ..*seen.images };
        let first = Seen { images: &images, features: &seen.features[..count * dimension] };
        let [pixels, features] = first.sets();
        let training = Seen { images: self.images, features: &self.features };
        let [all_pixels, all_features] = training.sets();
        let in_pixels = distances(pixels, all_pixels, |_, _| true);
        let in_features = distances(features, all_features, |_, _| true);
        let copy = copy_distance(len);
        let copies = in_pixels.iter().filter(|&&distance| distance <= copy).count();
        let [held_pixels, held_features] =
            [&self.held_out.pixels, &self.held_out.features].map(|held_out| held_out.distance);
        let pixels = nearness(&in_pixels, held_pixels, self.own[0]);
        let features = nearness(&in_features, held_features, self.own[1]);
        Memorization { images: count, pixels, features, copies }
    }
}

/// Distances beside those of held-out images and of training images.
fn nearness(distances: &[f64], held_out: f64, own: f64) -> Nearness {
    let distance = mean(distances);
    // 0 beside 0 is no nearer.
    let over = |other: f64| if distance == other { 1.0 } else { distance / other };
    Nearness { distance, ratio: over(held_out), ratio_to_training: over(own) }
}

fn mean(distances: &[f64]) -> f64 {
    distances.iter().sum::<f64>() / distances.len() as f64
}

#[cfg(test)]
mod tests;
