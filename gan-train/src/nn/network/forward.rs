//! From inputs to outputs, remembering what the way back needs.

use super::norm::{self, Normalized};
use super::{Dense, Mlp, Param};
use crate::nn::matrix::{Matrix, Product};
use crate::nn::simd::{self, Simd, WithSimd, vectorized};
use crate::random::{Purpose, stream};
use burn::prelude::Device;
use gan_core::Activation;
use rand_core::Rng;
use rand_pcg::Pcg64Mcg;

/// How a pass treats what depends on the batch.
#[derive(Debug, Clone, Copy)]
pub struct Mode {
    /// The rows are so many batches of one size, each normalized by itself.
    pub groups: usize,
    /// Seed and index of the dropout's random numbers; `None` leaves nothing out.
    pub dropout: Option<(u64, u64)>,
}

/// What a forward pass leaves behind.
#[derive(Debug, Default)]
pub struct Tape {
    /// The network's inputs, a row each.
    pub(super) input: Matrix,
    pub(super) layers: Vec<LayerTape>,
}

#[derive(Debug)]
pub(super) struct LayerTape {
    pub output: Matrix,
    pub normalized: Option<Normalized>,
    /// What each output was multiplied by in dropout: 0, or `1 / (1 - p)`.
    pub mask: Option<Vec<f32>>,
}

impl Tape {
    /// The network's outputs.
    pub fn output(&self) -> &Matrix {
        self.layers.last().map_or(&self.input, |layer| &layer.output)
    }

    pub(super) fn input_of(&mut self, layer: usize) -> &mut Matrix {
        match layer.checked_sub(1) {
            Some(before) => &mut self.layers[before].output,
            None => &mut self.input,
        }
    }
}

impl Mlp {
    /// `[row][input]` to `[row][output]`. The numbers stay as they are; they are borrowed for the
    /// products.
    pub fn forward(&mut self, input: Matrix, mode: Mode, device: &Device) -> Tape {
        let offsets = self.offsets();
        let mut tape = Tape { input, layers: Vec::with_capacity(self.layers.len()) };
        for (index, layer) in self.layers.iter().enumerate() {
            let params = &mut self.params[offsets[index]..offsets[index + 1]];
            let scale = self.spectral.get(index).map_or(1.0, |spectral| 1.0 / spectral.sigma);
            let sums = params[0].product(tape.input_of(index), device);
            tape.layers.push(layer.finish(sums, &params[1..], scale, mode, index));
        }
        tape
    }
}

impl Param {
    /// `x w`, `w` being this matrix.
    pub(super) fn product(&mut self, x: &mut Matrix, device: &Device) -> Matrix {
        self.lend(|weight| x.product(weight, Product::Plain, device))
    }

    /// `x wᵀ`
    pub(super) fn product_transposed(&mut self, x: &mut Matrix, device: &Device) -> Matrix {
        /// Rows from which on the first way is the faster one. Products are written row after row,
        /// for which the right factor's columns are copied next to each other; with few rows to
        /// share them, copying the columns of `wᵀ` is a quarter of the time.
        const MANY: usize = 256;
        let many = x.rows() >= MANY;
        self.lend(|weight| match many {
            true => x.product(weight, Product::TransposedRight, device),
            false => weight.product(x, Product::TransposedRight, device).transposed(),
        })
    }

    fn lend(&mut self, product: impl FnOnce(&mut Matrix) -> Matrix) -> Matrix {
        let mut weight =
            Matrix::new(self.shape[0], self.shape[1], std::mem::take(&mut self.values));
        let result = product(&mut weight);
        self.values = weight.into_values();
        result
    }
}

impl Dense {
    /// What follows the product: bias or normalization, activation, dropout.
    fn finish(
        &self,
        mut sums: Matrix,
        vectors: &[Param],
        scale: f32,
        mode: Mode,
        index: usize,
    ) -> LayerTape {
        let columns = self.outputs;
        let normalized = if self.batch_norm {
            let rows = sums.rows() / mode.groups;
            if scale != 1.0 {
                simd::scale(sums.values_mut(), columns, scale);
            }
            let normalized = norm::forward(&mut sums, rows, &vectors[0].values, &vectors[1].values);
            activate(self.activation, &mut sums, None, 1.0);
            Some(normalized)
        } else {
            activate(self.activation, &mut sums, Some(&vectors[0].values), scale);
            None
        };
        let mask = match mode.dropout {
            Some((seed, step)) if self.dropout > 0.0 => {
                let mask = mask(
                    self.dropout,
                    sums.values().len(),
                    mode.groups,
                    stream(seed, Purpose::Dropout, step * 64 + index as u64),
                );
                sums.values_mut()
                    .iter_mut()
                    .zip(&mask)
                    .for_each(|(value, factor)| *value *= factor);
                Some(mask)
            }
            _ => None,
        };
        LayerTape { output: sums, normalized, mask }
    }
}

/// `y = f(scale x + bias)` in place.
fn activate(activation: Activation, x: &mut Matrix, bias: Option<&[f32]>, scale: f32) {
    match activation {
        Activation::Linear => apply(x, bias, scale, |x| x),
        // Not `max`, which makes 0 of what is not a number.
        Activation::Relu => apply(x, bias, scale, |x| if x <= 0.0 { 0.0 } else { x }),
        // The same as a comparison with 0 for slopes up to 1.
        Activation::LeakyRelu(slope) => apply(x, bias, scale, move |x| x.max(slope * x)),
        Activation::Tanh => apply(x, bias, scale, simd::tanh),
        Activation::Sigmoid => apply(x, bias, scale, simd::sigmoid),
    }
}

fn apply(x: &mut Matrix, bias: Option<&[f32]>, scale: f32, f: impl Fn(f32) -> f32 + Copy + Sync) {
    struct Apply<'a, F>(&'a mut [f32], Option<&'a [f32]>, f32, F);
    impl<F: Fn(f32) -> f32> WithSimd for Apply<'_, F> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            let Self(values, bias, scale, f) = self;
            match bias {
                Some(bias) => {
                    for row in values.chunks_exact_mut(bias.len()) {
                        row.iter_mut().zip(bias).for_each(|(x, bias)| *x = f(scale * *x + bias));
                    }
                }
                None => values.iter_mut().for_each(|x| *x = f(*x)),
            }
        }
    }
    let columns = x.columns();
    simd::rows(x.values_mut(), columns, |_, values| vectorized(Apply(values, bias, scale, f)));
}

/// 0 with probability `p`, else `1 / (1 - p)`, so that the mean stays. The same in each group: only
/// then is the difference between two of them one of their inputs.
fn mask(p: f32, len: usize, groups: usize, mut rng: Pcg64Mcg) -> Vec<f32> {
    let (threshold, kept) = ((f64::from(p) * 4_294_967_296.0) as u32, 1.0 / (1.0 - p));
    let one: Vec<f32> =
        (0..len / groups).map(|_| if rng.next_u32() < threshold { 0.0 } else { kept }).collect();
    one.repeat(groups)
}
