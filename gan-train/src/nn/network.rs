//! Multi-layer perceptrons: their numbers, and their forward and backward pass.
//!
//! The numbers live in plain vectors that this crate owns, so that a checkpoint is a list of named
//! tensors and an optimizer one loop. Products of matrices are burn's; what lies between them is a
//! few loops, each written with its derivative beside it. Written out like this, a step does not
//! pay for recording a graph, and gradients of the input gradient (R1, WGAN-GP) are had, which
//! burn's autodiff does not give.

mod backward;
mod forward;
mod input_gradient;
mod norm;
mod spectral;
#[cfg(test)]
mod tests;

pub use backward::Update;
pub use forward::{Mode, Tape};

use crate::random::{Purpose, stream, uniform};
use gan_core::Activation;

/// Added to the variance in batch normalization.
pub const NORM_EPSILON: f64 = 1e-5;

/// A named tensor.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// `<layer>.weight`, `.bias`, `.gain`, `.shift` or `.singular`.
    pub name: String,
    /// `[inputs, outputs]` for weights, `[outputs]` for the others (`[inputs]` for `.singular`).
    pub shape: Vec<usize>,
    /// Row-major.
    pub values: Vec<f32>,
}

/// A fully connected layer's shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dense {
    /// Numbers that come in.
    pub inputs: usize,
    /// Numbers that go out.
    pub outputs: usize,
    /// What follows the sum (and the normalization).
    pub activation: Activation,
    /// Whether batch normalization with gain and shift stands in the bias's place.
    pub batch_norm: bool,
    /// Part of the outputs that is left out in training.
    pub dropout: f32,
}

/// A network and its numbers: for each layer weight and bias, or weight, gain and shift.
#[derive(Debug, Clone, PartialEq)]
pub struct Mlp {
    /// First to last.
    pub layers: Vec<Dense>,
    /// Layer after layer: what an optimizer changes.
    pub params: Vec<Param>,
    /// Left singular vectors of the weights with spectral normalization, else none.
    pub singular: Vec<Param>,
    /// What power iteration found; empty without spectral normalization.
    pub(crate) spectral: Vec<spectral::Spectral>,
}

impl Param {
    fn new(layer: usize, name: &str, shape: Vec<usize>, values: Vec<f32>) -> Self {
        Self { name: format!("{layer}.{name}"), shape, values }
    }

    /// Whether it is a matrix of weights, which penalties are for.
    pub fn is_weight(&self) -> bool {
        self.shape.len() == 2
    }
}

impl Mlp {
    /// A new network: weights and biases evenly distributed over `+-1/sqrt(inputs)` (PyTorch's
    /// default), gain 1, shift 0.
    pub fn new(layers: Vec<Dense>, seed: u64, purpose: Purpose) -> Self {
        let mut params = Self::shapes(&layers);
        let mut rest = params.as_mut_slice();
        for (index, layer) in layers.iter().enumerate() {
            let (of_layer, after) = rest.split_at_mut(layer.params());
            rest = after;
            let bound = 1.0 / (layer.inputs as f32).sqrt();
            let mut rng = stream(seed, purpose, index as u64);
            of_layer[0].values = uniform(layer.inputs * layer.outputs, bound, &mut rng);
            if layer.batch_norm {
                (of_layer[1].values, of_layer[2].values) =
                    (vec![1.0; layer.outputs], vec![0.0; layer.outputs]);
            } else {
                of_layer[1].values = uniform(layer.outputs, bound, &mut rng);
            }
        }
        Self { layers, params, singular: Vec::new(), spectral: Vec::new() }
    }

    /// The params of such layers, still without numbers.
    pub fn shapes(layers: &[Dense]) -> Vec<Param> {
        let shapes = |(index, layer): (usize, &Dense)| {
            let weight = Param::new(index, "weight", vec![layer.inputs, layer.outputs], Vec::new());
            let vectors: &[&str] = if layer.batch_norm { &["gain", "shift"] } else { &["bias"] };
            let vectors = vectors
                .iter()
                .map(move |name| Param::new(index, name, vec![layer.outputs], Vec::new()));
            [weight].into_iter().chain(vectors).collect::<Vec<_>>()
        };
        layers.iter().enumerate().flat_map(shapes).collect()
    }

    /// How many numbers such layers have.
    pub fn numbers(layers: &[Dense]) -> usize {
        Self::shapes(layers).iter().map(|param| param.shape.iter().product::<usize>()).sum()
    }

    /// A network of these layers with other numbers.
    pub fn with_params(&self, params: Vec<Param>) -> Self {
        Self { params, layers: self.layers.clone(), singular: Vec::new(), spectral: Vec::new() }
    }

    /// Each layer with its params: two without, three with normalization.
    pub fn layers_with_params(&self) -> impl Iterator<Item = (&Dense, &[Param])> {
        let mut rest = self.params.as_slice();
        self.layers.iter().map(move |layer| {
            let (params, after) = rest.split_at(layer.params());
            rest = after;
            (layer, params)
        })
    }

    /// Where each layer's params begin.
    fn offsets(&self) -> Vec<usize> {
        let ends = self.layers.iter().scan(0, |end, layer| {
            *end += layer.params();
            Some(*end)
        });
        [0].into_iter().chain(ends).collect()
    }
}

impl Dense {
    /// Weight and bias, or weight, gain and shift.
    fn params(&self) -> usize {
        if self.batch_norm { 3 } else { 2 }
    }
}
