//! Loops over numbers: compiled for the widest vectors that the CPU has, and spread over its cores.
//!
//! Each number is computed by the same operations in the same order whatever the vectors and the
//! cores, so results do not depend on them.

pub use pulp::{Simd, WithSimd};

use rayon::prelude::*;

/// Numbers that are worth a second core.
const PARALLEL: usize = 1 << 15;

/// Runs a loop. It stands in its `with_simd`, `#[inline(always)]`, because only what is inlined
/// into pulp's dispatcher is compiled for wide vectors: a function or a closure that is handed over
/// is not, from some size on.
pub fn vectorized<L: WithSimd>(work: L) -> L::Output {
    pulp::Arch::new().dispatch(work)
}

/// Calls `work` with the index of the first row, and some rows, until all rows of `columns` numbers
/// were there, on all cores.
pub fn rows(values: &mut [f32], columns: usize, work: impl Fn(usize, &mut [f32]) + Sync) {
    let block = block(values.len(), columns);
    if block >= values.len() {
        return work(0, values);
    }
    values
        .par_chunks_mut(block)
        .enumerate()
        .for_each(|(index, rows)| work(index * (block / columns), rows));
}

/// Multiplies all numbers.
pub fn scale(values: &mut [f32], columns: usize, factor: f32) {
    struct Scale<'s>(&'s mut [f32], f32);
    impl WithSimd for Scale<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            self.0.iter_mut().for_each(|value| *value *= self.1);
        }
    }
    rows(values, columns, |_, values| vectorized(Scale(values, factor)));
}

/// The sum of `f` of each column's numbers, row after row.
pub fn column_sums(values: &[f32], columns: usize, f: impl Fn(f32) -> f32) -> Vec<f32> {
    struct Sums<'s, F>(&'s [f32], &'s mut [f32], F);
    impl<F: Fn(f32) -> f32> WithSimd for Sums<'_, F> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            let Self(values, sums, f) = self;
            for row in values.chunks_exact(sums.len()) {
                row.iter().zip(&mut *sums).for_each(|(&value, sum)| *sum += f(value));
            }
        }
    }
    let mut sums = vec![0.0; columns];
    vectorized(Sums(values, &mut sums, f));
    sums
}

/// Numbers of whole rows for each core.
fn block(len: usize, columns: usize) -> usize {
    let cores = rayon::current_num_threads();
    if cores == 1 || len < PARALLEL || columns == 0 {
        return len.max(1);
    }
    (len / columns).div_ceil(cores).max(1) * columns
}

/// `e^x`, within 2 units in the last place; below -87 it is that of -87, above 88 that of 88.
///
/// After Cody and Waite 1980: `x = n ln 2 + r`, a polynomial for `e^r`, and `n` put into the
/// exponent. Without a branch or a call, so that loops of it become vectors; that of the C library
/// does not.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    /// Adding it leaves no bits for a fraction, so that the sum's lowest bits are the integer.
    const ROUND: f32 = 12_582_912.0;
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    let x = x.clamp(-87.0, 88.0);
    let rounded = x * std::f32::consts::LOG2_E + ROUND;
    let n = rounded - ROUND;
    let r = x - n * LN2_HIGH - n * LN2_LOW;
    // The Taylor polynomial of degree 7: the next term is below 2^-30 for |r| <= ln 2 / 2.
    let terms = [1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0];
    let mut sum = 0.0;
    for term in terms {
        sum = sum * r + term;
    }
    let exponent = (rounded.to_bits() << 23).wrapping_add(127 << 23);
    sum * f32::from_bits(exponent)
}

/// `1 / (1 + e^-x)`
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// `tanh x = 2 sigmoid(2 x) - 1`
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values: the standard library's f64.
    #[test]
    fn exponentials() {
        for step in -870_000..=880_000 {
            let x = step as f32 * 1e-4;
            let expected = f64::from(x).exp();
            let error = (f64::from(exp(x)) - expected).abs() / expected;
            assert!(error < 2.4e-7, "exp({x}) is off by {error}");
            let expected = f64::from(x).tanh();
            assert!((f64::from(tanh(x)) - expected).abs() < 3e-7, "tanh({x})");
        }
        assert_eq!(exp(0.0), 1.0);
        assert_eq!((sigmoid(-1000.0) < 1e-37, sigmoid(1000.0)), (true, 1.0));
    }

    #[test]
    fn every_row_is_visited_once_with_its_index() {
        let columns = 100;
        let mut values = vec![0.0; 1000 * columns];
        rows(&mut values, columns, |first, rows| {
            for (row, values) in rows.chunks_exact_mut(columns).enumerate() {
                values.iter_mut().for_each(|value| *value += (first + row) as f32 + 1.0);
            }
        });
        assert!(
            values
                .chunks_exact(columns)
                .enumerate()
                .all(|(row, values)| values.iter().all(|&v| v == row as f32 + 1.0))
        );
    }

    #[test]
    fn sums_and_scaling() {
        let mut values = [1.0, 2.0, 3.0, 4.0, 5.0, -6.0];
        assert_eq!(column_sums(&values, 2, |x| x), [9.0, 0.0]);
        assert_eq!(column_sums(&values, 2, |x| x * x), [35.0, 56.0]);
        scale(&mut values, 3, 0.5);
        assert_eq!(values, [0.5, 1.0, 1.5, 2.0, 2.5, -3.0]);
    }
}
