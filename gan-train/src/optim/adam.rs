//! Adam in one pass over the numbers: [`burn::optim::Adam`]'s formula and state by [`ops::adam`].

use super::average::Ema;
use crate::nn::ops::{self, AdamStep};
use burn::optim::{AdamState, AdaptiveMomentumState, LearningRate, Optimizer};
use burn::prelude::*;

/// Adam (Kingma and Ba 2015). burn's own goes through the numbers once for each of its eight
/// operations; see docs/training.md for what that costs.
#[derive(Debug, Clone, Copy)]
pub(super) struct FusedAdam {
    pub beta1: f32,
    pub beta2: f32,
    pub epsilon: f32,
}

impl FusedAdam {
    /// With `g` the gradient, in update `t` from 1: `m = beta1 m + (1 - beta1) g`,
    /// `v = beta2 v + (1 - beta2) g²`, `p -= lr m' / (sqrt(v') + epsilon)` with
    /// `m' = m / (1 - beta1^t)` and `v' = v / (1 - beta2^t)`. Both corrections are folded into the
    /// learning rate and epsilon. The average of `p` moves in the same pass.
    pub fn update<const D: usize>(
        &self,
        lr: LearningRate,
        param: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<AdamState<D>>,
        average: Option<Ema<D>>,
    ) -> (Tensor<D>, AdamState<D>, Option<Tensor<D>>) {
        let Self { beta1, beta2, epsilon } = *self;
        let (time, first, second) = match state {
            Some(AdamState { momentum }) => {
                (momentum.time + 1, momentum.moment_1, momentum.moment_2)
            }
            None => (1, param.zeros_like(), param.zeros_like()),
        };
        let exponent = i32::try_from(time).unwrap_or(i32::MAX);
        let correction = (1.0 - f64::from(beta2).powi(exponent)).sqrt();
        let step = AdamStep {
            beta1,
            beta2,
            lr: (lr * correction / (1.0 - f64::from(beta1).powi(exponent))) as f32,
            epsilon: (f64::from(epsilon) * correction) as f32,
        };
        let ([param, first, second], average) = match average {
            Some(Ema { of, decay }) => {
                let moments = [first, second];
                let [param, first, second, average] =
                    ops::adam_average(param, gradient, moments, of, step, decay);
                ([param, first, second], Some(average))
            }
            None => (ops::adam(param, gradient, first, second, step), None),
        };
        (param, AdamState::new(AdaptiveMomentumState::new(time, first, second)), average)
    }
}

impl Optimizer for FusedAdam {
    type State<const D: usize> = AdamState<D>;

    fn step<const D: usize>(
        &self,
        lr: LearningRate,
        param: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<AdamState<D>>,
    ) -> (Tensor<D>, Option<AdamState<D>>) {
        let (param, state, _) = self.update(lr, param, gradient, state, None);
        (param, Some(state))
    }

    fn to_device<const D: usize>(mut state: AdamState<D>, device: &Device) -> AdamState<D> {
        state.momentum = state.momentum.to_device(device);
        state
    }
}
