//! Spectral normalization (Miyato et al. 2018): weights divided by their largest singular value,
//! which power iteration follows.

use super::{Mlp, Param};
use crate::nn::matrix::Matrix;
use crate::random::{Purpose, extend_normal, stream};

/// Iterations when training begins; later one a step follows the weights.
const FIRST_ITERATIONS: usize = 15;

/// What [`Mlp::iterate`] finds of a layer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spectral {
    /// The largest singular value.
    pub(super) sigma: f32,
    /// Its right singular vector.
    v: Vec<f32>,
}

impl Mlp {
    /// Switches the normalization on, from random vectors.
    pub fn with_spectral_norm(mut self, seed: u64) -> Self {
        for (index, layer) in self.layers.iter().enumerate() {
            let mut vector = Vec::with_capacity(layer.inputs);
            extend_normal(
                &mut vector,
                layer.inputs,
                &mut stream(seed, Purpose::Spectral, index as u64),
            );
            self.singular.push(Param::new(index, "singular", vec![layer.inputs], vector));
        }
        (0..FIRST_ITERATIONS).for_each(|_| self.iterate());
        self
    }

    /// One power iteration of every layer, with the weights as they are: `v = Wᵀu/|Wᵀu|`, `u =
    /// Wv/|Wv|`, `sigma = |Wv|`.
    ///
    /// To be called before each step: what it finds is not saved. Does nothing without spectral
    /// normalization.
    pub fn iterate(&mut self) {
        let offsets = self.offsets();
        self.spectral.clear();
        for (index, u) in self.singular.iter_mut().enumerate() {
            let weight = &self.params[offsets[index]];
            let v = normalized(transposed_times(&weight.values, &u.values)).0;
            let (vector, sigma) = normalized(times(&weight.values, &v));
            u.values = vector;
            self.spectral.push(Spectral { sigma, v });
        }
    }
}

/// From the gradient of the normalized weights (divided by sigma already) to that of the weights
/// themselves: `(G - (G . W/sigma) u vᵀ) / sigma`, as `d sigma = uᵀ dW v`.
pub(super) fn correct(
    gradient: &mut Matrix,
    weight: &[f32],
    u: &[f32],
    Spectral { sigma, v }: &Spectral,
) {
    let products = gradient.values().iter().zip(weight).map(|(&g, &w)| f64::from(g) * f64::from(w));
    let along = (products.sum::<f64>() / f64::from(*sigma)) as f32;
    for (row, u) in gradient.values_mut().chunks_exact_mut(v.len()).zip(u) {
        row.iter_mut().zip(v).for_each(|(g, v)| *g -= along * u * v);
    }
}

/// `Wᵀ u`, `W` being `[inputs][outputs]`.
fn transposed_times(weight: &[f32], u: &[f32]) -> Vec<f32> {
    let outputs = weight.len() / u.len();
    let mut sums = vec![0.0; outputs];
    for (row, u) in weight.chunks_exact(outputs).zip(u) {
        sums.iter_mut().zip(row).for_each(|(sum, w)| *sum += u * w);
    }
    sums
}

/// `W v`
fn times(weight: &[f32], v: &[f32]) -> Vec<f32> {
    weight.chunks_exact(v.len()).map(|row| row.iter().zip(v).map(|(w, v)| w * v).sum()).collect()
}

/// The vector with length 1, and its length.
fn normalized(mut vector: Vec<f32>) -> (Vec<f32>, f32) {
    let length =
        vector.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt().max(1e-12) as f32;
    vector.iter_mut().for_each(|x| *x /= length);
    (vector, length)
}
