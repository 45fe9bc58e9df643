//! The nearest of a large set to each of a few points: exactly, and a part of the set at a time.

use super::points::Points;
use gan_tools::images::Images;

/// Points of the set that are compared at a time.
const CHUNK: usize = 5000;

/// Points in one of the two spaces in which images are compared.
#[derive(Debug, Clone, Copy)]
pub enum Set<'a> {
    /// Images; a pixel is a coordinate in 0..=1.
    Pixels(&'a Images),
    /// `[image][coordinate]`: what a classifier's last hidden layer makes of images.
    Features(&'a [f32], usize),
}

impl Set<'_> {
    /// How many points there are.
    pub fn count(self) -> usize {
        match self {
            Self::Pixels(images) => images.count,
            Self::Features(values, dimension) => values.len() / dimension,
        }
    }

    /// Points `first..first + count`, or as many of these as there are.
    fn points(self, first: usize, count: usize) -> Points {
        let end = self.count().min(first + count);
        match self {
            Self::Pixels(images) => {
                let len = images.image_len();
                Points::of_pixels(&images.pixels[first * len..end * len], len)
            }
            Self::Features(values, dimension) => {
                Points::new(values[first * dimension..end * dimension].to_vec(), dimension)
            }
        }
    }

    /// The distance of one of these points to one of `others`, without the rounding of products of
    /// matrices, which leaves too little of the distance between twins.
    fn distance(self, index: usize, others: Self, other: usize) -> f64 {
        match (self, others) {
            (Self::Pixels(a), Self::Pixels(b)) => {
                let len = a.image_len();
                let [a, b] = [(a, index), (b, other)].map(|(i, at)| &i.pixels[at * len..][..len]);
                let square = |(a, b): (&u8, &u8)| u64::from(a.abs_diff(*b)).pow(2);
                (a.iter().zip(b).map(square).sum::<u64>() as f64).sqrt() / 255.0
            }
            (Self::Features(a, dimension), Self::Features(b, _)) => {
                let [a, b] =
                    [(a, index), (b, other)].map(|(v, at)| &v[at * dimension..][..dimension]);
                let square = |(a, b): (&f32, &f32)| (f64::from(*a) - f64::from(*b)).powi(2);
                a.iter().zip(b).map(square).sum::<f64>().sqrt()
            }
            _ => unreachable!("points of one space"),
        }
    }
}

/// The distance of each point to the nearest of `set`. `counts(point, other)` says which pairs
/// count.
pub fn distances(
    points: Set<'_>,
    set: Set<'_>,
    counts: impl Fn(usize, usize) -> bool + Sync,
) -> Vec<f64> {
    nearest(points, set, counts).into_iter().map(|(_, distance)| distance).collect()
}

/// For each point, which of `set` is the nearest, and its distance. `counts(point, other)` says
/// which pairs count.
pub fn nearest(
    points: Set<'_>,
    set: Set<'_>,
    counts: impl Fn(usize, usize) -> bool + Sync,
) -> Vec<(usize, f64)> {
    let own = points.points(0, points.count());
    // Index of the nearest and squared distance to it, as far as products of floats tell.
    let mut nearest = vec![(0, f32::INFINITY); own.count()];
    for first in (0..set.count()).step_by(CHUNK) {
        let found = own.map_distances(&set.points(first, CHUNK), |point, distances| {
            let others = (first..).zip(distances.iter().copied());
            let nearest = others
                .filter(|&(other, _)| counts(point, other))
                .min_by(|a, b| a.1.total_cmp(&b.1));
            nearest.unwrap_or((0, f32::INFINITY))
        });
        for (nearest, found) in nearest.iter_mut().zip(found) {
            if found.1 < nearest.1 {
                *nearest = found;
            }
        }
    }
    let exact =
        |(point, &(other, _)): (usize, &(usize, f32))| (other, points.distance(point, set, other));
    nearest.iter().enumerate().map(exact).collect()
}
