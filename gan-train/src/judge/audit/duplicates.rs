//! Images that are there twice: synthetic ones that are training images, and synthetic ones that
//! are each other. Exact ones are looked for among all images, near ones among some: their root
//! mean square difference is up to five levels of 255, what rounding to int8 alone can do.

use crate::data::Split;
use crate::judge::memorization::copy_distance;
use crate::judge::nearest::{Set, distances};
use gan_tools::images::Images;
use serde::Serialize;
use std::collections::HashSet;

/// What two samples differ by through chance.
pub(super) struct Chance;

impl Chance {
    /// What a part `p` of one sample may be in another one, of `m` and `n` records: `p` and 1.96
    /// standard errors of the difference of two parts.
    pub(super) fn limit(p: f64, m: usize, n: usize) -> f64 {
        p + 1.96 * (p * (1.0 - p) * (1.0 / m as f64 + 1.0 / n as f64)).sqrt()
    }
}

/// How many images are there twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Duplicates {
    /// Synthetic images that equal a training image, of all.
    pub of_training: usize,
    /// Held-out images that equal a training image, of all.
    pub held_out: usize,
    /// Synthetic images that equal an earlier synthetic one, of all.
    pub within: usize,
    /// Training images that equal an earlier training image, of all.
    pub within_training: usize,
    /// Synthetic images that were compared with all others for near ones.
    pub near_of: usize,
    /// Those that have another synthetic image near.
    pub near_within: usize,
}

impl Duplicates {
    /// Counts them; near ones of up to `samples` synthetic images.
    pub fn count(train: &Split, held_out: &Split, made: &Split, samples: usize) -> Self {
        let training: HashSet<&[u8]> = train.images.iter().collect();
        let known = |of: &Images| of.iter().filter(|image| training.contains(image)).count();
        let distinct = made.images.iter().collect::<HashSet<_>>().len();
        let (near_of, near_within) = near(made, samples);
        Self {
            of_training: known(&made.images),
            held_out: known(&held_out.images),
            within: made.images.count - distinct,
            within_training: train.images.count - training.len(),
            near_of,
            near_within,
        }
    }
}

/// Of how many images of a set others of the set were looked for, and how many have one near.
fn near(made: &Split, samples: usize) -> (usize, usize) {
    let order = made.order();
    let chosen = &order[..order.len().min(samples)];
    let some = made.pick(chosen).images;
    let found = distances(Set::Pixels(&some), Set::Pixels(&made.images), |index, other| {
        other != chosen[index] as usize
    });
    let copy = copy_distance(made.images.image_len());
    (chosen.len(), found.iter().filter(|&&distance| distance <= copy).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Images of 1x4 pixels, each of one grey.
    fn greys(greys: &[u8]) -> Split {
        let pixels = greys.iter().flat_map(|&grey| [grey; 4]).collect();
        let images = Images { count: greys.len(), width: 4, height: 1, pixels };
        Split { images, labels: None }
    }

    #[test]
    fn twins_are_counted_exactly() {
        let train = greys(&[0, 50, 50, 100]);
        let held_out = greys(&[100, 101, 0]);
        // 50 is a training image, twice; 200, 205 and 211: a difference of five is near.
        let made = greys(&[50, 200, 205, 50, 211, 7]);
        let found = Duplicates::count(&train, &held_out, &made, 100);
        let expected = Duplicates {
            of_training: 2,
            held_out: 2,
            within: 1,
            within_training: 1,
            near_of: 6,
            near_within: 4,
        };
        assert_eq!(found, expected);
        assert_eq!(Duplicates::count(&train, &held_out, &made, 3).near_of, 3);
    }

    /// 0.5 of 100 and of 100: a standard error of sqrt(0.25 * 0.02) = 0.0707.
    #[test]
    fn chance_is_of_both_samples() {
        assert!((Chance::limit(0.5, 100, 100) - (0.5 + 1.96 * 0.0707107)).abs() < 1e-6);
        assert_eq!(Chance::limit(0.0, 10, 10), 0.0);
    }
}
