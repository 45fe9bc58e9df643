//! The operations that a training step spends its time in, as a burn backend extension.
//!
//! Each has a portable body of burn's own tensor operations (`portable`), which runs on every
//! device, and a body of loops for burn's CPU backend flex (`flex`). Layers are differentiable:
//! `autodiff` has their backward passes, which again are [`LayerKernels`] of the device. The
//! functions of `tensors` are what the rest of the crate calls.

mod autodiff;
mod devices;
mod flex;
mod gemm;
mod loops;
pub(crate) mod portable;
mod ranks;
mod tensors;
#[cfg(test)]
mod tests;

pub use tensors::*;

use super::act::Act;
use super::cut::Cut;
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, backend_extension};

/// Added to the variance in batch normalization.
pub const NORM_EPSILON: f64 = 1e-5;

/// What [`LayerKernels::norm_act`] computes: `[rows, columns]` but for `inverse`.
pub struct Normed<B: Backend> {
    /// The layer's results.
    pub y: FloatTensor<B>,
    /// What [`LayerKernels::act_backward`] wants: `y`, or the activation's inputs.
    pub kept: FloatTensor<B>,
    /// `(x - mean) / sqrt(variance + epsilon)`
    pub normal: FloatTensor<B>,
    /// `1 / sqrt(variance + epsilon)` of each column, `[columns]`.
    pub inverse: FloatTensor<B>,
}

/// The constants of one update by Adam (Kingma and Ba 2015), with both bias corrections folded in.
#[derive(Debug, Clone, Copy)]
pub struct AdamStep {
    /// Decay of the first moment.
    pub beta1: f32,
    /// Decay of the second moment.
    pub beta2: f32,
    /// The learning rate times `sqrt(1 - beta2^t) / (1 - beta1^t)` in update `t`.
    pub lr: f32,
    /// Epsilon times `sqrt(1 - beta2^t)`.
    pub epsilon: f32,
}

/// Parts of layers and of their backward passes on one device, without recording anything.
///
/// `x` and `g` are `[rows, columns]`; `g` is the gradient of the loss with respect to a layer's
/// results. Vectors are `[columns]`. Sums over rows are those of all shards of all ranks, as a
/// [`Cut`] says; a device that has portable bodies only takes the rows of a rank for one shard.
pub trait LayerKernels: Backend {
    /// `x weights`
    fn product(x: FloatTensor<Self>, weights: FloatTensor<Self>, _cut: &Cut) -> FloatTensor<Self> {
        Self::float_matmul(x, weights)
    }

    /// `x` with `labels` to its right, times the weights.
    fn labelled_product(
        x: FloatTensor<Self>,
        labels: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        _cut: &Cut,
    ) -> FloatTensor<Self> {
        portable::labelled_product::<Self>(x, labels, weights)
    }

    /// `xᵀ g`: the gradient of a product's right factor, the weights. With labels, those of `x`
    /// with `labels` to its right.
    fn weights_backward(
        x: FloatTensor<Self>,
        labels: Option<FloatTensor<Self>>,
        g: FloatTensor<Self>,
        cut: &Cut,
    ) -> FloatTensor<Self> {
        portable::weights_backward::<Self>(x, labels, g, cut)
    }

    /// `act(x + bias)`, and what [`Self::act_backward`] wants of it.
    fn bias_act(
        x: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        act: Act,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        portable::bias_act::<Self>(x, bias, act)
    }

    /// `act(gain (x - mean) / sqrt(variance + epsilon) + shift)` with the mean and the variance of
    /// each column over the rows.
    fn norm_act(
        x: FloatTensor<Self>,
        gain: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        act: Act,
        cut: &Cut,
    ) -> Normed<Self> {
        portable::norm_act::<Self>(x, gain, shift, act, cut)
    }

    /// `g` times the derivative of the activation.
    fn act_backward(g: FloatTensor<Self>, kept: FloatTensor<Self>, act: Act) -> FloatTensor<Self> {
        portable::act_backward::<Self>(g, kept, act)
    }

    /// The sum of each column.
    fn column_sums(g: FloatTensor<Self>, cut: &Cut) -> FloatTensor<Self> {
        portable::column_sums::<Self>(g, cut)
    }

    /// `g wᵀ`: the gradient of a product's left factor `x` of so many `inputs`. The weights may
    /// have more rows, for labels.
    fn inputs_backward(
        weights: FloatTensor<Self>,
        g: FloatTensor<Self>,
        inputs: usize,
        _cut: &Cut,
    ) -> FloatTensor<Self> {
        portable::inputs_backward::<Self>(weights, g, inputs)
    }

    /// The gradients of the normalization's input, of its gain and of its shift.
    fn norm_backward(
        g: FloatTensor<Self>,
        normal: FloatTensor<Self>,
        inverse: FloatTensor<Self>,
        gain: FloatTensor<Self>,
        cut: &Cut,
    ) -> [FloatTensor<Self>; 3] {
        portable::norm_backward::<Self>(g, normal, inverse, gain, cut)
    }
}

/// The operations as burn dispatches them: layers, which are differentiable, and updates in place.
#[cfg_attr(
    not(any(feature = "wgpu", feature = "cuda")),
    backend_extension(Flex, NdArray: cfg(feature = "ndarray"), Autodiff)
)]
#[cfg_attr(
    any(feature = "wgpu", feature = "cuda"),
    backend_extension(
        Flex,
        NdArray: cfg(feature = "ndarray"),
        Cube: cfg(any(feature = "wgpu", feature = "cuda")),
        Autodiff
    )
)]
pub trait GanOps: Backend {
    /// `act(x weights + bias)` for `x` `[rows, inputs]`, weights `[inputs, columns]` and a bias
    /// `[columns]`.
    fn linear_act(
        x: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        act: Act,
        cut: Cut,
    ) -> FloatTensor<Self>;

    /// The same for `x` with `labels` to its right, without putting them there. Labels have no
    /// gradient.
    fn labelled_linear_act(
        x: FloatTensor<Self>,
        labels: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        act: Act,
        cut: Cut,
    ) -> FloatTensor<Self>;

    /// `x weights`, for a layer whose normalization follows.
    fn product(x: FloatTensor<Self>, weights: FloatTensor<Self>, cut: Cut) -> FloatTensor<Self>;

    /// Batch normalization and an activation: see [`LayerKernels::norm_act`].
    fn norm_act(
        x: FloatTensor<Self>,
        gain: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        act: Act,
        cut: Cut,
    ) -> FloatTensor<Self>;

    /// One update by Adam: the new parameter and its new moments.
    fn adam(
        param: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        step: AdamStep,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        portable::adam::<Self>(param, gradient, [first, second], step)
    }

    /// The same, and the parameter's average moved towards the new parameter as by
    /// [`Self::average`].
    fn adam_average(
        param: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        average: FloatTensor<Self>,
        step: AdamStep,
        decay: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let (param, first, second) = Self::adam(param, gradient, first, second, step);
        let average = Self::average(average, param.clone(), decay);
        (param, first, second, average)
    }

    /// `average + (1 - decay) (param - average)`
    fn average(
        average: FloatTensor<Self>,
        param: FloatTensor<Self>,
        decay: f32,
    ) -> FloatTensor<Self> {
        portable::average::<Self>(average, param, decay)
    }

    /// `x` with `sigma` added where a bit is 0 and taken away where it is 1. `words` are
    /// `[rows, n]`; bit `k` of a row's word `i` is for column `32 i + k`.
    fn add_signs(x: FloatTensor<Self>, words: IntTensor<Self>, sigma: f32) -> FloatTensor<Self> {
        portable::add_signs::<Self>(x, words, sigma)
    }

    /// The sum of the tensors `x` of all ranks. Nothing is recorded.
    fn over_ranks(x: FloatTensor<Self>, cut: Cut) -> FloatTensor<Self> {
        ranks::over_ranks::<Self>(x, &cut)
    }
}
