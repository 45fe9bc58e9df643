//! From the gradient of the outputs to those of the numbers and of the inputs.

use super::forward::Tape;
use super::norm;
use super::{Mlp, Param, forward::LayerTape};
use crate::nn::matrix::{Matrix, Product};
use crate::nn::simd::{self, Simd, WithSimd, vectorized};
use burn::prelude::Device;
use gan_core::Activation;

/// Gets a param's index, the param, the gradient of some of its numbers, and where in the param
/// they begin.
pub type Update<'u> = dyn FnMut(usize, &mut Param, &Matrix, usize) + 'u;

impl Mlp {
    /// The gradients of all params for the gradient of the outputs, in the params' order.
    pub fn gradients(&mut self, tape: &mut Tape, outputs: Matrix, device: &Device) -> Vec<Matrix> {
        let zeros = |param: &Param| Matrix::zeros(1, param.values.len());
        let mut gradients: Vec<Matrix> = self.params.iter().map(zeros).collect();
        let collect = &mut |index: usize, _: &mut Param, gradient: &Matrix, first: usize| {
            let gradient = gradient.values();
            gradients[index].values_mut()[first..first + gradient.len()].copy_from_slice(gradient);
        };
        self.backward(tape, outputs, Some(collect), false, device);
        gradients
    }

    /// Calls `update` for all params, last layer first, and for large ones in parts. A param may be
    /// changed: what depends on its old numbers is computed by then.
    pub fn train(
        &mut self,
        tape: &mut Tape,
        outputs: Matrix,
        device: &Device,
        update: &mut Update<'_>,
    ) {
        self.backward(tape, outputs, Some(update), false, device);
    }

    /// The gradient of the inputs for the gradient of the outputs.
    pub fn input_gradient(&mut self, tape: &mut Tape, outputs: Matrix, device: &Device) -> Matrix {
        self.backward(tape, outputs, None, true, device)
    }

    /// Hands the params' gradients to `update` if there is one; returns the gradient of the inputs
    /// if it is wanted, else nothing useful.
    fn backward(
        &mut self,
        tape: &mut Tape,
        mut gradient: Matrix,
        mut update: Option<&mut Update<'_>>,
        want_input: bool,
        device: &Device,
    ) -> Matrix {
        let offsets = self.offsets();
        for (index, layer) in self.layers.iter().enumerate().rev() {
            let params = &mut self.params[offsets[index]..offsets[index + 1]];
            let layer_tape = &tape.layers[index];
            layer_tape.before_activation(layer.activation, &mut gradient);
            let columns = gradient.columns();
            let vectors = match &layer_tape.normalized {
                Some(normalized) => {
                    let (gain, shift) =
                        norm::backward(normalized, &params[1].values, &mut gradient);
                    vec![gain, shift]
                }
                None if update.is_some() => {
                    vec![simd::column_sums(gradient.values(), columns, |g| g)]
                }
                None => Vec::new(),
            };
            let spectral = self.spectral.get(index);
            if let Some(spectral) = spectral {
                simd::scale(gradient.values_mut(), columns, 1.0 / spectral.sigma);
            }
            let next = (index > 0 || want_input)
                .then(|| params[0].product_transposed(&mut gradient, device));
            if let Some(update) = &mut update {
                let offset = offsets[index];
                let input = tape.input_of(index);
                if let Some(spectral) = spectral {
                    let mut weight = input.product(&mut gradient, Product::TransposedLeft, device);
                    super::spectral::correct(
                        &mut weight,
                        &params[0].values,
                        &self.singular[index].values,
                        spectral,
                    );
                    update(offset, &mut params[0], &weight, 0);
                } else {
                    input.transposed_product(&mut gradient, device, |row, part| {
                        update(offset, &mut params[0], &part, row * columns);
                    });
                }
                for (at, vector) in (1..).zip(vectors) {
                    update(offset + at, &mut params[at], &Matrix::new(1, vector.len(), vector), 0);
                }
            }
            if let Some(next) = next {
                gradient = next;
            }
        }
        gradient
    }
}

impl LayerTape {
    /// Multiplies the gradient of the layer's outputs by the derivative of dropout and activation.
    pub(super) fn before_activation(&self, activation: Activation, gradient: &mut Matrix) {
        match activation {
            Activation::Linear => self.apply(gradient, |_| 1.0),
            Activation::Relu => self.apply(gradient, |y| if y > 0.0 { 1.0 } else { 0.0 }),
            Activation::LeakyRelu(slope) => {
                self.apply(gradient, move |y| if y > 0.0 { 1.0 } else { slope })
            }
            Activation::Tanh => self.apply(gradient, |y| 1.0 - y * y),
            Activation::Sigmoid => self.apply(gradient, |y| y * (1.0 - y)),
        }
    }

    /// `derivative` is that of the activation as a function of its result.
    fn apply(&self, gradient: &mut Matrix, derivative: impl Fn(f32) -> f32 + Copy + Sync) {
        let (columns, y, mask) = (gradient.columns(), self.output.values(), self.mask.as_deref());
        simd::rows(gradient.values_mut(), columns, |first, gradient| {
            let part = first * columns..first * columns + gradient.len();
            vectorized(Chain {
                gradient,
                y: &y[part.clone()],
                mask: mask.map(|mask| &mask[part]),
                derivative,
            });
        });
    }
}

/// The chain rule for a layer's activation and dropout.
struct Chain<'c, F> {
    gradient: &'c mut [f32],
    /// The layer's outputs.
    y: &'c [f32],
    /// What dropout multiplied them by.
    mask: Option<&'c [f32]>,
    derivative: F,
}

impl<F: Fn(f32) -> f32> WithSimd for Chain<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { gradient, y, mask, derivative } = self;
        match mask {
            None => gradient.iter_mut().zip(y).for_each(|(g, &y)| *g *= derivative(y)),
            // Outputs that were left out have no gradient; the others were multiplied after the
            // activation.
            Some(mask) => {
                for ((g, &y), &factor) in gradient.iter_mut().zip(y).zip(mask) {
                    *g = if factor == 0.0 { 0.0 } else { *g * factor * derivative(y / factor) };
                }
            }
        }
    }
}
