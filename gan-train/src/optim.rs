//! Adam, RMSprop and SGD with momentum, each in one pass over the numbers of a network.

use crate::config::{OptimizerKind, TrainingConfig};
use crate::nn::matrix::Matrix;
use crate::nn::network::Param;
use crate::nn::simd::{Simd, WithSimd, vectorized};
use rayon::prelude::*;

/// Penalties on a network's weights (not on biases, gains and shifts), and what cuts them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Weights {
    /// Weight of the sum of magnitudes.
    pub l1: f32,
    /// Weight of half the sum of squares.
    pub l2: f32,
    /// After an update all params are cut to `-clip..=clip`; 0 leaves them.
    pub clip: f32,
}

/// The moments of a network's params, and the constants.
#[derive(Debug, Clone, PartialEq)]
pub struct Optimizer {
    kind: OptimizerKind,
    beta1: f32,
    beta2: f32,
    epsilon: f64,
    weights: Weights,
    /// Averages of the gradients (Adam) or the velocity (SGD), in the params' order; empty for
    /// RMSprop.
    pub first: Vec<Vec<f32>>,
    /// Averages of the squared gradients; empty for SGD.
    pub second: Vec<Vec<f32>>,
}

/// How far an update goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// The rate.
    pub rate: f64,
    /// Its number among all updates of the network, from 1.
    pub time: u64,
    /// Of the moving average: `average = decay average + (1 - decay) params`.
    pub decay: f32,
}

/// Numbers that are worth a second core, and stay in a core's cache.
const BLOCK: usize = 1 << 14;

impl Optimizer {
    /// All moments 0.
    pub fn new(config: &TrainingConfig, weights: Weights, params: &[Param]) -> Self {
        let zeros = |used: bool| -> Vec<Vec<f32>> {
            params
                .iter()
                .map(|param| if used { vec![0.0; param.values.len()] } else { Vec::new() })
                .collect()
        };
        Self {
            kind: config.optimizer,
            beta1: config.beta1 as f32,
            beta2: config.beta2 as f32,
            epsilon: config.epsilon,
            weights,
            first: zeros(config.optimizer != OptimizerKind::RmsProp),
            second: zeros(config.optimizer != OptimizerKind::Sgd),
        }
    }

    /// Changes param number `index`, from its number `start` on, by the gradient of so many
    /// numbers. With `g` the gradient and `m`, `v` the moments:
    ///
    /// - Adam: `m = beta1 m + (1 - beta1) g`, `v = beta2 v + (1 - beta2) g²`, `p -= rate m' /
    ///   (sqrt(v') + epsilon)` with `m' = m / (1 - beta1^time)`, `v' = v / (1 - beta2^time)`;
    /// - RMSprop: `v` as above, `p -= rate g / (sqrt(v) + epsilon)`;
    /// - SGD: `m = beta1 m + g`, `p -= rate m`.
    pub fn update(
        &mut self,
        index: usize,
        param: &mut Param,
        gradient: &Matrix,
        start: usize,
        pace: Pace,
        average: Option<&mut Param>,
    ) {
        let weights = Weights {
            clip: self.weights.clip,
            ..if param.is_weight() { self.weights } else { Weights::default() }
        };
        let (beta1, beta2) = (self.beta1, self.beta2);
        let gradient = gradient.values();
        let part = start..start + gradient.len();
        let values = &mut param.values[part.clone()];
        // What a kind of optimizer has not is empty.
        let [first, second] = [&mut self.first, &mut self.second]
            .map(|moments| moments[index].get_mut(part.clone()).unwrap_or_default());
        let average = average.map_or(&mut [][..], |average| &mut average.values[part]);
        match self.kind {
            OptimizerKind::Adam => {
                let time = pace.time.min(i32::MAX as u64) as i32;
                let correction2 = (1.0 - f64::from(beta2).powi(time)).sqrt();
                let rate = (pace.rate * correction2 / (1.0 - f64::from(beta1).powi(time))) as f32;
                let epsilon = (self.epsilon * correction2) as f32;
                blocks(
                    values,
                    gradient,
                    [first, second],
                    average,
                    pace.decay,
                    move |p, g, m, v| {
                        let g = weights.penalize(*p, g);
                        *m = beta1 * *m + (1.0 - beta1) * g;
                        *v = beta2 * *v + (1.0 - beta2) * g * g;
                        *p = weights.cut(*p - rate * *m / (v.sqrt() + epsilon));
                    },
                );
            }
            OptimizerKind::RmsProp => {
                let (rate, epsilon) = (pace.rate as f32, self.epsilon as f32);
                blocks(
                    values,
                    gradient,
                    [&mut [], second],
                    average,
                    pace.decay,
                    move |p, g, _, v| {
                        let g = weights.penalize(*p, g);
                        *v = beta2 * *v + (1.0 - beta2) * g * g;
                        *p = weights.cut(*p - rate * g / (v.sqrt() + epsilon));
                    },
                );
            }
            OptimizerKind::Sgd => {
                let rate = pace.rate as f32;
                blocks(
                    values,
                    gradient,
                    [first, &mut []],
                    average,
                    pace.decay,
                    move |p, g, m, _| {
                        *m = beta1 * *m + weights.penalize(*p, g);
                        *p = weights.cut(*p - rate * *m);
                    },
                );
            }
        }
    }
}

/// Calls `update` with each number, its gradient and its moments, and then moves its average; block
/// by block, so that each is read from memory once. A moment or average that is not there is an
/// empty slice.
fn blocks(
    values: &mut [f32],
    gradient: &[f32],
    [first, second]: [&mut [f32]; 2],
    average: &mut [f32],
    decay: f32,
    update: impl Fn(&mut f32, f32, &mut f32, &mut f32) + Sync,
) {
    let count = values.len().div_ceil(BLOCK);
    let numbers = values.par_chunks_mut(BLOCK).zip(gradient.par_chunks(BLOCK));
    let numbers =
        numbers.zip(parts(first, count)).zip(parts(second, count)).zip(parts(average, count));
    numbers.for_each(|((((p, g), m), v), average)| {
        // Every kind of optimizer runs through the same loop; what it has not, it gets and leaves
        // alone.
        let mut unused = if m.is_empty() || v.is_empty() { vec![0.0; p.len()] } else { Vec::new() };
        let (m, v) = match (m.is_empty(), v.is_empty()) {
            (true, _) => (&mut unused[..], v),
            (_, true) => (m, &mut unused[..]),
            _ => (m, v),
        };
        vectorized(Block { p, g, m, v, average, decay, update: &update });
    });
}

struct Block<'b, U> {
    p: &'b mut [f32],
    g: &'b [f32],
    m: &'b mut [f32],
    v: &'b mut [f32],
    average: &'b mut [f32],
    decay: f32,
    update: &'b U,
}

impl<U: Fn(&mut f32, f32, &mut f32, &mut f32)> WithSimd for Block<'_, U> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let numbers = self.p.iter_mut().zip(self.g).zip(self.m).zip(self.v);
        if self.average.is_empty() {
            return numbers.for_each(|(((p, &g), m), v)| (self.update)(p, g, m, v));
        }
        for ((((p, &g), m), v), average) in numbers.zip(self.average) {
            (self.update)(p, g, m, v);
            *average += (1.0 - self.decay) * (*p - *average);
        }
    }
}

/// The blocks of a slice, or so many empty ones if it is empty.
fn parts(slice: &mut [f32], count: usize) -> Vec<&mut [f32]> {
    if slice.is_empty() {
        (0..count).map(|_| &mut [][..]).collect()
    } else {
        slice.chunks_mut(BLOCK).collect()
    }
}

impl Weights {
    /// The gradient with the penalties' added.
    #[inline(always)]
    fn penalize(self, value: f32, gradient: f32) -> f32 {
        let sign = if value == 0.0 { 0.0 } else { 1f32.copysign(value) };
        gradient + self.l2 * value + self.l1 * sign
    }

    #[inline(always)]
    fn cut(self, value: f32) -> f32 {
        if self.clip > 0.0 { value.clamp(-self.clip, self.clip) } else { value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRADIENTS: [[f64; 2]; 3] = [[0.3, -1.0], [0.1, 2.0], [-0.7, 0.0]];

    fn param(shape: Vec<usize>) -> Param {
        Param { name: "0.weight".into(), shape, values: vec![1.0, -2.0] }
    }

    /// Runs three updates and compares the values with `expected` after each.
    fn check(
        kind: OptimizerKind,
        weights: Weights,
        mut expected: impl FnMut(u64, [f64; 2]) -> [f64; 2],
    ) {
        let config = TrainingConfig {
            optimizer: kind,
            beta1: 0.5,
            beta2: 0.9,
            epsilon: 1e-3,
            ..TrainingConfig::default()
        };
        let mut params = [param(vec![1, 2])];
        let mut average = param(vec![1, 2]);
        let mut optimizer = Optimizer::new(&config, weights, &params);
        for (time, gradient) in (1..).zip(GRADIENTS) {
            let row = Matrix::new(1, 2, gradient.map(|g| g as f32).to_vec());
            let before = average.values.clone();
            optimizer.update(
                0,
                &mut params[0],
                &row,
                0,
                Pace { rate: 0.1, time, decay: 0.75 },
                Some(&mut average),
            );
            for ((average, before), value) in
                average.values.iter().zip(&before).zip(&params[0].values)
            {
                assert!((average - (0.75 * before + 0.25 * value)).abs() < 1e-6);
            }
            for (found, expected) in params[0].values.iter().zip(expected(time, gradient)) {
                assert!(
                    (f64::from(*found) - expected).abs() < 1e-6,
                    "{kind:?} {time}: {found} {expected}"
                );
            }
        }
    }

    /// Expected values: the published algorithm, its two bias corrections apart, computed in f64.
    #[test]
    fn adam_follows_the_published_algorithm() {
        let (mut values, mut m, mut v) = ([1.0f64, -2.0], [0.0f64; 2], [0.0f64; 2]);
        check(OptimizerKind::Adam, Weights::default(), |time, gradient| {
            for index in 0..2 {
                let g = gradient[index];
                m[index] = 0.5 * m[index] + 0.5 * g;
                v[index] = 0.9 * v[index] + 0.1 * g * g;
                let (m_hat, v_hat) = (
                    m[index] / (1.0 - 0.5f64.powi(time as i32)),
                    v[index] / (1.0 - 0.9f64.powi(time as i32)),
                );
                values[index] -= 0.1 * m_hat / (v_hat.sqrt() + 1e-3);
            }
            values
        });
    }

    /// Expected values: the published algorithms in f64, the penalties added to the loss by hand.
    #[test]
    fn rmsprop_and_sgd_follow_theirs_with_penalties_and_cuts() {
        let weights = Weights { l1: 0.02, l2: 0.3, clip: 1.5 };
        let (mut values, mut v) = ([1.0f64, -2.0], [0.0f64; 2]);
        check(OptimizerKind::RmsProp, weights, |_, gradient| {
            for index in 0..2 {
                let g = gradient[index] + 0.02 * values[index].signum() + 0.3 * values[index];
                v[index] = 0.9 * v[index] + 0.1 * g * g;
                values[index] =
                    (values[index] - 0.1 * g / (v[index].sqrt() + 1e-3)).clamp(-1.5, 1.5);
            }
            values
        });
        let (mut values, mut m) = ([1.0f64, -2.0], [0.0f64; 2]);
        check(OptimizerKind::Sgd, weights, |_, gradient| {
            for index in 0..2 {
                m[index] = 0.5 * m[index]
                    + gradient[index]
                    + 0.02 * values[index].signum()
                    + 0.3 * values[index];
                values[index] = (values[index] - 0.1 * m[index]).clamp(-1.5, 1.5);
            }
            values
        });
    }

    #[test]
    fn biases_are_not_penalized() {
        let config = TrainingConfig { optimizer: OptimizerKind::Sgd, ..TrainingConfig::default() };
        let weights = Weights { l1: 1.0, l2: 1.0, clip: 0.0 };
        for (shape, expected) in [(vec![2], vec![1.0, -2.0]), (vec![1, 2], vec![0.8, -1.7])] {
            let mut params = [param(shape)];
            let mut optimizer = Optimizer::new(&config, weights, &params);
            optimizer.update(
                0,
                &mut params[0],
                &Matrix::zeros(1, 2),
                0,
                Pace { rate: 0.1, time: 1, decay: 0.0 },
                None,
            );
            assert_eq!(params[0].values, expected);
        }
    }
}
