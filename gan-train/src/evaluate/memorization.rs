//! Whether generated images are nearer to the training images than real images are that the training did not see.
//!
//! The distance of an image is that to its nearest training image: L2, pixels in 0..=1. A generator that has learnt the
//! distribution has the mean distance of held-out real images; one that repeats its training images has less.

use super::points::Points;
use crate::data::idx::Images;
use serde::Serialize;

/// Images that are compared with all training images, generated and held-out ones each.
pub const IMAGES: usize = 2000;
/// Below this ratio of mean distances a generator memorizes.
pub const RATIO: f64 = 0.98;
/// Root mean square difference, in levels of 255, up to which an image is a copy: what rounding to int8 alone can do.
const COPY: f64 = 5.0;
/// Training images that are compared at a time.
const CHUNK: usize = 5000;

/// How near images are to the training images.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Memorization {
    /// Images that were compared with all training images.
    pub images: usize,
    /// Their mean distance.
    pub distance: f64,
    /// That, divided by the held-out images'.
    pub ratio: f64,
    /// How many of them are training images, but for rounding.
    pub copies: usize,
}

impl Memorization {
    /// What [`Self::ratio`] and [`Self::copies`] say, in words.
    pub fn verdict(&self) -> String {
        let Self { images, ratio, copies, .. } = self;
        let (sign, nearer) = if *ratio < RATIO { ("a sign", "nearer") } else { ("no sign", "no nearer") };
        format!(
            "{sign} of memorization: {nearer} to the training images than held-out ones (ratio {ratio:.3}, limit {RATIO}); {copies} of {images} are copies"
        )
    }
}

/// Distances of held-out images to the training images, to compare those of generated ones with.
#[derive(Debug, Clone)]
pub struct Nearest<'a> {
    training: &'a Images,
    held_out: Memorization,
}

impl<'a> Nearest<'a> {
    /// Compares the first held-out images with all training images of the same size.
    pub fn new(training: &'a Images, held_out: &Images) -> Self {
        let mut nearest = Self { training, held_out: Memorization { images: 0, distance: 1.0, ratio: 1.0, copies: 0 } };
        nearest.held_out = Memorization { ratio: 1.0, ..nearest.compare(held_out) };
        nearest
    }

    /// What the held-out images have.
    pub fn held_out(&self) -> &Memorization {
        &self.held_out
    }

    /// Compares the first generated images, of the same size, with all training images.
    pub fn compare(&self, images: &Images) -> Memorization {
        let len = images.image_len();
        let pixels = &images.pixels[..images.count.min(IMAGES) * len];
        let points = Points::of_pixels(pixels, len);
        // Index of the nearest and squared distance to it, as far as floats tell.
        let mut nearest = vec![(0, f32::INFINITY); points.count()];
        for (part, chunk) in self.training.pixels.chunks(CHUNK * len).enumerate() {
            let found = points.map_distances(&Points::of_pixels(chunk, len), |_, distances| {
                let nearest = distances.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1));
                nearest.map_or((0, f32::INFINITY), |(index, &distance)| (part * CHUNK + index, distance))
            });
            for (nearest, found) in nearest.iter_mut().zip(found) {
                if found.1 < nearest.1 {
                    *nearest = found;
                }
            }
        }
        // In integers now: floats leave too little of the distance between twins.
        let squares: Vec<u64> = nearest
            .iter()
            .zip(pixels.chunks_exact(len))
            .map(|(&(index, _), image)| {
                let other = &self.training.pixels[index * len..(index + 1) * len];
                image.iter().zip(other).map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2)).sum()
            })
            .collect();
        let distance = squares.iter().map(|&square| (square as f64).sqrt() / 255.0).sum::<f64>() / squares.len() as f64;
        let copies = squares.iter().filter(|&&square| square as f64 <= COPY * COPY * len as f64).count();
        // Both 0: the held-out images are copies themselves, and nothing can be nearer.
        let ratio = if distance == self.held_out.distance { 1.0 } else { distance / self.held_out.distance };
        Memorization { images: squares.len(), distance, ratio, copies }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream};
    use rand_core::Rng;

    fn noise(count: usize, index: u64) -> Images {
        let mut rng = stream(0, Purpose::Shuffle, index);
        let pixels = (0..count * 16).map(|_| rng.next_u32() as u8).collect();
        Images { count, width: 4, height: 4, pixels }
    }

    #[test]
    fn planted_copies_are_found() {
        // In the third chunk too.
        let training = noise(12_000, 0);
        let nearest = Nearest::new(&training, &noise(400, 1));
        assert_eq!((nearest.held_out().images, nearest.held_out().ratio, nearest.held_out().copies), (400, 1.0, 0));

        let fresh = nearest.compare(&noise(400, 2));
        assert_eq!((fresh.images, fresh.copies), (400, 0));
        assert!(fresh.ratio > RATIO && fresh.ratio < 1.02, "{}", fresh.ratio);
        assert!(fresh.verdict().contains("no sign of memorization"));

        // 100 of 400 are training images, one level off.
        let mut planted = noise(400, 2);
        for index in 0..100 {
            let from = index * 120 * 16;
            let copy = training.pixels[from..from + 16].iter().map(|&pixel| pixel ^ 1);
            planted.pixels.splice(index * 16..(index + 1) * 16, copy);
        }
        let found = nearest.compare(&planted);
        assert_eq!((found.images, found.copies), (400, 100));
        assert!(found.verdict().contains("a sign of memorization") && found.verdict().contains("100 of 400"));
        // A quarter has the distance sqrt(16) / 255 in place of its own.
        let own = Nearest::new(&training, &noise(400, 1));
        let others = Images { count: 300, width: 4, height: 4, pixels: planted.pixels[1600..].to_vec() };
        let expected = 0.25 * 4.0 / 255.0 + 0.75 * own.compare(&others).distance;
        assert!((found.distance - expected).abs() < 1e-9, "{} {expected}", found.distance);
    }

    /// By comparing every pair in integers.
    #[test]
    fn distances_are_those_of_the_nearest() {
        let (training, images) = (noise(300, 3), noise(50, 4));
        let distance =
            |a: &[u8], b: &[u8]| -> f64 { a.iter().zip(b).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum() };
        let nearest = |image| training.iter().map(|other| distance(image, other)).fold(f64::INFINITY, f64::min).sqrt() / 255.0;
        let expected = images.iter().map(nearest).sum::<f64>() / 50.0;
        let found = Nearest::new(&training, &images);
        assert!((found.held_out().distance - expected).abs() < 1e-9, "{} {expected}", found.held_out().distance);
    }
}
