//! The Fréchet distance of many images, beside that of as many real ones.
//!
//! Two samples of real images have a distance by chance alone, which falls as they grow; test
//! images may also be of another kind than training images. For MNIST, 10,000 training images are
//! 0.21 from the test images, as much as a good generator adds. So the training images are cut
//! into two halves at random. The generated images are compared with the first, and so is the
//! second half: the quotient says how many times farther from real data the generator is than
//! real data is from itself.

use super::classifier::FEATURES;
use super::frechet::Gaussian;
use serde::Serialize;

/// Images of each kind, at most.
pub const IMAGES: usize = 25_000;

/// How far many images are from real ones.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LargeDistance {
    /// Images of each kind that were compared.
    pub images: usize,
    /// The Fréchet distance, in hundredths of the training images' variance.
    pub fd: f64,
    /// That, over the distance of as many real images; no number if these are all alike.
    pub times_real: f64,
}

/// Two samples of the training images' features.
#[derive(Debug, Clone)]
pub struct Halves {
    images: usize,
    first: Gaussian,
    /// The distance between the two, in the features' unit.
    between: f64,
    /// The training images' variance.
    variance: f64,
}

impl Halves {
    /// Of training images' features, `[image][64]`, in random order; `most` is how many of each
    /// kind there are to compare. None with fewer than two images.
    pub fn new(features: &[f32], variance: f64, most: usize) -> Option<Self> {
        let images = IMAGES.min(features.len() / FEATURES / 2).min(most);
        if images < 2 {
            return None;
        }
        let gaussian = |half: usize| {
            let len = images * FEATURES;
            Gaussian::of_features(&features[half * len..][..len])
        };
        let (first, second) = (gaussian(0), gaussian(1));
        let between = first.distance(&second);
        Some(Self { images, first, between, variance })
    }

    /// Images of each kind.
    pub fn images(&self) -> usize {
        self.images
    }

    /// Of the features of as many images.
    pub fn compare(&self, features: &[f32]) -> LargeDistance {
        self.of(self.first.distance(&Gaussian::of_features(features)))
    }

    /// Of real images.
    pub fn real(&self) -> LargeDistance {
        self.of(self.between)
    }

    fn of(&self, distance: f64) -> LargeDistance {
        LargeDistance {
            images: self.images,
            fd: 100.0 * distance / self.variance,
            times_real: distance / self.between,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points that differ in one coordinate only: there the distance is that of the means and of
    /// the deviations, squared.
    #[test]
    fn distances_are_in_units_of_real_ones() {
        let points = |values: &[f32]| -> Vec<f32> {
            values.iter().flat_map(|&value| [&[value][..], &[0.0; FEATURES - 1]].concat()).collect()
        };
        // Means 1 and 2, deviation 1 both.
        let halves = Halves::new(&points(&[0.0, 2.0, 1.0, 3.0]), 50.0, 10).unwrap();
        assert_eq!(halves.images(), 2);
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a}, expected {b}");
        close(halves.real().fd, 2.0);
        close(halves.real().times_real, 1.0);
        // Mean 4, deviation 2: 9 and 1.
        let found = halves.compare(&points(&[2.0, 6.0]));
        close(found.fd, 20.0);
        close(found.times_real, 10.0);
        assert!(Halves::new(&points(&[0.0, 1.0, 2.0]), 1.0, 10).is_none());
        assert!(Halves::new(&points(&[0.0; 8]), 1.0, 1).is_none());
    }
}
