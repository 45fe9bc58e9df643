//! Batch normalization (Ioffe and Szegedy 2015) and its derivative.

use super::NORM_EPSILON;
use crate::matrix::Matrix;
use crate::simd::{self, vectorized};

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

/// Replaces `x` by `gain (x - mean) / sqrt(variance + epsilon) + shift`, mean and variance those of its column in its group of
/// `rows` rows.
pub(super) fn forward(x: &mut Matrix, rows: usize, gain: &[f32], shift: &[f32]) -> Normalized {
    let columns = x.columns();
    let mut factors = Vec::with_capacity(x.rows() / rows * columns);
    let mut normal = Matrix::zeros(x.rows(), columns);
    let groups = x.values_mut().chunks_exact_mut(rows * columns).zip(normal.values_mut().chunks_exact_mut(rows * columns));
    for (group, normal) in groups {
        vectorized(|| {
            let mean = column_sums(group, columns, |x, _| x);
            let mean: Vec<f32> = mean.into_iter().map(|sum| sum / rows as f32).collect();
            let squares = column_sums(group, columns, |x, column| (x - mean[column]) * (x - mean[column]));
            let factor: Vec<f32> =
                squares.into_iter().map(|sum| 1.0 / (sum / rows as f32 + NORM_EPSILON as f32).sqrt()).collect();
            for (row, normal) in group.chunks_exact_mut(columns).zip(normal.chunks_exact_mut(columns)) {
                for column in 0..columns {
                    normal[column] = (row[column] - mean[column]) * factor[column];
                    row[column] = gain[column] * normal[column] + shift[column];
                }
            }
            factors.extend(factor);
        });
    }
    Normalized { rows, x: normal, factors }
}

/// Replaces the gradient of the normalization's output by that of its input; returns those of gain and shift.
///
/// With `g` the output's gradient, per column and group: `gain factor (g - mean(g) - x mean(g x))`.
pub(super) fn backward(normalized: &Normalized, gain: &[f32], gradient: &mut Matrix) -> (Vec<f32>, Vec<f32>) {
    let columns = gradient.columns();
    let Normalized { rows, x, factors } = normalized;
    let (mut gain_gradient, mut shift_gradient) = (vec![0.0; columns], vec![0.0; columns]);
    let groups = gradient.values_mut().chunks_exact_mut(rows * columns).zip(x.values().chunks_exact(rows * columns));
    for ((group, x), factors) in groups.zip(factors.chunks_exact(columns)) {
        let (mut sums, mut products) = (vec![0.0f32; columns], vec![0.0f32; columns]);
        vectorized(|| {
            for (row, x) in group.chunks_exact(columns).zip(x.chunks_exact(columns)) {
                for column in 0..columns {
                    sums[column] += row[column];
                    products[column] += row[column] * x[column];
                }
            }
        });
        let count = *rows as f32;
        simd::rows(group, columns, |first, rows| {
            for (row, x) in rows.chunks_exact_mut(columns).zip(x[first * columns..].chunks_exact(columns)) {
                for column in 0..columns {
                    let centred = row[column] - sums[column] / count - x[column] * (products[column] / count);
                    row[column] = gain[column] * factors[column] * centred;
                }
            }
        });
        shift_gradient.iter_mut().zip(sums).for_each(|(total, sum)| *total += sum);
        gain_gradient.iter_mut().zip(products).for_each(|(total, sum)| *total += sum);
    }
    (gain_gradient, shift_gradient)
}

/// The sum of each column, row after row.
#[inline(always)]
pub(super) fn column_sums(values: &[f32], columns: usize, f: impl Fn(f32, usize) -> f32) -> Vec<f32> {
    let mut sums = vec![0.0f32; columns];
    for row in values.chunks_exact(columns) {
        for column in 0..columns {
            sums[column] += f(row[column], column);
        }
    }
    sums
}
