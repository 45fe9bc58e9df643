//! Batch normalization (Ioffe and Szegedy 2015) and its derivative.

use super::NORM_EPSILON;
use crate::nn::matrix::Matrix;
use crate::nn::simd::{self, Simd, WithSimd, vectorized};

/// What the way back needs.
#[derive(Debug)]
pub(super) struct Normalized {
    /// Rows of a group.
    rows: usize,
    /// `(x - mean) / sqrt(variance + epsilon)`
    x: Matrix,
    /// `1 / sqrt(variance + epsilon)` of each group's columns.
    factors: Vec<f32>,
}

/// Replaces `x` by `gain (x - mean) / sqrt(variance + epsilon) + shift`, mean and variance those of
/// its column in its group of `rows` rows.
pub(super) fn forward(x: &mut Matrix, rows: usize, gain: &[f32], shift: &[f32]) -> Normalized {
    let columns = x.columns();
    let mut factors = Vec::with_capacity(x.rows() / rows * columns);
    let mut normal = Matrix::zeros(x.rows(), columns);
    let groups = x
        .values_mut()
        .chunks_exact_mut(rows * columns)
        .zip(normal.values_mut().chunks_exact_mut(rows * columns));
    for (group, normal) in groups {
        let factor = vectorized(Normalize { group, normal, gain, shift });
        factors.extend(factor);
    }
    Normalized { rows, x: normal, factors }
}

/// Normalizes one group; returns its columns' factors.
struct Normalize<'n> {
    group: &'n mut [f32],
    normal: &'n mut [f32],
    gain: &'n [f32],
    shift: &'n [f32],
}

impl WithSimd for Normalize<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Vec<f32> {
        let Self { group, normal, gain, shift } = self;
        let columns = gain.len();
        let count = (group.len() / columns) as f32;
        let mut mean = vec![0.0f32; columns];
        for row in group.chunks_exact(columns) {
            mean.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        }
        mean.iter_mut().for_each(|sum| *sum /= count);
        let mut factor = vec![0.0f32; columns];
        for row in group.chunks_exact(columns) {
            for ((square, x), mean) in factor.iter_mut().zip(row).zip(&mean) {
                *square += (x - mean) * (x - mean);
            }
        }
        factor
            .iter_mut()
            .for_each(|square| *square = 1.0 / (*square / count + NORM_EPSILON as f32).sqrt());
        for (row, normal) in group.chunks_exact_mut(columns).zip(normal.chunks_exact_mut(columns)) {
            for column in 0..columns {
                normal[column] = (row[column] - mean[column]) * factor[column];
                row[column] = gain[column] * normal[column] + shift[column];
            }
        }
        factor
    }
}

/// Replaces the gradient of the normalization's output by that of its input; returns those of gain
/// and shift.
///
/// With `g` the output's gradient, per column and group: `gain factor (g - mean(g) - x mean(g x))`.
pub(super) fn backward(
    normalized: &Normalized,
    gain: &[f32],
    gradient: &mut Matrix,
) -> (Vec<f32>, Vec<f32>) {
    let columns = gradient.columns();
    let Normalized { rows, x, factors } = normalized;
    let (mut gain_gradient, mut shift_gradient) = (vec![0.0; columns], vec![0.0; columns]);
    let groups = gradient
        .values_mut()
        .chunks_exact_mut(rows * columns)
        .zip(x.values().chunks_exact(rows * columns));
    for ((group, x), factors) in groups.zip(factors.chunks_exact(columns)) {
        let (mut sums, mut products) = (vec![0.0f32; columns], vec![0.0f32; columns]);
        vectorized(SumUp { gradient: group, x, sums: &mut sums, products: &mut products });
        let mean =
            |sums: &[f32]| -> Vec<f32> { sums.iter().map(|sum| sum / *rows as f32).collect() };
        let (mean, mean_product) = (mean(&sums), mean(&products));
        simd::rows(group, columns, |first, gradient| {
            vectorized(Through {
                gradient,
                x: &x[first * columns..],
                mean: &mean,
                mean_product: &mean_product,
                gain,
                factors,
            });
        });
        shift_gradient.iter_mut().zip(sums).for_each(|(total, sum)| *total += sum);
        gain_gradient.iter_mut().zip(products).for_each(|(total, sum)| *total += sum);
    }
    (gain_gradient, shift_gradient)
}

/// `sum g` and `sum g x` of each column.
struct SumUp<'s> {
    gradient: &'s [f32],
    x: &'s [f32],
    sums: &'s mut [f32],
    products: &'s mut [f32],
}

impl WithSimd for SumUp<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let columns = self.sums.len();
        for (row, x) in self.gradient.chunks_exact(columns).zip(self.x.chunks_exact(columns)) {
            for ((&g, &x), (sum, product)) in
                row.iter().zip(x).zip(self.sums.iter_mut().zip(&mut *self.products))
            {
                *sum += g;
                *product += g * x;
            }
        }
    }
}

/// The gradient of the normalization's input, in place of that of its output, for some rows.
struct Through<'t> {
    gradient: &'t mut [f32],
    x: &'t [f32],
    mean: &'t [f32],
    mean_product: &'t [f32],
    gain: &'t [f32],
    factors: &'t [f32],
}

impl WithSimd for Through<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { gradient, x, mean, mean_product, gain, factors } = self;
        let columns = mean.len();
        for (row, x) in gradient.chunks_exact_mut(columns).zip(x.chunks_exact(columns)) {
            for column in 0..columns {
                let centred = row[column] - mean[column] - x[column] * mean_product[column];
                row[column] = gain[column] * factors[column] * centred;
            }
        }
    }
}
