//! The gradient of a network's only output with respect to its inputs, as an expression that can
//! be differentiated itself: what the exact penalties R1, R2 and WGAN-GP are functions of.
//!
//! burn's autodiff is of first order: gradients are not recorded. So the backward pass is written
//! as what it is, a chain of products, `v = ((1 s_n) W_nᵀ s_(n-1)) W_(n-1)ᵀ ...` with the slopes
//! `s` of the activations, in tensor operations that burn records and differentiates once.

use super::act::Act;
use super::mlp::{Mlp, Norm};
use super::ops;
use super::ops::{NORM_EPSILON, slope_of};
use burn::prelude::*;

/// What the way back through a layer needs.
struct Step {
    weights: Tensor<2>,
    /// The activation's slope; nothing for the identity.
    slope: Option<Tensor<2>>,
    normalized: Option<Normalized>,
}

/// Batch normalization: `gain (x - mean) / deviation + shift`.
struct Normalized {
    normal: Tensor<2>,
    /// `gain / deviation` of each column, `[1, columns]`.
    factor: Tensor<2>,
}

impl Mlp {
    /// `d sum(D(x)) / dx` for inputs `x` `[rows, inputs]`, without dropout. In a network with batch
    /// normalization a row's output depends on the other rows as well.
    pub fn input_gradient(&self, x: Tensor<2>) -> Tensor<2> {
        let rows = x.dims()[0];
        let mut y = x;
        let mut steps = Vec::new();
        for layer in &self.layers {
            let (weights, act) = (layer.linear.weight.val(), layer.shape.act);
            let sums = y.matmul(weights.clone());
            let (sums, normalized) = match (&layer.norm, &layer.linear.bias) {
                (Some(norm), _) => norm.recorded(sums),
                (None, Some(bias)) => (sums + bias.val().unsqueeze(), None),
                (None, None) => (sums, None),
            };
            y = ops::portable_activate(sums.clone(), act);
            let kept = if act.needs_sums() { sums } else { y.clone() };
            // A constant slope's derivative is 0: the way back need not go through it.
            let kept = if act.is_piecewise_linear() { kept.detach() } else { kept };
            let slope = (act != Act::Linear).then(|| slope_of(kept, act));
            steps.push(Step { weights, slope, normalized });
        }
        let v = Tensor::<2>::ones([rows, 1], &y.device());
        steps.into_iter().rev().fold(v, |v, step| step.back(v))
    }
}

impl Step {
    fn back(self, v: Tensor<2>) -> Tensor<2> {
        let v = match self.slope {
            Some(slope) => v * slope,
            None => v,
        };
        let v = match self.normalized {
            // As in `ops::portable::norm_backward`.
            Some(Normalized { normal, factor }) => {
                let along = (v.clone() * normal.clone()).mean_dim(0);
                (v.clone() - v.mean_dim(0) - normal * along) * factor
            }
            None => v,
        };
        v.matmul(self.weights.transpose())
    }
}

impl Norm {
    /// The layer in recorded operations.
    fn recorded(&self, x: Tensor<2>) -> (Tensor<2>, Option<Normalized>) {
        let centred = x.clone() - x.mean_dim(0);
        let deviation = (centred.clone().square().mean_dim(0) + NORM_EPSILON).sqrt();
        let normal = centred / deviation.clone();
        let gain: Tensor<2> = self.gamma.val().unsqueeze();
        let y = normal.clone() * gain.clone() + self.beta.val().unsqueeze();
        (y, Some(Normalized { normal, factor: gain / deviation }))
    }
}
