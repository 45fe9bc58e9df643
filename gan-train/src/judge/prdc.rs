//! Precision and recall (Kynkaanniemi et al. 2019), density and coverage (Naeem et al. 2020),
//! between features.
//!
//! A point's ball reaches to the `K`-th nearest other point of its own set.
//!
//! | metric | fraction or mean |
//! |---|---|
//! | precision | of the generated points that are in some real point's ball |
//! | recall | of the real points that are in some generated point's ball |
//! | density | real balls that a generated point is in, over `K`: 1 for real data, more if it keeps to where they are dense |
//! | coverage | of the real points whose ball holds a generated one |

use super::points::Points;
use std::sync::atomic::{AtomicBool, Ordering};

/// Neighbours that a ball reaches to.
pub const K: usize = 5;

/// The four.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Prdc {
    /// 0..=1.
    pub precision: f64,
    /// 0..=1.
    pub recall: f64,
    /// 0 and more.
    pub density: f64,
    /// 0..=1.
    pub coverage: f64,
}

/// The four, and which real points they count.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Fractions and means over all points.
    pub all: Prdc,
    /// For each real point, whether its ball holds a generated one: coverage counts these.
    pub covered: Vec<bool>,
    /// For each real point, whether it lies in a generated point's ball: recall counts these.
    pub recalled: Vec<bool>,
}

/// Real points with their balls.
#[derive(Debug, Clone)]
pub struct Manifold {
    points: Points,
    radii: Vec<f32>,
    k: usize,
}

impl Manifold {
    /// Measures the balls of more than `k` points.
    pub fn new(points: Points, k: usize) -> Self {
        let radii = points.radii(k);
        Self { points, radii, k }
    }

    /// Compares these points with more than `k` generated ones.
    pub fn compare(&self, generated: &Points) -> Compared {
        let radii = generated.radii(self.k);
        let precise: Vec<AtomicBool> = radii.iter().map(|_| AtomicBool::new(false)).collect();
        let rows = self.points.map_distances(generated, |index, distances| {
            let radius = self.radii[index];
            let mut inside = 0;
            for (&distance, precise) in distances.iter().zip(&precise) {
                if distance <= radius {
                    inside += 1;
                    precise.store(true, Ordering::Relaxed);
                }
            }
            (inside, distances.iter().zip(&radii).any(|(distance, radius)| distance <= radius))
        });
        let (real, fake) = (rows.len() as f64, generated.count() as f64);
        let precise = precise.into_iter().filter(|precise| precise.load(Ordering::Relaxed)).count();
        let covered: Vec<bool> = rows.iter().map(|row| row.0 > 0).collect();
        let recalled: Vec<bool> = rows.iter().map(|row| row.1).collect();
        let count = |found: &[bool]| found.iter().filter(|&&found| found).count() as f64;
        let all = Prdc {
            precision: precise as f64 / fake,
            recall: count(&recalled) / real,
            density: rows.iter().map(|row| row.0).sum::<usize>() as f64 / (self.k as f64 * fake),
            coverage: count(&covered) / real,
        };
        Compared { all, covered, recalled }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(values: &[f32]) -> Points {
        Points::new(values.to_vec(), 1)
    }

    /// On a line, with k = 1. Real 0, 1, 4, 10 have radii 1, 1, 3, 6; generated 0.5, 2, 20, 21 have
    /// 1.5, 1.5, 1, 1.
    #[test]
    fn points_on_a_line() {
        let found =
            Manifold::new(line(&[0.0, 1.0, 4.0, 10.0]), 1).compare(&line(&[0.5, 2.0, 20.0, 21.0]));
        // 0.5 is in the balls of 0 and 1; 2 in those of 1 and 4; 20 and 21 in none. 10's ball is
        // empty. 0 and 1 are in the ball of 0.5, 1 in that of 2 too; 4 and 10 are in none.
        let all = Prdc { precision: 0.5, recall: 0.5, density: 1.0, coverage: 0.75 };
        let covered = vec![true, true, true, false];
        assert_eq!(found, Compared { all, covered, recalled: vec![true, true, false, false] });
    }

    /// A generator that makes one image only is precise and dense, and covers next to nothing.
    #[test]
    fn collapse() {
        let real: Vec<f32> = (0..100).map(|index| index as f32).collect();
        let found = Manifold::new(line(&real), 5).compare(&line(&[50.25; 100]));
        // 50.25 is in the balls, of radius 3, of 48, 49, 50, 51, 52 and 53.
        assert_eq!(found.all, Prdc { precision: 1.0, recall: 0.0, density: 1.2, coverage: 0.06 });
    }

    /// Real points against themselves: all inside, and each ball holds its own point and k others.
    #[test]
    fn the_same_points() {
        let points = Points::new(vec![0.0, 0.0, 1.0, 0.1, 2.0, 3.5, -1.0, 5.0, 4.0, 4.5], 2);
        let found = Manifold::new(points.clone(), 2).compare(&points);
        assert_eq!(found.all, Prdc { precision: 1.0, recall: 1.0, density: 1.5, coverage: 1.0 });
    }
}
