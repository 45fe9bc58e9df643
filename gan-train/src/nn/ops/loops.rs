//! Loops over numbers: compiled for the widest vectors that the CPU has, and spread over its cores.
//!
//! Each number is computed by the same operations in the same order whatever the vectors and the
//! cores are, so results do not depend on them. In all of them `columns` numbers are a row.

mod functions;

pub(super) use functions::has_loop;

use super::NORM_EPSILON;
use crate::nn::act::{Act, SELU_ALPHA, SELU_SCALE};
use functions::{exp, sigmoid, tanh, with_function, with_slope};
use rayon::prelude::*;

/// Numbers that are worth a second core: waking one takes as long as a loop over some tens of
/// thousands.
const PARALLEL: usize = 1 << 17;
/// Numbers of a block of an update: they stay in a core's cache.
const BLOCK: usize = 1 << 14;

/// Defines functions whose bodies are compiled three times on x86-64: for every CPU, for AVX2 and
/// for AVX-512; a call takes the best that the CPU has. The compiler makes vectors of a loop only
/// where all that the loop calls is inlined, so helpers are `#[inline(always)]`.
macro_rules! vectorized {
    ($($(#[$doc:meta])* fn $name:ident($($arg:ident: $kind:ty),* $(,)?) $body:block)*) => { $(
        $(#[$doc])*
        #[allow(clippy::too_many_arguments, reason = "a kernel's operands")]
        pub(super) fn $name($($arg: $kind),*) {
            #[inline(always)]
            #[allow(clippy::too_many_arguments, reason = "a kernel's operands")]
            fn body($($arg: $kind),*) $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma")]
                #[allow(clippy::too_many_arguments, reason = "a kernel's operands")]
                fn avx2($($arg: $kind),*) { body($($arg),*) }
                #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
                #[allow(clippy::too_many_arguments, reason = "a kernel's operands")]
                fn avx512($($arg: $kind),*) { body($($arg),*) }
                if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512dq")
                {
                    // SAFETY: the CPU has what the function was compiled for.
                    return unsafe { avx512($($arg),*) };
                }
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                    // SAFETY: the CPU has what the function was compiled for.
                    return unsafe { avx2($($arg),*) };
                }
            }
            body($($arg),*)
        }
    )* };
}

vectorized! {
    /// `x = act(x + bias)`
    fn bias_act(x: &mut [f32], bias: &[f32], act: Act) {
        with_function!(act, f, {
            for row in x.chunks_exact_mut(bias.len()) {
                row.iter_mut().zip(bias).for_each(|(x, bias)| *x = f(*x + bias));
            }
        })
    }

    /// `g = g act'`, from what the activation kept.
    fn act_backward(g: &mut [f32], kept: &[f32], act: Act) {
        with_slope!(act, f, {
            g.iter_mut().zip(kept).for_each(|(g, &kept)| *g *= f(kept));
        })
    }

    /// Adds each column's numbers to `sums`, row after row.
    fn column_sums(x: &[f32], sums: &mut [f32]) {
        for row in x.chunks_exact(sums.len()) {
            row.iter().zip(&mut *sums).for_each(|(x, sum)| *sum += x);
        }
    }

    /// Adds the squares of each column's distances from its mean to `sums`, row after row.
    fn squares(x: &[f32], mean: &[f32], sums: &mut [f32]) {
        for row in x.chunks_exact(mean.len()) {
            for ((square, x), mean) in sums.iter_mut().zip(row).zip(mean) {
                *square += (x - mean) * (x - mean);
            }
        }
    }

    /// Writes each column's mean, and its `1 / sqrt(variance + epsilon)` into zeros.
    fn moments(x: &[f32], mean: &mut [f32], inverse: &mut [f32]) {
        let columns = mean.len();
        let count = (x.len() / columns) as f32;
        for row in x.chunks_exact(columns) {
            mean.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        }
        mean.iter_mut().for_each(|sum| *sum /= count);
        for row in x.chunks_exact(columns) {
            for ((square, x), mean) in inverse.iter_mut().zip(row).zip(&*mean) {
                *square += (x - mean) * (x - mean);
            }
        }
        let root = |square: f32| 1.0 / (square / count + NORM_EPSILON as f32).sqrt();
        inverse.iter_mut().for_each(|square| *square = root(*square));
    }

    /// Some rows' normalized numbers, and in place of `x` those with gain and shift.
    fn normalize(
        x: &mut [f32],
        normal: &mut [f32],
        mean: &[f32],
        inverse: &[f32],
        gain: &[f32],
        shift: &[f32],
        act: Act,
    ) {
        with_function!(act, f, {
            let columns = mean.len();
            let (inverse, gain, shift) = (&inverse[..columns], &gain[..columns], &shift[..columns]);
            for (row, normal) in x.chunks_exact_mut(columns).zip(normal.chunks_exact_mut(columns)) {
                for column in 0..columns {
                    let n = (row[column] - mean[column]) * inverse[column];
                    normal[column] = n;
                    row[column] = f(gain[column] * n + shift[column]);
                }
            }
        })
    }

    /// Adds up `g` and `g normal` of each column.
    fn norm_sums(g: &[f32], normal: &[f32], sums: &mut [f32], products: &mut [f32]) {
        let columns = sums.len();
        for (row, normal) in g.chunks_exact(columns).zip(normal.chunks_exact(columns)) {
            let both = sums.iter_mut().zip(&mut *products);
            for ((&g, &n), (sum, product)) in row.iter().zip(normal).zip(both) {
                *sum += g;
                *product += g * n;
            }
        }
    }

    /// The gradient of the normalization's input in place of `g`, that of its output. `mean` and
    /// `along` are the means of `g` and of `g normal`.
    fn norm_backward(
        g: &mut [f32],
        normal: &[f32],
        mean: &[f32],
        along: &[f32],
        inverse: &[f32],
        gain: &[f32],
    ) {
        let columns = mean.len();
        let (along, inverse, gain) = (&along[..columns], &inverse[..columns], &gain[..columns]);
        for (row, normal) in g.chunks_exact_mut(columns).zip(normal.chunks_exact(columns)) {
            for column in 0..columns {
                let centred = row[column] - mean[column] - normal[column] * along[column];
                row[column] = gain[column] * inverse[column] * centred;
            }
        }
    }

    /// One update by Adam of a block; its average, empty if there is none, moves while the block
    /// is in the cache.
    fn adam_block(
        param: &mut [f32],
        gradient: &[f32],
        first: &mut [f32],
        second: &mut [f32],
        average: (&mut [f32], f32),
        step: super::AdamStep,
    ) {
        let super::AdamStep { beta1, beta2, lr, epsilon } = step;
        for (((p, &g), m), v) in param.iter_mut().zip(gradient).zip(first).zip(second) {
            *m = beta1 * *m + (1.0 - beta1) * g;
            *v = beta2 * *v + (1.0 - beta2) * g * g;
            *p -= lr * *m / (v.sqrt() + epsilon);
        }
        let (average, decay) = average;
        for (average, param) in average.iter_mut().zip(param) {
            *average += (1.0 - decay) * (*param - *average);
        }
    }

    /// `average += (1 - decay) (param - average)` of a block.
    fn average_block(average: &mut [f32], param: &[f32], decay: f32) {
        for (average, param) in average.iter_mut().zip(param) {
            *average += (1.0 - decay) * (param - *average);
        }
    }
}

/// Numbers of whole rows for each core.
pub(super) fn rows_at_a_time(len: usize, columns: usize) -> usize {
    let cores = rayon::current_num_threads();
    if cores == 1 || len < PARALLEL || columns == 0 {
        return len.max(1);
    }
    (len / columns).div_ceil(cores).max(1) * columns
}

/// Calls `work` with the index of the first number, and some rows, until all rows of `columns`
/// numbers were there, on all cores.
pub(super) fn rows(values: &mut [f32], columns: usize, work: impl Fn(usize, &mut [f32]) + Sync) {
    let at_a_time = rows_at_a_time(values.len(), columns);
    if at_a_time >= values.len() {
        return work(0, values);
    }
    let parts = values.par_chunks_mut(at_a_time).enumerate();
    parts.for_each(|(index, rows)| work(index * at_a_time, rows));
}

/// Calls `work` with each item, on all cores if there are several.
pub(super) fn on_all_cores<I: Send>(
    items: impl Iterator<Item = I>,
    work: impl Fn(I) + Sync + Send,
) {
    let items: Vec<I> = items.collect();
    match items.len() {
        1 => items.into_iter().for_each(work),
        _ => items.into_par_iter().for_each(work),
    }
}

/// One update by Adam, and of the average unless that is empty, block by block on all cores.
pub(super) fn adam(
    param: &mut [f32],
    gradient: &[f32],
    first: &mut [f32],
    second: &mut [f32],
    (average, decay): (&mut [f32], f32),
    step: super::AdamStep,
) {
    let len = param.len();
    // An average that is there has as many blocks; if not, each block's is empty.
    let averages = average.chunks_mut(BLOCK).chain(std::iter::repeat_with(Default::default));
    let blocks = param.chunks_mut(BLOCK).zip(gradient.chunks(BLOCK)).zip(first.chunks_mut(BLOCK));
    let blocks = blocks.zip(second.chunks_mut(BLOCK)).zip(averages);
    let blocks = blocks.map(|((((p, g), m), v), average)| (p, g, m, v, (average, decay)));
    match len < PARALLEL {
        true => blocks.for_each(|(p, g, m, v, average)| adam_block(p, g, m, v, average, step)),
        false => on_all_cores(blocks, |(p, g, m, v, a)| adam_block(p, g, m, v, a, step)),
    }
}

/// `average += (1 - decay) (param - average)`, block by block on all cores.
pub(super) fn average(average: &mut [f32], param: &[f32], decay: f32) {
    if average.len() < PARALLEL {
        return average_block(average, param, decay);
    }
    let blocks = average.par_chunks_mut(BLOCK).zip(param.par_chunks(BLOCK));
    blocks.for_each(|(average, param)| average_block(average, param, decay));
}

/// Rows as columns: `from` is `[rows, columns]`.
pub(super) fn transpose(from: &[f32], to: &mut [f32], rows: usize, columns: usize) {
    /// Numbers of a row and rows that are moved together: a few lines of the cache each.
    const TILE: usize = 32;
    for first_row in (0..rows).step_by(TILE) {
        let last_row = rows.min(first_row + TILE);
        for first in (0..columns).step_by(TILE) {
            for column in first..columns.min(first + TILE) {
                let to = &mut to[column * rows + first_row..column * rows + last_row];
                let rows = to.iter_mut().zip(first_row..);
                rows.for_each(|(to, row)| *to = from[row * columns + column]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_visited_once_with_its_index() {
        let columns = 100;
        let mut values = vec![0.0; 1000 * columns];
        rows(&mut values, columns, |first, rows| {
            assert_eq!((first % columns, rows.len() % columns), (0, 0), "whole rows");
            for (index, value) in rows.iter_mut().enumerate() {
                *value += (first + index) as f32 + 1.0;
            }
        });
        assert!(values.iter().enumerate().all(|(index, &value)| value == index as f32 + 1.0));
    }

    /// Expected values: the definition.
    #[test]
    fn rows_become_columns() {
        let from: Vec<f32> = (0..3 * 401).map(|x| x as f32).collect();
        let mut to = vec![0.0; from.len()];
        transpose(&from, &mut to, 3, 401);
        for (column, row) in (0..401).flat_map(|column| (0..3).map(move |row| (column, row))) {
            assert_eq!(to[column * 3 + row], from[row * 401 + column]);
        }
    }
}
