//! Distance to the closest record (DCR): how near synthetic images are to the training images, and
//! held-out real images beside them, in pixels of 0 to 1.

use super::duplicates::Chance;
use crate::data::Split;
use crate::judge::memorization::copy_distance;
use crate::judge::nearest::{Set, nearest};
use gan_tools::images::Images;
use serde::Serialize;

/// The part of the held-out images that counts as near.
pub const NEAR: f64 = 0.05;
/// Closest pairs that are kept.
const PAIRS: usize = 12;

/// Distances of images of one kind to the training images.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Distances {
    /// How many images.
    pub images: usize,
    /// The smallest.
    pub least: f64,
    /// The 5th percentile.
    pub fifth: f64,
    /// The median.
    pub median: f64,
    /// The mean.
    pub mean: f64,
    /// Images that are training images, but for rounding.
    pub copies: usize,
    /// All, in rising order.
    #[serde(skip)]
    pub sorted: Vec<f64>,
}

/// A synthetic image, the training image that is nearest to it, and their distance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Pair {
    /// Index of the synthetic image.
    pub synthetic: usize,
    /// Index of the training image.
    pub training: usize,
    /// Between the two.
    pub distance: f64,
}

/// How near synthetic images are to the training images.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Closest {
    /// The synthetic images'.
    pub synthetic: Distances,
    /// The held-out images'.
    pub held_out: Distances,
    /// The part of the synthetic images that are nearer than the 5th percentile of the held-out
    /// ones.
    pub nearer: f64,
    /// What that may be by chance, if both are of one kind: 5 % and 1.96 standard errors.
    pub by_chance: f64,
    /// The closest pairs.
    pub pairs: Vec<Pair>,
}

impl Distances {
    fn new(distances: &[f64], pixels: usize) -> Self {
        let mut sorted = distances.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        Self {
            images: sorted.len(),
            least: sorted[0],
            fifth: percentile(&sorted, NEAR),
            median: percentile(&sorted, 0.5),
            mean: sorted.iter().sum::<f64>() / sorted.len() as f64,
            copies: sorted.partition_point(|&distance| distance <= copy_distance(pixels)),
            sorted,
        }
    }
}

impl Closest {
    /// Compares up to `samples` images of each kind with all training images.
    pub fn measure(train: &Split, held_out: &Split, made: &Split, samples: usize) -> Self {
        let count = made.images.count.min(samples);
        let chosen = &made.order()[..count];
        let all = Set::Pixels(&train.images);
        let of = |images: &Images| nearest(Set::Pixels(images), all, |_, _| true);
        let of_made = of(&made.pick(chosen).images);
        let of_held_out = of(&held_out.sample(samples).images);
        let mut pairs: Vec<Pair> = chosen
            .iter()
            .zip(&of_made)
            .map(|(&synthetic, &(training, distance))| Pair {
                synthetic: synthetic as usize,
                training,
                distance,
            })
            .collect();
        pairs.sort_by(|a, b| a.distance.total_cmp(&b.distance));
        pairs.truncate(PAIRS);
        Self { pairs, ..Self::of_distances(&of_made, &of_held_out, train.images.image_len()) }
    }

    fn of_distances(made: &[(usize, f64)], held_out: &[(usize, f64)], pixels: usize) -> Self {
        let distances = |of: &[(usize, f64)]| {
            let distances: Vec<f64> = of.iter().map(|&(_, distance)| distance).collect();
            Distances::new(&distances, pixels)
        };
        let (synthetic, held_out) = (distances(made), distances(held_out));
        let nearer = synthetic.sorted.partition_point(|&distance| distance < held_out.fifth);
        let nearer = nearer as f64 / synthetic.images as f64;
        let by_chance = Chance::limit(NEAR, synthetic.images, held_out.images);
        Self { synthetic, held_out, nearer, by_chance, pairs: Vec::new() }
    }
}

/// The smallest of sorted values that at least the part `p` of them do not exceed.
fn percentile(sorted: &[f64], p: f64) -> f64 {
    let rank = (p * sorted.len() as f64).ceil() as usize;
    sorted[rank.max(1) - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_of_the_set() {
        let values: Vec<f64> = (1..=40).map(f64::from).collect();
        assert_eq!([0.05, 0.5, 1.0].map(|p| percentile(&values, p)), [2.0, 20.0, 40.0]);
        assert_eq!(percentile(&values[..1], 0.05), 1.0);
    }

    /// Held-out distances 1 to 40: the 5th percentile is 2. Of the synthetic ones 0, 1, 1.9 and 2
    /// to 11, three of 13 are under it; the limit is 0.05 + 1.96 sqrt(0.0475 (1/13 + 1/40)).
    #[test]
    fn the_part_that_is_nearer_is_counted() {
        let of = |values: &[f64]| values.iter().map(|&value| (0, value)).collect::<Vec<_>>();
        let held_out: Vec<f64> = (1..=40).rev().map(f64::from).collect();
        let made = [&[1.9, 0.0, 1.0][..], &(2..=11).map(f64::from).collect::<Vec<_>>()].concat();
        let closest = Closest::of_distances(&of(&made), &of(&held_out), 100);
        assert_eq!((closest.held_out.fifth, closest.nearer), (2.0, 3.0 / 13.0));
        assert!((closest.by_chance - 0.186376).abs() < 1e-6, "{}", closest.by_chance);
        let Distances { images, least, median, mean, copies, .. } = closest.synthetic;
        assert_eq!((images, least, median, copies), (13, 0.0, 5.0, 1));
        assert!((mean - 67.9 / 13.0).abs() < 1e-12);
    }

    /// Every other synthetic image is a training image, moved by one level in one pixel.
    #[test]
    fn planted_copies_are_the_closest_pairs() {
        let split = |first: usize, count: usize| {
            let pixel = |at: usize| ((first + at / 16) * 37 + at % 16 * (first + at / 16)) as u8;
            let pixels = (0..count * 16).map(pixel).collect();
            Split { images: Images { count, width: 4, height: 4, pixels }, labels: None }
        };
        let (train, held_out) = (split(0, 60), split(100, 40));
        let mut made = split(160, 40);
        for copy in 0..20 {
            let (from, to) = ((copy + 7) * 16, copy * 2 * 16);
            made.images.pixels[to..to + 16].copy_from_slice(&train.images.pixels[from..from + 16]);
            made.images.pixels[to] ^= 1;
        }
        let closest = Closest::measure(&train, &held_out, &made, 1000);
        assert_eq!((closest.synthetic.images, closest.held_out.images), (40, 40));
        assert!(closest.synthetic.copies >= 20 && closest.nearer >= 0.5, "{closest:?}");
        for pair in &closest.pairs {
            assert_eq!(pair.training, pair.synthetic / 2 + 7, "{pair:?}");
            assert!((pair.distance - 1.0 / 255.0).abs() < 1e-12, "{pair:?}");
        }
    }
}
