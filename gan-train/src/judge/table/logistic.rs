//! Multinomial logistic regression: the model that people try first on a table.
//!
//! It minimizes the mean cross-entropy and `|W|^2 / (2 n)` of `n` rows, the usual penalty of weight
//! 1 (scikit-learn's `C = 1`), which leaves the biases alone. The loss is convex, and its
//! gradient's Lipschitz constant is at most `L = lambda / 2 + 1 / n`, where `lambda` is the largest
//! eigenvalue of `X'X / n` (Böhning 1992), `X` having a column of ones. Nesterov's method with
//! steps of `1 / L` needs no other setting (Nesterov 1983; Beck and Teboulle 2009).

use super::features::Features;

/// Steps of the method.
const STEPS: usize = 500;
/// Iterations that find the largest eigenvalue.
const ITERATIONS: usize = 50;

/// A fitted model.
#[derive(Debug, Clone)]
pub(super) struct Logistic {
    /// `[class][number]`, and last the bias.
    weights: Vec<f64>,
    classes: usize,
}

impl Logistic {
    /// Fits rows that are standardized.
    pub fn fit(data: &Features) -> Self {
        let (columns, count) = (data.dimension + 1, data.count() as f64);
        let rate = 1.0 / (1.01 * largest_eigenvalue(data) / 2.0 + 1.0 / count);
        let mut weights = vec![0.0; data.classes * columns];
        let mut ahead = weights.clone();
        let mut momentum = 1.0f64;
        for _ in 0..STEPS {
            let gradient = gradient(&ahead, data);
            let next: Vec<f64> =
                ahead.iter().zip(gradient).map(|(weight, slope)| weight - rate * slope).collect();
            let grown = (1.0 + (1.0 + 4.0 * momentum * momentum).sqrt()) / 2.0;
            let part = (momentum - 1.0) / grown;
            ahead = next.iter().zip(&weights).map(|(new, old)| new + part * (new - old)).collect();
            (weights, momentum) = (next, grown);
        }
        Self { weights, classes: data.classes }
    }

    /// The part of the rows, in the scaling of those that it was fitted to, that it gets right.
    pub fn accuracy(&self, data: &Features) -> f64 {
        let scores = |row: usize| logits(&self.weights, data.row(row), self.classes);
        let scores: Vec<f64> = (0..data.count()).flat_map(scores).collect();
        data.accuracy(&scores)
    }
}

/// What a row's classes score.
fn logits(weights: &[f64], row: &[f64], classes: usize) -> Vec<f64> {
    let columns = weights.len() / classes;
    let score = |of_class: &[f64]| {
        let (bias, own) = of_class.split_last().expect("a bias at least");
        own.iter().zip(row).map(|(weight, value)| weight * value).sum::<f64>() + bias
    };
    weights.chunks_exact(columns).map(score).collect()
}

/// The slope of the loss.
fn gradient(weights: &[f64], data: &Features) -> Vec<f64> {
    let (columns, count) = (data.dimension + 1, data.count() as f64);
    let mut gradient = vec![0.0; weights.len()];
    for (row, &label) in data.labels.iter().enumerate() {
        let values = data.row(row);
        let mut parts = logits(weights, values, data.classes);
        let largest = parts.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        parts.iter_mut().for_each(|part| *part = libm::exp(*part - largest));
        let sum: f64 = parts.iter().sum();
        for (class, slope) in gradient.chunks_exact_mut(columns).enumerate() {
            let is = f64::from(u8::from(class == usize::from(label)));
            let error = (parts[class] / sum - is) / count;
            for (slope, value) in slope.iter_mut().zip(values) {
                *slope += error * value;
            }
            slope[columns - 1] += error;
        }
    }
    for (at, (slope, weight)) in gradient.iter_mut().zip(weights).enumerate() {
        if at % columns != columns - 1 {
            *slope += weight / count;
        }
    }
    gradient
}

/// Of `X'X / n`, by power iterations.
fn largest_eigenvalue(data: &Features) -> f64 {
    let columns = data.dimension + 1;
    let mut vector = vec![1.0 / (columns as f64).sqrt(); columns];
    let mut value = 1.0;
    for _ in 0..ITERATIONS {
        let mut product = vec![0.0; columns];
        for row in 0..data.count() {
            let values = data.row(row);
            let along = logits(&vector, values, 1)[0];
            product.iter_mut().zip(values).for_each(|(sum, value)| *sum += along * value);
            product[columns - 1] += along;
        }
        let length = product.iter().map(|part| part * part).sum::<f64>().sqrt();
        value = length / data.count() as f64;
        if length == 0.0 {
            break;
        }
        vector = product.iter().map(|part| part / length).collect();
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(values: &[f64], labels: &[u8]) -> Features {
        Features { values: values.to_vec(), dimension: 1, labels: labels.to_vec(), classes: 2 }
    }

    /// scikit-learn's weights for the same rows, of its binary model: the difference of both
    /// classes here, of which each has half with the opposite sign. The penalty of two halves is
    /// half that of the whole, so its model has `C = 2`.
    #[test]
    fn weights_are_those_of_scikit_learn() {
        let data = line(&[-1.5, -0.5, 0.2, 0.9, 1.1, -0.3], &[0, 0, 1, 1, 1, 1]);
        let model = Logistic::fit(&data);
        let [a, b] = [0, 1].map(|at| model.weights[2 + at] - model.weights[at]);
        assert!((a - SLOPE).abs() < 1e-4 && (b - BIAS).abs() < 1e-4, "{a} {b}");
        assert!((model.weights[0] + model.weights[2]).abs() < 1e-9);
    }

    const SLOPE: f64 = 1.437_923_73;
    const BIAS: f64 = 0.929_576_12;

    #[test]
    fn two_sides_are_told_apart() {
        let data = line(&[-2.0, -1.0, 1.0, 2.0], &[1, 1, 0, 0]);
        assert_eq!(Logistic::fit(&data).accuracy(&data), 1.0);
    }

    /// By hand: of the rows (1, 1) and (-1, 1), X'X / 2 is the identity.
    #[test]
    fn the_eigenvalue_is_of_the_moments() {
        let value = largest_eigenvalue(&line(&[1.0, -1.0], &[0, 1]));
        assert!((value - 1.0).abs() < 1e-9, "{value}");
    }
}
