//! Multi-layer perceptrons as burn modules.
//!
//! An [`Mlp`] is a list of fully connected layers, each with a bias or with batch normalization,
//! an activation, and dropout. Its first parameters come from the project's own random streams
//! and not from burn's generator, which is one for the whole process.

use super::act::Act;
use super::cut::Cut;
use super::ops;
use crate::random::{Purpose, extend_normal, stream, uniform};
use burn::module::{Module, Param, ParamId};
use burn::nn::Linear;
use burn::prelude::*;
use burn::tensor::TensorData;
use rand_core::Rng;

/// The shape of a fully connected layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerShape {
    /// Numbers that come in.
    pub inputs: usize,
    /// Numbers that go out.
    pub outputs: usize,
    /// The function of each sum (after the normalization).
    pub act: Act,
    /// Whether batch normalization with gain and shift takes the place of the bias.
    pub batch_norm: bool,
    /// Part of the outputs that a training step leaves out.
    pub dropout: f32,
}

/// A network. With labels its inputs end in a label's one-hot vector.
#[derive(Module, Debug)]
pub struct Mlp {
    /// First to last.
    pub layers: Vec<Dense>,
}

/// A fully connected layer.
#[derive(Module, Debug)]
pub struct Dense {
    /// Weights `[inputs, outputs]`, and a bias if there is no normalization.
    pub linear: Linear,
    /// Batch normalization.
    pub norm: Option<Norm>,
    /// Its sizes and functions.
    #[module(skip)]
    pub shape: LayerShape,
}

/// Batch normalization (Ioffe and Szegedy 2015) by the statistics of the batch alone. burn's own
/// layer also keeps running averages of them; here the statistics are measured once, when the
/// trained generator is folded.
#[derive(Module, Debug)]
pub struct Norm {
    /// What the normalized numbers are multiplied by, `[outputs]`.
    pub gamma: Param<Tensor<1>>,
    /// What is then added to them, `[outputs]`.
    pub beta: Param<Tensor<1>>,
}

/// How a forward pass treats what depends on the batch.
#[derive(Debug, Clone)]
pub struct Pass {
    /// The rows are so many batches of one size ([`Cut::joined`]); each is normalized by itself.
    pub groups: usize,
    /// Seed and index of dropout's random numbers; without them nothing is left out.
    pub dropout: Option<(u64, u64)>,
    /// Noise that is added to the results of hidden layers.
    pub noise: Option<Noise>,
    /// The shards of the rows.
    pub cut: Cut,
}

/// Normal noise on the results of hidden layers.
#[derive(Debug, Clone, Copy)]
pub struct Noise {
    /// Its standard deviation.
    pub sigma: f32,
    /// Seed of its random numbers.
    pub seed: u64,
    /// Index of the pass.
    pub pass: u64,
}

impl Noise {
    /// Noise for a matrix: number 0 is the latents, number `i + 1` the results of layer `i`.
    pub fn matrix(
        self,
        number: u64,
        [rows, columns]: [usize; 2],
        device: &Device,
        cut: &Cut,
    ) -> Tensor<2> {
        let mut rng = stream(self.seed, Purpose::GeneratorNoise, self.pass * 64 + number);
        let count = cut.rows_of_batch(rows) * columns;
        let mut noise = Vec::with_capacity(count);
        extend_normal(&mut noise, count, &mut rng);
        let noise = TensorData::new(cut.own(noise), [rows, columns]);
        Tensor::<2>::from_data(noise, &device.clone().inner()) * self.sigma
    }
}

impl Pass {
    /// One batch, without dropout and noise.
    pub const PLAIN: Self = Self { groups: 1, dropout: None, noise: None, cut: Cut::WHOLE };
}

/// What a network sees.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// Numbers, a row for each image.
    pub x: Tensor<2>,
    /// What stands to their right: labels as one-hot vectors.
    pub labels: Option<Tensor<2>>,
}

impl From<Tensor<2>> for Inputs {
    /// Labels, if there are any, are among the numbers already.
    fn from(x: Tensor<2>) -> Self {
        Self { x, labels: None }
    }
}

impl Inputs {
    /// Numbers and labels in one matrix.
    pub fn joined(self) -> Tensor<2> {
        match self.labels {
            Some(labels) => Tensor::cat(vec![self.x, labels], 1),
            None => self.x,
        }
    }
}

impl Mlp {
    /// A new network on `device`. Weights and biases are evenly distributed over `±1/sqrt(inputs)`,
    /// as PyTorch has them; gains are 1 and shifts 0. Parameters require gradients if `device`
    /// records operations.
    pub fn new(shapes: &[LayerShape], seed: u64, purpose: Purpose, device: &Device) -> Self {
        let layers = shapes.iter().enumerate().map(|(index, &shape)| {
            let bound = 1.0 / (shape.inputs as f32).sqrt();
            let mut rng = stream(seed, purpose, index as u64);
            let weights = uniform(shape.inputs * shape.outputs, bound, &mut rng);
            let vectors = if shape.batch_norm {
                vec![vec![1.0; shape.outputs], vec![0.0; shape.outputs]]
            } else {
                vec![uniform(shape.outputs, bound, &mut rng)]
            };
            Dense::new(shape, index, weights, vectors, device)
        });
        Self { layers: layers.collect() }
    }

    /// `[rows, inputs]` to `[rows, outputs]`.
    pub fn forward(&self, x: impl Into<Inputs>, pass: Pass) -> Tensor<2> {
        self.forward_with_features(x, pass).0
    }

    /// The results of the last layer, and of the hidden layer before it: what feature matching
    /// compares.
    pub fn forward_with_features(
        &self,
        x: impl Into<Inputs>,
        pass: Pass,
    ) -> (Tensor<2>, Tensor<2>) {
        let Inputs { x, mut labels } = x.into();
        let (mut features, mut y) = (x.clone(), x);
        for (index, layer) in self.layers.iter().enumerate() {
            features = y.clone();
            y = layer.forward(y, labels.take(), &pass, index);
            if let Some(noise) = pass.noise.filter(|_| index + 1 < self.layers.len()) {
                y = y.clone() + noise.matrix(index as u64 + 1, y.dims(), &y.device(), &pass.cut);
            }
        }
        (y, features)
    }

    /// The shapes of its layers.
    pub fn shapes(&self) -> Vec<LayerShape> {
        self.layers.iter().map(|layer| layer.shape).collect()
    }

    /// How many numbers are trained.
    pub fn numbers(shapes: &[LayerShape]) -> usize {
        let numbers = |shape: &LayerShape| {
            let vectors = if shape.batch_norm { 2 } else { 1 };
            (shape.inputs + vectors) * shape.outputs
        };
        shapes.iter().map(numbers).sum()
    }
}

/// A parameter that is trained. Ids are fixed, so that the same parameter has the same id in every
/// run, and a network and its average share theirs.
pub(crate) fn param<const D: usize>(
    id: usize,
    values: Vec<f32>,
    shape: [usize; D],
    device: &Device,
) -> Param<Tensor<D>> {
    let tensor = Tensor::from_data(TensorData::new(values, shape), device);
    let tensor = if device.is_autodiff() { tensor.require_grad() } else { tensor };
    Param::initialized(ParamId::from(id as u64), tensor)
}

impl Dense {
    /// Layer `index` from its numbers: weights `[inputs, outputs]`, and the bias, or gain and
    /// shift.
    pub(super) fn new(
        shape: LayerShape,
        index: usize,
        weights: Vec<f32>,
        vectors: Vec<Vec<f32>>,
        device: &Device,
    ) -> Self {
        let first = 4 * index;
        let weight = param(first, weights, [shape.inputs, shape.outputs], device);
        let vectors = (first + 1..).zip(vectors);
        let mut vectors = vectors.map(|(id, values)| param(id, values, [shape.outputs], device));
        let (one, two) = (vectors.next(), vectors.next());
        match (one, two) {
            (Some(gamma), Some(beta)) => Self {
                linear: Linear { weight, bias: None },
                norm: Some(Norm { gamma, beta }),
                shape,
            },
            (bias, _) => Self { linear: Linear { weight, bias }, norm: None, shape },
        }
    }

    fn forward(
        &self,
        x: Tensor<2>,
        labels: Option<Tensor<2>>,
        pass: &Pass,
        index: usize,
    ) -> Tensor<2> {
        let (weights, act) = (self.linear.weight.val(), self.shape.act);
        let cut = pass.cut.clone();
        let y = match (&self.norm, &self.linear.bias, labels) {
            (Some(norm), _, labels) => {
                let x = Inputs { x, labels }.joined();
                norm.forward(ops::product(x, weights, cut), pass, act)
            }
            (None, Some(bias), Some(labels)) => {
                ops::labelled_linear_act(x, labels, weights, bias.val(), act, cut)
            }
            (None, Some(bias), None) => ops::linear_act(x, weights, bias.val(), act, cut),
            (None, None, _) => unreachable!("a layer has a bias or is normalized"),
        };
        match self.mask(&y, pass, index) {
            Some(mask) => y * mask,
            None => y,
        }
    }

    /// What dropout multiplies the layer's results by; nothing without dropout. It is the same for
    /// each group of rows: only then is the difference between two groups' results one of their
    /// inputs.
    pub(super) fn mask(&self, y: &Tensor<2>, pass: &Pass, index: usize) -> Option<Tensor<2>> {
        let (seed, step) = pass.dropout.filter(|_| self.shape.dropout > 0.0)?;
        let [rows, columns] = y.dims();
        let rows = rows / pass.groups;
        let mut rng = stream(seed, Purpose::Dropout, step * 64 + index as u64);
        let p = self.shape.dropout;
        let (threshold, kept) = ((f64::from(p) * 4_294_967_296.0) as u32, 1.0 / (1.0 - p));
        let factor = |_| if rng.next_u32() < threshold { 0.0 } else { kept };
        let mask: Vec<f32> = (0..pass.cut.rows_of_batch(rows) * columns).map(factor).collect();
        let mask = TensorData::new(pass.cut.own(mask), [rows, columns]);
        let mask = Tensor::<2>::from_data(mask, &y.device());
        Some(pass.cut.joined(vec![mask; pass.groups]))
    }
}

impl Norm {
    fn forward(&self, x: Tensor<2>, pass: &Pass, act: Act) -> Tensor<2> {
        let Pass { groups, cut, .. } = pass;
        let one = |x| ops::norm_act(x, self.gamma.val(), self.beta.val(), act, cut.clone());
        match *groups {
            1 => one(x),
            groups => {
                let normed = |index| one(cut.group(&x, groups, index));
                cut.joined((0..groups).map(normed).collect())
            }
        }
    }
}
