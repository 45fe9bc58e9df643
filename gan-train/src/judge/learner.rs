//! A network of one hidden layer while it learns labels, by cross-entropy and Adam: what the
//! classifiers of images and of a table's rows have in common.

use crate::nn::act::Act;
use crate::nn::mlp::{LayerShape, Mlp, Pass};
use crate::random::Purpose;
use burn::module::Module;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::prelude::*;
use burn::tensor::loss::cross_entropy_with_logits;

/// Adam's learning rate.
const RATE: f64 = 1e-3;

/// The network and the optimizer's state.
pub(super) struct Learner {
    network: Mlp,
    optimizer: ModuleOptimizer,
}

impl Learner {
    /// A network of so many inputs, hidden units with ReLU, and labels.
    pub fn new([inputs, hidden, labels]: [usize; 3], seed: u64, device: &Device) -> Self {
        let layer = |inputs, outputs, act| LayerShape {
            inputs,
            outputs,
            act,
            batch_norm: false,
            dropout: 0.0,
        };
        let shapes = [layer(inputs, hidden, Act::Relu), layer(hidden, labels, Act::Linear)];
        let network = Mlp::new(&shapes, seed, Purpose::Utility, device);
        Self { network, optimizer: AdamConfig::new().init() }
    }

    /// Learns from inputs, `[rows, inputs]`, and their labels as one-hot vectors, `[rows, labels]`.
    pub fn step(mut self, inputs: Tensor<2>, targets: Tensor<2>) -> Self {
        let logits = self.network.forward(inputs, Pass::PLAIN);
        let loss = cross_entropy_with_logits(logits, targets);
        let gradients = GradientsParams::from_grads(loss.backward(), &self.network);
        self.network = self.optimizer.step(RATE, self.network, gradients);
        self
    }

    /// The network as it has learned, for use.
    pub fn finish(self) -> Mlp {
        self.network.valid()
    }
}
