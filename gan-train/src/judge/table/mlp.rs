//! A small network that learns from rows: numbers-64-classes.

use super::features::Features;
use crate::judge::learner::Learner;
use crate::nn::mlp::{Mlp, Pass};
use crate::nn::params::read;
use crate::random::{Purpose, below, stream};
use burn::prelude::*;
use burn::tensor::TensorData;

/// Units of the hidden layer.
const HIDDEN: usize = 64;
/// Rows of a step, drawn with replacement: there may be fewer rows than that.
const BATCH: usize = 64;
/// Steps, whatever the number of rows.
const STEPS: u64 = 1500;
/// Index of the rows' random numbers: those below are the layers'.
const ROWS: u64 = 1000;

/// A trained network.
pub(super) struct MlpModel(Mlp);

impl MlpModel {
    /// Trains on rows that are standardized, by cross-entropy and Adam.
    pub fn train(data: &Features, seed: u64) -> Self {
        let device = Device::flex().autodiff();
        let mut learner = Learner::new([data.dimension, HIDDEN, data.classes], seed, &device);
        let mut rng = stream(seed, Purpose::Utility, ROWS);
        for _ in 0..STEPS {
            let rows: Vec<usize> = (0..BATCH).map(|_| below(data.count(), &mut rng)).collect();
            let mut targets = vec![0.0f32; BATCH * data.classes];
            for (at, &row) in rows.iter().enumerate() {
                targets[at * data.classes + usize::from(data.labels[row])] = 1.0;
            }
            let targets = TensorData::new(targets, [BATCH, data.classes]);
            let targets = Tensor::<2>::from_data(targets, &device);
            learner = learner.step(inputs(data, &rows, &device), targets);
        }
        Self(learner.finish())
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
