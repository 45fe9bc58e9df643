//! Points in space and the distances between them, a part of the matrix at a time.

use burn::prelude::*;
use burn::tensor::TensorData;
use gan_tools::images::Images;
use rayon::prelude::*;

/// Distances that are held at a time: 4 MB.
const HELD: usize = 1 << 20;

/// Points of one dimension.
#[derive(Debug, Clone)]
pub struct Points {
    /// `[point][coordinate]`.
    values: Vec<f32>,
    dimension: usize,
    /// Squared length of each.
    squares: Vec<f32>,
}

impl Points {
    /// Points from `[point][coordinate]`.
    pub fn new(values: Vec<f32>, dimension: usize) -> Self {
        let squares = values
            .chunks_exact(dimension)
            .map(|point| point.iter().map(|value| value * value).sum())
            .collect();
        Self { values, dimension, squares }
    }

    /// Images as points, a pixel a coordinate in 0..=1.
    pub fn of_images(images: &Images) -> Self {
        Self::of_pixels(&images.pixels, images.image_len())
    }

    /// Points from pixels 0..=255, a coordinate in 0..=1 each.
    pub fn of_pixels(pixels: &[u8], dimension: usize) -> Self {
        Self::new(pixels.iter().map(|&pixel| f32::from(pixel) / 255.0).collect(), dimension)
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.squares.len()
    }

    /// Coordinates of a point.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Calls `visit(index, distances)` for each point, on all cores; returns what it returns, in
    /// the points' order. The squared distances are to each point of `to`, and may be off by 1e-6
    /// of the points' squared lengths.
    pub fn map_distances<T: Send>(
        &self,
        to: &Self,
        visit: impl Fn(usize, &[f32]) -> T + Sync,
    ) -> Vec<T> {
        assert_eq!(self.dimension, to.dimension, "points of one space");
        let device = Device::flex();
        let tensor = |values: &[f32]| {
            let shape = [values.len() / self.dimension, self.dimension];
            Tensor::<2>::from_data(TensorData::new(values.to_vec(), shape), &device)
        };
        let columns = tensor(&to.values).transpose();
        let rows = (HELD / to.count().max(1)).max(1);
        let mut results = Vec::with_capacity(self.count());
        for (part, values) in self.values.chunks(rows * self.dimension).enumerate() {
            let products = tensor(values).matmul(columns.clone());
            let mut products: Vec<f32> =
                products.try_into_vec_as().expect("the product of f32 is f32");
            let first = part * rows;
            results.par_extend(products.par_chunks_exact_mut(to.count()).enumerate().map(
                |(row, products)| {
                    let index = first + row;
                    for (product, square) in products.iter_mut().zip(&to.squares) {
                        *product = (self.squares[index] + square - 2.0 * *product).max(0.0);
                    }
                    visit(index, products)
                },
            ));
        }
        results
    }

    /// The squared distance of each point to the `k`-th nearest of the others.
    pub fn radii(&self, k: usize) -> Vec<f32> {
        assert!(0 < k && k < self.count(), "there is a k-th nearest other point");
        self.map_distances(self, |own, distances| {
            let mut nearest = vec![f32::INFINITY; k];
            for (other, &distance) in distances.iter().enumerate() {
                if distance < nearest[k - 1] && other != own {
                    let at = nearest.partition_point(|&before| before <= distance);
                    nearest[at..].rotate_right(1);
                    nearest[at] = distance;
                }
            }
            nearest[k - 1]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_definition_in_every_part_of_the_matrix() {
        // More rows than are held at a time for so many columns.
        let columns = HELD / 3;
        let to = Points::new((0..columns).map(|index| (index % 1000) as f32 / 500.0).collect(), 1);
        let from = Points::new((0..7).map(|index| index as f32 / 4.0).collect(), 1);
        let worst = from.map_distances(&to, |row, distances| {
            assert_eq!(distances.len(), columns);
            let error = |(column, distance): (usize, &f32)| {
                let expected = (row as f64 / 4.0 - (column % 1000) as f64 / 500.0).powi(2);
                (f64::from(*distance) - expected).abs()
            };
            (row, distances.iter().enumerate().map(error).fold(0.0, f64::max))
        });
        for (index, (row, worst)) in worst.into_iter().enumerate() {
            assert_eq!(row, index);
            assert!(worst < 4e-6, "{worst}");
        }
    }

    #[test]
    fn a_radius_reaches_the_kth_other_point_and_counts_twins() {
        let points = Points::new(vec![0.0, 1.0, 3.0, 3.0, 7.0], 1);
        assert_eq!(points.radii(1), [1.0, 1.0, 0.0, 0.0, 16.0]);
        assert_eq!(points.radii(2), [9.0, 4.0, 4.0, 4.0, 16.0]);
        assert_eq!(points.radii(4), [49.0, 36.0, 16.0, 16.0, 49.0]);
    }
}
