//! One layer of a generator of floats.

use crate::nn::act::Act;
use crate::nn::ops::NORM_EPSILON;
use crate::nn::params::LayerParams;
use gan_core::Element;
use gan_core::blob::LayerSpec;

/// A fully connected layer.
#[derive(Debug, Clone)]
pub struct FloatLayer {
    /// Numbers that come in.
    pub inputs: usize,
    /// Numbers that go out.
    pub outputs: usize,
    /// `[input][output]`.
    pub weights: Vec<f32>,
    /// `[class][output]`; one row but in a conditional model's first layer.
    pub bias: Vec<f32>,
    /// The function of each sum.
    pub act: Act,
}

/// Sums and sums of squares of numbers that come in rows.
#[derive(Debug)]
pub(crate) struct Moments {
    count: f64,
    sums: Vec<f64>,
    squares: Vec<f64>,
}

impl Moments {
    pub fn new(columns: usize) -> Self {
        Self { count: 0.0, sums: vec![0.0; columns], squares: vec![0.0; columns] }
    }

    pub fn add(&mut self, rows: &[f32]) {
        for row in rows.chunks_exact(self.sums.len()) {
            self.count += 1.0;
            for ((&x, sum), square) in row.iter().zip(&mut self.sums).zip(&mut self.squares) {
                *sum += f64::from(x);
                *square += f64::from(x) * f64::from(x);
            }
        }
    }

    /// Of a column. What cancels in the variance are f64 made of f32: nothing is lost.
    pub fn mean_and_variance(&self, column: usize) -> (f64, f64) {
        let mean = self.sums[column] / self.count;
        (mean, (self.squares[column] / self.count - mean * mean).max(0.0))
    }
}

impl FloatLayer {
    /// A layer from its parameters. Rows of weights beyond `inputs` belong to one-hot labels, and
    /// become biases; a layer with normalization has none of its own yet.
    pub(super) fn without_norm(inputs: usize, layer: LayerParams<'_>) -> Self {
        let LayerParams { params, shape } = layer;
        let outputs = shape.outputs;
        let (weights, labels) = params[0].values.split_at(inputs * outputs);
        let bias = if params.len() == 2 { params[1].values.clone() } else { vec![0.0; outputs] };
        let bias = if labels.is_empty() {
            bias
        } else {
            let with_bias = |row: &[f32]| {
                row.iter().zip(&bias).map(|(label, bias)| label + bias).collect::<Vec<_>>()
            };
            labels.chunks_exact(outputs).flat_map(with_bias).collect()
        };
        Self { inputs, outputs, weights: weights.to_vec(), bias, act: shape.act }
    }

    /// Folds normalization in, with the mean and variance of this layer's sums.
    pub(super) fn fold_norm(&mut self, gain: &[f32], shift: &[f32], moments: &Moments) {
        for output in 0..self.outputs {
            let (mean, variance) = moments.mean_and_variance(output);
            let factor = f64::from(gain[output]) / (variance + NORM_EPSILON).sqrt();
            self.weights
                .iter_mut()
                .skip(output)
                .step_by(self.outputs)
                .for_each(|w| *w = (f64::from(*w) * factor) as f32);
            for bias in self.bias.iter_mut().skip(output).step_by(self.outputs) {
                *bias = ((f64::from(*bias) - mean) * factor + f64::from(shift[output])) as f32;
            }
        }
    }

    /// Makes a layer of numbers `factor x + offset` one of numbers `x`.
    pub(super) fn fold_inputs(&mut self, (factor, offset): (f32, f32)) {
        for output in 0..self.outputs {
            let weights = self.weights.iter_mut().skip(output).step_by(self.outputs);
            let mut sum = 0.0;
            for weight in weights {
                sum += f64::from(*weight);
                *weight *= factor;
            }
            let added = (f64::from(offset) * sum) as f32;
            let biases = self.bias.iter_mut().skip(output).step_by(self.outputs);
            biases.for_each(|bias| *bias += added);
        }
    }

    /// What a header says of this layer.
    pub fn spec(&self, element: Element, zero_point: u8) -> LayerSpec {
        let (inputs, outputs) = (self.inputs as u16, self.outputs as u16);
        let mut spec = LayerSpec::new(inputs, outputs, element, self.act.in_blob());
        spec.zero_point = zero_point;
        spec
    }

    /// The weights of each output.
    pub fn rows(&self) -> impl Iterator<Item = Vec<f32>> {
        (0..self.outputs)
            .map(|row| self.weights.iter().skip(row).step_by(self.outputs).copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values: by hand, `2 (3 x + 5) + 4 (3 y + 5) + bias` and with weights -1 and 8.
    #[test]
    fn inputs_are_scaled_and_moved() {
        let mut layer = FloatLayer {
            inputs: 2,
            outputs: 2,
            weights: vec![2.0, -1.0, 4.0, 8.0],
            bias: vec![0.5, 1.0, 100.0, 200.0],
            act: Act::Linear,
        };
        layer.fold_inputs((3.0, 5.0));
        assert_eq!(layer.weights, [6.0, -3.0, 12.0, 24.0]);
        assert_eq!(layer.bias, [30.5, 36.0, 130.0, 235.0]);
    }

    /// Expected values: by hand; far from 0, where squares cancel.
    #[test]
    fn mean_and_variance_of_columns() {
        let mut moments = Moments::new(2);
        moments.add(&[1000.0, 1.0, 1002.0, -1.0]);
        moments.add(&[1004.0, 3.0]);
        assert_eq!(moments.mean_and_variance(0).0, 1002.0);
        assert!((moments.mean_and_variance(0).1 - 8.0 / 3.0).abs() < 1e-8);
        assert_eq!(moments.mean_and_variance(1), (1.0, 11.0 / 3.0 - 1.0));
    }
}
