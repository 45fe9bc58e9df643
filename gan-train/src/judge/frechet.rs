//! The Frechet distance between two normal distributions (Dowson and Landau 1982), which the
//! FID of Heusel et al. 2017 is one of.

use super::classifier::FEATURES;
use nalgebra::{DMatrix, DVector, SymmetricEigen};

/// Mean and covariance of points.
#[derive(Debug, Clone)]
pub struct Gaussian {
    mean: DVector<f64>,
    covariance: DMatrix<f64>,
}

impl Gaussian {
    /// The mean and the (biased) covariance of features `[image][64]`.
    pub fn of_features(features: &[f32]) -> Self {
        Self::of_points(features, FEATURES)
    }

    /// The mean and the (biased) covariance of `[point][coordinate]`.
    fn of_points(values: &[f32], dimension: usize) -> Self {
        let count = (values.len() / dimension) as f64;
        let points = DMatrix::from_iterator(
            dimension,
            values.len() / dimension,
            values.iter().map(|&value| f64::from(value)),
        );
        let mean = points.column_mean();
        let mut centred = points;
        centred.column_iter_mut().for_each(|mut point| point -= &mean);
        let covariance = &centred * centred.transpose() / count;
        Self { mean, covariance }
    }

    /// `|m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2))`, in the square of the features' unit.
    ///
    /// `S1 S2` has the eigenvalues of the symmetric `S1^(1/2) S2 S1^(1/2)`, so that no root of a
    /// general matrix is needed.
    pub fn distance(&self, other: &Self) -> f64 {
        let eigen = SymmetricEigen::new(self.covariance.clone());
        // Rounding makes eigenvalues that are 0 slightly negative.
        let roots = eigen.eigenvalues.map(|value| value.max(0.0).sqrt());
        let root =
            &eigen.eigenvectors * DMatrix::from_diagonal(&roots) * eigen.eigenvectors.transpose();
        let product = &root * &other.covariance * &root;
        // Rounding leaves it not quite symmetric, and the solver reads one half only.
        let product = (&product + product.transpose()) / 2.0;
        let traces: f64 =
            product.symmetric_eigenvalues().iter().map(|value| value.max(0.0).sqrt()).sum();
        let means = (&self.mean - &other.mean).norm_squared();
        (means + self.covariance.trace() + other.covariance.trace() - 2.0 * traces).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaussian(mean: &[f64], covariance: DMatrix<f64>) -> Gaussian {
        Gaussian { mean: DVector::from_row_slice(mean), covariance }
    }

    fn diagonal(values: &[f64]) -> DMatrix<f64> {
        DMatrix::from_diagonal(&DVector::from_row_slice(values))
    }

    /// Rotates by 0.7 in the first two coordinates and by 0.3 in the last two.
    fn rotation() -> DMatrix<f64> {
        let (a, b) = (0.7f64.sin_cos(), 0.3f64.sin_cos());
        let first = DMatrix::from_row_slice(3, 3, &[a.1, -a.0, 0.0, a.0, a.1, 0.0, 0.0, 0.0, 1.0]);
        let second = DMatrix::from_row_slice(3, 3, &[1.0, 0.0, 0.0, 0.0, b.1, -b.0, 0.0, b.0, b.1]);
        first * second
    }

    /// Where covariances commute, it is the distance of the means plus that of the standard
    /// deviations.
    #[test]
    fn commuting_covariances_have_a_closed_form() {
        let (means, deviations) =
            ([[1.0, 2.0, -1.0], [0.0, 4.0, 0.5]], [[1.0, 2.0, 0.0], [3.0, 0.5, 0.1f64]]);
        let square = |a: [f64; 3], b: [f64; 3]| -> f64 {
            a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
        };
        let expected = square(means[0], means[1]) + square(deviations[0], deviations[1]);
        for turn in [DMatrix::identity(3, 3), rotation()] {
            let [a, b] = [0, 1].map(|index| {
                let covariance = &turn
                    * diagonal(&deviations[index].map(|value| value * value))
                    * turn.transpose();
                gaussian(&means[index], covariance)
            });
            // Where a deviation is 0, the root of an eigenvalue's rounding error is left: 1e-8 of
            // the largest.
            for distance in [a.distance(&b), b.distance(&a)] {
                assert!((distance - expected).abs() < 1e-7, "{distance}, expected {expected}");
            }
            assert!(a.distance(&a) < 1e-7 && b.distance(&b) < 1e-7);
        }
    }

    /// Covariances that do not commute. In two dimensions `tr(M^(1/2)) = (tr M + 2
    /// det(M)^(1/2))^(1/2)`, with `M = S1 S2`.
    #[test]
    fn two_dimensions_have_a_closed_form() {
        let a: DMatrix<f64> = DMatrix::from_row_slice(2, 2, &[4.0, 1.5, 1.5, 1.0]);
        let b: DMatrix<f64> = DMatrix::from_row_slice(2, 2, &[2.0, -0.5, -0.5, 3.0]);
        let product = &a * &b;
        let root = (product.trace() + 2.0 * (a.determinant() * b.determinant()).sqrt()).sqrt();
        let expected = 9.0 + 4.0 + 5.0 + 5.0 - 2.0 * root;
        let distance = gaussian(&[3.0, 0.0], a).distance(&gaussian(&[0.0, 2.0], b));
        assert!((distance - expected).abs() < 1e-9, "{distance}, expected {expected}");
    }

    #[test]
    fn mean_and_covariance_are_those_of_the_definition() {
        let found = Gaussian::of_points(&[0.0, 1.0, 2.0, 1.0, 4.0, 7.0], 2);
        assert!((found.mean - DVector::from_row_slice(&[2.0, 3.0])).norm() < 1e-12);
        // Deviations (-2, -2), (0, -2), (2, 4); divided by 3.
        let expected = DMatrix::from_row_slice(2, 2, &[8.0, 12.0, 12.0, 24.0]) / 3.0;
        assert!((found.covariance - expected).norm() < 1e-12);
    }
}
