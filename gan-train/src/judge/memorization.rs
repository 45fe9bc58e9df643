//! Whether generated images are nearer to the training images than a fresh real image would be.
//!
//! The distance of an image is that to the nearest training image: L2, pixels in 0..=1. The mean
//! distance of generated images is divided by that of real images of two kinds:
//!
//! - held-out ones, which the training did not see (as in Meehan, Chaudhuri, Dasgupta 2020). These
//!   may be of another kind than the training images, as other people's handwriting, and then be
//!   far from them for that reason;
//! - training images, to the nearest other one. These are of the same kind, but may be of one hand.
//!
//! A generator that repeats its training images is under both. Blur is nearer to everything: then
//! neither settles it.

use super::points::Points;
use crate::data::Split;
use gan_tools::images::Images;
use serde::Serialize;

/// Images of each kind that are compared with all training images.
pub const IMAGES: usize = 2000;
/// Ratios below it are a sign of memorization.
pub const RATIO: f64 = 0.98;
/// Root mean square difference, in levels of 255, up to which an image is a copy: what rounding to
/// int8 alone can do.
const COPY: f64 = 5.0;
/// Training images that are compared at a time.
const CHUNK: usize = 5000;

/// How near images are to the training images.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Memorization {
    /// Images that were compared with all training images.
    pub images: usize,
    /// Their mean distance to these.
    pub distance: f64,
    /// That, over the held-out images'.
    pub ratio: f64,
    /// That, over the training images' to other training images.
    pub ratio_to_training: f64,
    /// How many of the images are training images, but for rounding.
    pub copies: usize,
}

impl Memorization {
    /// What it says, in words.
    pub fn verdict(&self) -> String {
        let Self { images, ratio, ratio_to_training, copies, .. } = self;
        let sign = match (*ratio < RATIO, *ratio_to_training < RATIO) {
            (true, true) => {
                "a sign of memorization: nearer to the training images than real images are"
            }
            (true, false) => {
                "no sign of memorization: nearer to the training images than held-out images are, \
                 not than these to each other"
            }
            (false, _) => {
                "no sign of memorization: no nearer to the training images than held-out images are"
            }
        };
        format!("{sign}; {copies} of {images} are copies")
    }
}

/// Training images, and how near to them real images are.
#[derive(Debug)]
pub struct Neighbours<'a> {
    training: &'a Images,
    /// Mean distance of training images to the nearest other one.
    own: f64,
    held_out: Memorization,
}

impl<'a> Neighbours<'a> {
    /// Compares up to [`IMAGES`] held-out images, and training images, with all training images.
    pub fn new(training: &'a Split, held_out: &Split) -> Self {
        let chosen = &training.order()[..training.images.count.min(IMAGES)];
        let squares = squares(&training.pick(chosen).images, &training.images, |index, other| {
            other != chosen[index] as usize
        });
        let own = mean(&squares);
        let held_out = held_out.sample(IMAGES).images;
        let unknown = Memorization {
            images: 0,
            distance: 1.0,
            ratio: 1.0,
            ratio_to_training: 1.0,
            copies: 0,
        };
        let mut neighbours = Self { training: &training.images, own, held_out: unknown };
        neighbours.held_out = Memorization { ratio: 1.0, ..neighbours.compare(&held_out) };
        neighbours
    }

    /// What the held-out images have.
    pub fn held_out(&self) -> &Memorization {
        &self.held_out
    }

    /// Compares the first [`IMAGES`] of generated images, of the same size.
    pub fn compare(&self, images: &Images) -> Memorization {
        let len = images.image_len();
        let count = images.count.min(IMAGES);
        let images = Images { count, pixels: images.pixels[..count * len].to_vec(), ..*images };
        let squares = squares(&images, self.training, |_, _| true);
        let distance = mean(&squares);
        let copies =
            squares.iter().filter(|&&square| square as f64 <= COPY * COPY * len as f64).count();
        // 0 beside 0 is no nearer.
        let over = |other: f64| if distance == other { 1.0 } else { distance / other };
        let (ratio, ratio_to_training) = (over(self.held_out.distance), over(self.own));
        Memorization { images: count, distance, ratio, ratio_to_training, copies }
    }
}

/// The mean distance, pixels in 0..=1.
fn mean(squares: &[u64]) -> f64 {
    squares.iter().map(|&square| (square as f64).sqrt() / 255.0).sum::<f64>() / squares.len() as f64
}

/// The squared distance of each image to the nearest of `set`, pixels in 0..=255. `counts(image,
/// other)` says which pairs count.
fn squares(
    images: &Images,
    set: &Images,
    counts: impl Fn(usize, usize) -> bool + Sync,
) -> Vec<u64> {
    let len = images.image_len();
    let points = Points::of_images(images);
    // Index of the nearest and squared distance to it, as far as floats tell.
    let mut nearest = vec![(0, f32::INFINITY); points.count()];
    for (part, chunk) in set.pixels.chunks(CHUNK * len).enumerate() {
        let found = points.map_distances(&Points::of_pixels(chunk, len), |image, distances| {
            let others = distances
                .iter()
                .enumerate()
                .map(|(index, &distance)| (part * CHUNK + index, distance));
            let nearest = others
                .filter(|&(other, _)| counts(image, other))
                .min_by(|a, b| a.1.total_cmp(&b.1));
            nearest.unwrap_or((0, f32::INFINITY))
        });
        for (nearest, found) in nearest.iter_mut().zip(found) {
            if found.1 < nearest.1 {
                *nearest = found;
            }
        }
    }
    // In integers now: floats leave too little of the distance between twins.
    let square = |(image, &(index, _)): (&[u8], &(usize, f32))| {
        let other = &set.pixels[index * len..(index + 1) * len];
        image.iter().zip(other).map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2)).sum()
    };
    images.iter().zip(&nearest).map(square).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream};
    use rand_core::Rng;

    fn noise(count: usize, index: u64) -> Split {
        let mut rng = stream(0, Purpose::Shuffle, index);
        let pixels = (0..count * 16).map(|_| rng.next_u32() as u8).collect();
        Split { images: Images { count, width: 4, height: 4, pixels }, labels: None }
    }

    #[test]
    fn planted_copies_are_found() {
        // In the third chunk too.
        let training = noise(12_000, 0);
        let neighbours = Neighbours::new(&training, &noise(400, 1));
        let held_out = neighbours.held_out();
        assert_eq!((held_out.images, held_out.ratio, held_out.copies), (400, 1.0, 0));
        // All are of one kind.
        assert!((held_out.ratio_to_training - 1.0).abs() < 0.02, "{held_out:?}");

        let fresh = noise(400, 2).images;
        let found = neighbours.compare(&fresh);
        assert_eq!((found.images, found.copies), (400, 0));
        assert!(found.ratio > RATIO && found.ratio < 1.02, "{found:?}");
        assert!(found.verdict().contains("no sign of memorization"));

        // 100 of 400 are training images, one level off.
        let mut planted = fresh.clone();
        for index in 0..100 {
            let from = index * 120 * 16;
            let copy = training.images.pixels[from..from + 16].iter().map(|&pixel| pixel ^ 1);
            planted.pixels.splice(index * 16..(index + 1) * 16, copy);
        }
        let found = neighbours.compare(&planted);
        assert_eq!((found.images, found.copies), (400, 100));
        assert!(
            found.verdict().contains("a sign of memorization")
                && found.verdict().contains("100 of 400")
        );
        // A quarter has the distance sqrt(16) / 255 in place of its own.
        let others = Images { count: 300, pixels: fresh.pixels[1600..].to_vec(), ..fresh };
        let expected = 0.25 * 4.0 / 255.0 + 0.75 * neighbours.compare(&others).distance;
        assert!((found.distance - expected).abs() < 1e-9, "{} {expected}", found.distance);
    }

    /// By comparing every pair in integers.
    #[test]
    fn distances_are_those_of_the_nearest() {
        let (training, held_out) = (noise(300, 3), noise(50, 4));
        let distance = |a: &[u8], b: &[u8]| {
            a.iter().zip(b).map(|(&a, &b)| (i64::from(a) - i64::from(b)).pow(2)).sum::<i64>()
        };
        let nearest = |image: &[u8], own: usize| {
            let others = training.images.iter().enumerate().filter(|&(index, _)| index != own);
            (others.map(|(_, other)| distance(image, other)).min().unwrap() as f64).sqrt() / 255.0
        };
        let to_training =
            held_out.images.iter().map(|image| nearest(image, usize::MAX)).sum::<f64>() / 50.0;
        let own = training
            .images
            .iter()
            .enumerate()
            .map(|(index, image)| nearest(image, index))
            .sum::<f64>()
            / 300.0;
        let found = Neighbours::new(&training, &held_out).held_out().clone();
        assert!((found.distance - to_training).abs() < 1e-9, "{found:?}, expected {to_training}");
        assert!(
            (found.ratio_to_training - to_training / own).abs() < 1e-9,
            "{found:?}, expected {}",
            to_training / own
        );
    }

    /// Held-out images of another kind: a generator that is as the training images are is no
    /// copier.
    #[test]
    fn held_out_images_of_another_kind_are_no_sign() {
        let training = noise(3000, 5);
        let mut held_out = noise(100, 6);
        held_out
            .images
            .pixels
            .iter_mut()
            .for_each(|pixel| *pixel = if *pixel < 128 { 0 } else { 255 });
        let found = Neighbours::new(&training, &held_out).compare(&noise(400, 7).images);
        assert!(found.ratio < 0.9 && found.ratio_to_training > RATIO, "{found:?}");
        assert!(found.verdict().contains("no sign") && found.verdict().contains("each other"));
    }
}
