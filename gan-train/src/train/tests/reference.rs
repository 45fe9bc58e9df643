//! Networks and losses in naive f64, after their definitions. Shares no code with what it checks.

use crate::config::{Objective, R1, TrainingConfig};
use crate::nn::act::Act;
use crate::nn::mlp::{LayerShape, Mlp};
use burn::prelude::*;

/// Added to the variance in batch normalization.
const NORM_EPSILON: f64 = 1e-5;

/// A matrix of rows in f64.
pub type Rows = Vec<Vec<f64>>;

pub fn rows(matrix: &Tensor<2>) -> Rows {
    let columns = matrix.dims()[1];
    let values: Vec<f32> = matrix.clone().without_autodiff().try_into_vec_as().unwrap();
    values.chunks_exact(columns).map(|row| row.iter().map(|&x| x.into()).collect()).collect()
}

/// All parameters as they are stored, one after another: for each layer the weights, and the bias
/// or gain and shift.
pub fn numbers(network: &Mlp) -> Vec<f64> {
    network.params().iter().flat_map(|param| param.values.iter().map(|&x| f64::from(x))).collect()
}

pub fn beside(a: &Rows, b: &Rows) -> Rows {
    a.iter().zip(b).map(|(a, b)| a.iter().chain(b).copied().collect()).collect()
}

pub fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

/// The network's outputs, with all params from `numbers`, one after another; with `spectral` each
/// weight matrix divided by its norm.
pub fn forward(shapes: &[LayerShape], numbers: &[f64], inputs: &Rows, spectral: bool) -> Rows {
    let mut x = inputs.clone();
    let mut at = 0;
    for layer in shapes {
        let mut take = |count: usize| {
            at += count;
            numbers[at - count..at].to_vec()
        };
        let mut weight = take(layer.inputs * layer.outputs);
        let vectors: Vec<Vec<f64>> =
            (0..if layer.batch_norm { 2 } else { 1 }).map(|_| take(layer.outputs)).collect();
        if spectral {
            let norm = spectral_norm(&weight, layer.outputs);
            weight.iter_mut().for_each(|w| *w /= norm);
        }
        let sum = |row: &Vec<f64>, o: usize| {
            (0..layer.inputs).map(|i| row[i] * weight[i * layer.outputs + o]).sum::<f64>()
        };
        let mut sums: Rows =
            x.iter().map(|row| (0..layer.outputs).map(|o| sum(row, o)).collect()).collect();
        for output in 0..layer.outputs {
            let m = mean(sums.iter().map(|row| row[output]));
            let variance = mean(sums.iter().map(|row| (row[output] - m).powi(2)));
            for row in &mut sums {
                row[output] = if layer.batch_norm {
                    (row[output] - m) / (variance + NORM_EPSILON).sqrt() * vectors[0][output]
                        + vectors[1][output]
                } else {
                    row[output] + vectors[0][output]
                };
            }
        }
        let activate = |x: f64| activate(layer.act, x);
        x = sums.into_iter().map(|row| row.into_iter().map(activate).collect()).collect();
    }
    x
}

/// The same, the rows being so many at a time.
pub fn forward_in_parts(
    shapes: &[LayerShape],
    numbers: &[f64],
    inputs: &Rows,
    spectral: bool,
    at_a_time: usize,
) -> Rows {
    let parts = inputs.chunks(at_a_time);
    parts.flat_map(|rows| forward(shapes, numbers, &rows.to_vec(), spectral)).collect()
}

fn activate(act: Act, x: f64) -> f64 {
    match act {
        Act::Linear => x,
        Act::Relu => x.max(0.0),
        Act::LeakyRelu(slope) => x * if x < 0.0 { f64::from(slope) } else { 1.0 },
        Act::Tanh => x.tanh(),
        Act::Sigmoid => 1.0 / (1.0 + (-x).exp()),
        Act::Elu => {
            if x < 0.0 {
                x.exp() - 1.0
            } else {
                x
            }
        }
        Act::Selu => {
            1.0507009873554805 * if x < 0.0 { 1.6732632423543772 * (x.exp() - 1.0) } else { x }
        }
        Act::Softplus => (1.0 + x.exp()).ln(),
        Act::Silu => x / (1.0 + (-x).exp()),
        Act::Gelu => x * normal_distribution(x),
    }
}

/// The part of the standard normal distribution below `x`: the integral of its density from 0 by
/// Simpson's rule.
fn normal_distribution(x: f64) -> f64 {
    const PARTS: u32 = 200;
    let density = |t: f64| (-0.5 * t * t).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let h = x / f64::from(PARTS);
    let weight = |i: u32| if i == 0 || i == PARTS { 1.0 } else { f64::from(2 + 2 * (i % 2)) };
    0.5 + h / 3.0 * (0..=PARTS).map(|i| weight(i) * density(f64::from(i) * h)).sum::<f64>()
}

/// The largest singular value: square root of the largest eigenvalue of `WᵀW`, by squaring that
/// matrix again and again.
fn spectral_norm(weight: &[f64], outputs: usize) -> f64 {
    let inputs = weight.len() / outputs;
    let dot = |a: usize, b: usize| {
        (0..inputs).map(|i| weight[i * outputs + a] * weight[i * outputs + b]).sum::<f64>()
    };
    let gram: Rows = (0..outputs).map(|a| (0..outputs).map(|b| dot(a, b)).collect()).collect();
    let mut power = gram.clone();
    for _ in 0..20 {
        let largest = power.iter().flatten().fold(0.0f64, |largest, x| largest.max(x.abs()));
        let scaled: Rows =
            power.iter().map(|row| row.iter().map(|x| x / largest).collect()).collect();
        let product = |a: usize, b: usize| (0..outputs).map(|i| scaled[a][i] * scaled[i][b]).sum();
        power = (0..outputs).map(|a| (0..outputs).map(|b| product(a, b)).collect()).collect();
    }
    // Any column is by now the eigenvector.
    let vector: Vec<f64> = power.iter().map(|row| row[0]).collect();
    let image: Vec<f64> =
        gram.iter().map(|row| row.iter().zip(&vector).map(|(a, b)| a * b).sum()).collect();
    let length = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
    (length(&image) / length(&vector)).sqrt()
}

/// What the discriminator sees, labels not yet beside it.
pub struct Images {
    pub real: Rows,
    pub fake: Rows,
    /// Real and generated images after the finite difference's move.
    pub moved: [Option<Rows>; 2],
    /// Points between real and generated images.
    pub between: Option<Rows>,
    pub labels: Rows,
}

fn probability(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The discriminator's loss, and the penalties, for its params `d`.
pub fn discriminator_loss(
    network: &[LayerShape],
    d: &[f64],
    training: &TrainingConfig,
    images: &Images,
    spectral: bool,
) -> (f64, f64) {
    let at_a_time = training.in_pass();
    let logits = |x: &Rows| -> Vec<f64> {
        let x = beside(x, &images.labels);
        let logits = forward_in_parts(network, d, &x, spectral, at_a_time);
        logits.into_iter().map(|row| row[0]).collect()
    };
    let (real, fake) = (logits(&images.real), logits(&images.fake));
    let (s, p) = (training.label_smoothing, probability);
    let pair = |f: &dyn Fn(f64, f64) -> f64| mean(real.iter().zip(&fake).map(|(&r, &g)| f(r, g)));
    let loss = match training.objective {
        Objective::Minimax | Objective::NonSaturating => {
            pair(&|r, f| -(1.0 - s) * p(r).ln() - s * p(-r).ln() - p(-f).ln())
        }
        Objective::LeastSquares => pair(&|r, f| 0.5 * (r - 1.0 + s).powi(2) + 0.5 * f * f),
        Objective::Hinge => pair(&|r, f| (1.0 - r).max(0.0) + (1.0 + f).max(0.0)),
        Objective::Wasserstein => pair(&|r, f| f - r),
        Objective::Relativistic => pair(&|r, f| -p(r - f).ln()),
    };
    let mut penalty = 0.0;
    let gammas =
        [(training.r1_gamma, &images.real, &real), (training.r2_gamma, &images.fake, &fake)];
    for ((gamma, x, logits_x), moved) in gammas.into_iter().zip(&images.moved) {
        if let Some(moved) = moved {
            let slopes = logits(moved)
                .into_iter()
                .zip(logits_x)
                .map(|(a, b)| ((a - b) / training.r1_sigma).powi(2));
            penalty += gamma / 2.0 * mean(slopes.collect::<Vec<_>>().into_iter());
        } else if training.r1 == R1::Exact && gamma > 0.0 {
            penalty += gamma / 2.0 * mean(slopes(x, &logits).into_iter());
        }
    }
    if let Some(between) = &images.between {
        penalty += training.gradient_penalty
            * mean(
                slopes(between, &logits).into_iter().map(|square| (square.sqrt() - 1.0).powi(2)),
            );
    }
    (loss, penalty)
}

/// `|dD/dx|²` of each row, `D` being the sum of all logits, by central differences. Logits are
/// compared one by one: those that do not move then add no rounding.
fn slopes(x: &Rows, logits: &dyn Fn(&Rows) -> Vec<f64>) -> Vec<f64> {
    const STEP: f64 = 1e-4;
    let slope = |row: usize, pixel: usize| {
        let moved = |delta: f64| {
            let mut x = x.clone();
            x[row][pixel] += delta;
            logits(&x)
        };
        let pairs = moved(STEP).into_iter().zip(moved(-STEP));
        pairs.map(|(up, down)| (up - down) / (2.0 * STEP)).sum::<f64>()
    };
    let square = |row| (0..x[0].len()).map(|pixel| slope(row, pixel).powi(2)).sum();
    (0..x.len()).map(square).collect()
}

/// The generator's loss for the logits of real and generated images.
pub fn generator_loss(objective: Objective, real: &[f64], fake: &[f64]) -> f64 {
    let p = probability;
    let pair = |f: &dyn Fn(f64, f64) -> f64| mean(real.iter().zip(fake).map(|(&r, &g)| f(r, g)));
    match objective {
        Objective::Minimax => pair(&|_, f| p(-f).ln()),
        Objective::NonSaturating => pair(&|_, f| -p(f).ln()),
        Objective::LeastSquares => pair(&|_, f| 0.5 * (f - 1.0).powi(2)),
        Objective::Hinge | Objective::Wasserstein => pair(&|_, f| -f),
        Objective::Relativistic => pair(&|r, f| -p(f - r).ln()),
    }
}

/// `d loss / d numbers`, by central differences.
pub fn differentiate(numbers: &[f64], loss: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    const STEP: f64 = 1e-5;
    (0..numbers.len())
        .map(|index| {
            let at = |delta: f64| {
                let mut moved = numbers.to_vec();
                moved[index] += delta;
                loss(&moved)
            };
            (at(STEP) - at(-STEP)) / (2.0 * STEP)
        })
        .collect()
}
