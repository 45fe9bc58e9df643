//! Multi-layer perceptrons: their numbers on the host, and their forward and backward pass on a burn device.
//!
//! The numbers live in plain vectors that this crate owns, so that a checkpoint is a list of named tensors and Adam one loop.
//! For each step they are [bound](Mlp::bind) to the device, burn computes outputs and gradients, and the vectors are updated.

use crate::random::{Purpose, stream, uniform};
use burn::prelude::*;
use burn::tensor::{Gradients, TensorData, activation, module};
use gan_core::Activation;

/// Added to the variance in batch normalization.
pub const NORM_EPSILON: f64 = 1e-5;

/// A named tensor.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// `<layer>.weight`, `.bias`, `.gain` or `.shift`.
    pub name: String,
    /// `[inputs, outputs]` for weights, `[outputs]` for the others.
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
}

/// A network and its numbers: for each layer weight and bias, or weight, gain and shift.
#[derive(Debug, Clone, PartialEq)]
pub struct Mlp {
    /// First to last.
    pub layers: Vec<Dense>,
    /// Layer after layer.
    pub params: Vec<Param>,
}

impl Mlp {
    /// A new network: weights and biases evenly distributed over `+-1/sqrt(inputs)` (PyTorch's default), gain 1, shift 0.
    pub fn new(layers: Vec<Dense>, seed: u64, purpose: Purpose) -> Self {
        let mut params = Vec::new();
        for (index, layer) in layers.iter().enumerate() {
            let &Dense { inputs, outputs, batch_norm, .. } = layer;
            let bound = 1.0 / (inputs as f32).sqrt();
            let mut rng = stream(seed, purpose, index as u64);
            let mut push = |name: &str, shape: Vec<usize>, values: Vec<f32>| {
                params.push(Param { name: format!("{index}.{name}"), shape, values });
            };
            push("weight", vec![inputs, outputs], uniform(inputs * outputs, bound, &mut rng));
            if batch_norm {
                push("gain", vec![outputs], vec![1.0; outputs]);
                push("shift", vec![outputs], vec![0.0; outputs]);
            } else {
                push("bias", vec![outputs], uniform(outputs, bound, &mut rng));
            }
        }
        Self { layers, params }
    }

    /// The same network with other numbers.
    pub fn with_params(&self, params: Vec<Param>) -> Self {
        Self { layers: self.layers.clone(), params }
    }

    /// Each layer with its params: two without, three with normalization.
    pub fn layers_with_params(&self) -> impl Iterator<Item = (&Dense, &[Param])> {
        let mut rest = self.params.as_slice();
        self.layers.iter().map(move |layer| {
            let (params, after) = rest.split_at(if layer.batch_norm { 3 } else { 2 });
            rest = after;
            (layer, params)
        })
    }

    /// Puts the numbers on `device`. With `track`, gradients of all of them are recorded.
    pub fn bind(&self, device: &Device, track: bool) -> BoundMlp {
        let layers = self.layers_with_params().map(|(layer, params)| {
            let weight = tensor(&params[0], device).set_require_grad(track);
            let vectors = params[1..].iter().map(|param| tensor(param, device).set_require_grad(track)).collect();
            BoundDense { activation: layer.activation, weight, vectors }
        });
        BoundMlp { layers: layers.collect() }
    }
}

fn tensor<const D: usize>(param: &Param, device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(param.values.clone(), param.shape.clone()), device)
}

/// A network on a device.
#[derive(Debug)]
pub struct BoundMlp {
    layers: Vec<BoundDense>,
}

#[derive(Debug)]
struct BoundDense {
    activation: Activation,
    weight: Tensor<2>,
    /// Bias; or gain and shift.
    vectors: Vec<Tensor<1>>,
}

impl BoundMlp {
    /// The outputs `[batch, outputs]` for the inputs `[batch, inputs]`. Batch normalization uses this batch's statistics.
    pub fn forward(&self, inputs: Tensor<2>) -> Tensor<2> {
        self.layers.iter().fold(inputs, |x, layer| {
            let x = match layer.vectors.as_slice() {
                [gain, shift] => {
                    let sums = module::linear(x, layer.weight.clone(), None);
                    module::batch_norm_train(sums, gain.clone(), shift.clone(), NORM_EPSILON).output
                }
                bias => module::linear(x, layer.weight.clone(), bias.first().cloned()),
            };
            activate(x, layer.activation)
        })
    }

    /// The gradients of all params, in their order.
    pub fn gradients(&self, gradients: &mut Gradients) -> Vec<Vec<f32>> {
        let mut values = Vec::new();
        for layer in &self.layers {
            values.push(gradient(&layer.weight, gradients));
            values.extend(layer.vectors.iter().map(|vector| gradient(vector, gradients)));
        }
        values
    }
}

fn gradient<const D: usize>(tensor: &Tensor<D>, gradients: &mut Gradients) -> Vec<f32> {
    let gradient = tensor.grad_remove(gradients).expect("every bound tensor takes part in the loss");
    gradient.try_into_vec_as().expect("gradients are f32, as the params")
}

fn activate(x: Tensor<2>, activation: Activation) -> Tensor<2> {
    match activation {
        Activation::Linear => x,
        Activation::Relu => activation::relu(x),
        // The same function as leaky_relu, whose backward pass in burn 0.22 masks element by element.
        Activation::LeakyRelu(slope) => activation::relu(x.clone()) * (1.0 - slope) + x * slope,
        // tanh(x) = 2 sigmoid(2 x) - 1: burn's tanh calls libm for each element.
        Activation::Tanh => activation::sigmoid(x * 2.0) * 2.0 - 1.0,
        Activation::Sigmoid => activation::sigmoid(x),
    }
}
