//! A small network that learns from rows: numbers-64-classes.

use super::features::Features;
use crate::nn::act::Act;
use crate::nn::mlp::{LayerShape, Mlp, Pass};
use crate::nn::params::read;
use crate::random::{Purpose, below, stream};
use burn::module::Module;
use burn::optim::{AdamConfig, GradientsParams};
use burn::prelude::*;
use burn::tensor::{TensorData, loss::cross_entropy_with_logits};

/// Units of the hidden layer.
const HIDDEN: usize = 64;
/// Rows of a step, drawn with replacement: there may be fewer rows than that.
const BATCH: usize = 64;
/// Steps, whatever the number of rows.
const STEPS: u64 = 1500;
/// Adam's learning rate.
const RATE: f64 = 1e-3;
/// Index of the rows' random numbers: those below are the layers'.
const ROWS: u64 = 1000;

/// A trained network.
pub(super) struct MlpModel(Mlp);

impl MlpModel {
    /// Trains on rows that are standardized, by cross-entropy and Adam.
    pub fn train(data: &Features, seed: u64) -> Self {
        let layer = |inputs, outputs, act| LayerShape {
            inputs,
            outputs,
            act,
            batch_norm: false,
            dropout: 0.0,
        };
        let shapes =
            [layer(data.dimension, HIDDEN, Act::Relu), layer(HIDDEN, data.classes, Act::Linear)];
        let device = Device::flex().autodiff();
        let mut network = Mlp::new(&shapes, seed, Purpose::Utility, &device);
        let mut optimizer = AdamConfig::new().init();
        let mut rng = stream(seed, Purpose::Utility, ROWS);
        for _ in 0..STEPS {
            let rows: Vec<usize> = (0..BATCH).map(|_| below(data.count(), &mut rng)).collect();
            let mut targets = vec![0.0f32; BATCH * data.classes];
            for (at, &row) in rows.iter().enumerate() {
                targets[at * data.classes + usize::from(data.labels[row])] = 1.0;
            }
            let targets = TensorData::new(targets, [BATCH, data.classes]);
            let targets = Tensor::<2>::from_data(targets, &device);
            let logits = network.forward(inputs(data, &rows, &device), Pass::PLAIN);
            let loss = cross_entropy_with_logits(logits, targets);
            let gradients = GradientsParams::from_grads(loss.backward(), &network);
            network = optimizer.step(RATE, network, gradients);
        }
        Self(network.valid())
    }

    /// The part of the rows, in the scaling of those that it was trained on, that it gets right.
    pub fn accuracy(&self, data: &Features) -> f64 {
        let all: Vec<usize> = (0..data.count()).collect();
        let logits = self.0.forward(inputs(data, &all, &Device::flex()), Pass::PLAIN);
        let scores: Vec<f64> = read(logits).into_iter().map(f64::from).collect();
        data.accuracy(&scores)
    }
}

fn inputs(data: &Features, rows: &[usize], device: &Device) -> Tensor<2> {
    let values = rows.iter().flat_map(|&row| data.row(row)).map(|&value| value as f32);
    let values = TensorData::new(values.collect::<Vec<f32>>(), [rows.len(), data.dimension]);
    Tensor::from_data(values, device)
}
