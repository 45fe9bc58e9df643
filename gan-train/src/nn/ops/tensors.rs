//! The operations on burn's `Tensor`s, dispatched to the device that these are on.

use super::{AdamStep, GanOps, portable};
use crate::nn::act::Act;
use crate::nn::cut::Cut;
use burn::backend::Dispatch;
use burn::tensor::{Int, Tensor};

/// A fully connected layer: `act(x weights + bias)`. Differentiable.
pub fn linear_act(
    x: Tensor<2>,
    weights: Tensor<2>,
    bias: Tensor<1>,
    act: Act,
    cut: Cut,
) -> Tensor<2> {
    let [x, weights] = [x, weights].map(Tensor::into_dispatch);
    let bias = bias.into_dispatch();
    Tensor::from_dispatch(<Dispatch as GanOps>::linear_act(x, weights, bias, act, cut))
}

/// The same for `x` with `labels` to its right: weights are `[inputs + classes, columns]`.
pub fn labelled_linear_act(
    x: Tensor<2>,
    labels: Tensor<2>,
    weights: Tensor<2>,
    bias: Tensor<1>,
    act: Act,
    cut: Cut,
) -> Tensor<2> {
    let [x, labels, weights] = [x, labels, weights].map(Tensor::into_dispatch);
    let bias = bias.into_dispatch();
    let y = <Dispatch as GanOps>::labelled_linear_act(x, labels, weights, bias, act, cut);
    Tensor::from_dispatch(y)
}

/// `x weights`. Differentiable.
pub fn product(x: Tensor<2>, weights: Tensor<2>, cut: Cut) -> Tensor<2> {
    let [x, weights] = [x, weights].map(Tensor::into_dispatch);
    Tensor::from_dispatch(<Dispatch as GanOps>::product(x, weights, cut))
}

/// Batch normalization over the rows, and an activation. Differentiable.
pub fn norm_act(x: Tensor<2>, gain: Tensor<1>, shift: Tensor<1>, act: Act, cut: Cut) -> Tensor<2> {
    let (x, [gain, shift]) = (x.into_dispatch(), [gain, shift].map(Tensor::into_dispatch));
    Tensor::from_dispatch(<Dispatch as GanOps>::norm_act(x, gain, shift, act, cut))
}

/// One update by Adam: the new parameter and its new moments. In place on the CPU if nothing else
/// holds these tensors.
pub fn adam<const D: usize>(
    param: Tensor<D>,
    gradient: Tensor<D>,
    first: Tensor<D>,
    second: Tensor<D>,
    step: AdamStep,
) -> [Tensor<D>; 3] {
    let [param, gradient, first, second] =
        [param, gradient, first, second].map(Tensor::into_dispatch);
    let (param, first, second) = <Dispatch as GanOps>::adam(param, gradient, first, second, step);
    [param, first, second].map(Tensor::from_dispatch)
}

/// The same, and the parameter's average after the new parameter.
pub fn adam_average<const D: usize>(
    param: Tensor<D>,
    gradient: Tensor<D>,
    [first, second]: [Tensor<D>; 2],
    average: Tensor<D>,
    step: AdamStep,
    decay: f32,
) -> [Tensor<D>; 4] {
    let [param, gradient, first, second, average] =
        [param, gradient, first, second, average].map(Tensor::into_dispatch);
    let (param, first, second, average) =
        <Dispatch as GanOps>::adam_average(param, gradient, first, second, average, step, decay);
    [param, first, second, average].map(Tensor::from_dispatch)
}

/// The exponential moving average after `param`. In place on the CPU if nothing else holds it.
pub fn average<const D: usize>(average: Tensor<D>, param: Tensor<D>, decay: f32) -> Tensor<D> {
    let [average, param] = [average, param].map(Tensor::into_dispatch);
    Tensor::from_dispatch(<Dispatch as GanOps>::average(average, param, decay))
}

/// `x` perturbed by `sigma` up or down, as the bits say: see [`GanOps::add_signs`].
pub fn add_signs(x: Tensor<2>, words: Tensor<2, Int>, sigma: f32) -> Tensor<2> {
    let (x, words) = (x.into_dispatch(), words.into_dispatch());
    Tensor::from_dispatch(<Dispatch as GanOps>::add_signs(x, words, sigma))
}

/// The sum of the ranks' tensors `x`, number by number. Nothing is recorded.
pub fn over_ranks<const D: usize>(x: Tensor<D>, cut: Cut) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as GanOps>::over_ranks(x.into_dispatch(), cut))
}

/// The derivative of an activation as a function of what it `kept`, in differentiable operations.
pub fn slope_of(kept: Tensor<2>, act: Act) -> Tensor<2> {
    Tensor::from_dispatch(portable::slope::<Dispatch>(kept.into_dispatch(), act))
}

/// An activation in operations that burn records one by one.
pub fn portable_activate(x: Tensor<2>, act: Act) -> Tensor<2> {
    Tensor::from_dispatch(portable::activate::<Dispatch>(x.into_dispatch(), act))
}
