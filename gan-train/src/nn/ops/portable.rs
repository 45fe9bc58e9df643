//! The operations in burn's own tensor operations: they run on every device, and where they are
//! recorded they can be differentiated any number of times.

mod activations;

pub use activations::{activate, activate_and_keep, slope};

use super::ranks::over_ranks;
use super::{AdamStep, Cut, LayerKernels, NORM_EPSILON, Normed};
use crate::nn::act::Act;
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, FloatDType, IntDType, Shape, TensorMetadata};

#[cfg(test)]
std::thread_local! {
    /// Whether flex runs these bodies in place of its loops, on this thread.
    pub static FORCED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Whether a test wants flex to run these bodies in place of its loops.
#[cfg(test)]
pub fn forced() -> bool {
    FORCED.get()
}

/// Whether a test wants flex to run these bodies in place of its loops: never outside tests.
#[cfg(not(test))]
pub const fn forced() -> bool {
    false
}

/// `[columns]` as `[1, columns]`, which burn stretches over all rows.
fn row<B: Backend>(vector: FloatTensor<B>) -> FloatTensor<B> {
    let columns = vector.shape().num_elements();
    B::float_reshape(vector, Shape::from(vec![1, columns]))
}

/// `[1, columns]` as `[columns]`.
fn vector<B: Backend>(row: FloatTensor<B>) -> FloatTensor<B> {
    let columns = row.shape().num_elements();
    B::float_reshape(row, Shape::from(vec![columns]))
}

pub fn bias_act<B: Backend>(
    x: FloatTensor<B>,
    bias: FloatTensor<B>,
    act: Act,
) -> (FloatTensor<B>, FloatTensor<B>) {
    activate_and_keep::<B>(B::float_add(x, row::<B>(bias)), act)
}

/// A product and the device's own [`LayerKernels::bias_act`].
pub fn linear_act<B: LayerKernels>(
    x: FloatTensor<B>,
    weights: FloatTensor<B>,
    bias: FloatTensor<B>,
    act: Act,
    cut: &Cut,
) -> (FloatTensor<B>, FloatTensor<B>) {
    B::bias_act(B::product(x, weights, cut), bias, act)
}

/// The same with labels to the right of `x`.
pub fn labelled_linear_act<B: LayerKernels>(
    x: FloatTensor<B>,
    labels: FloatTensor<B>,
    weights: FloatTensor<B>,
    bias: FloatTensor<B>,
    act: Act,
    cut: &Cut,
) -> (FloatTensor<B>, FloatTensor<B>) {
    B::bias_act(B::labelled_product(x, labels, weights, cut), bias, act)
}

/// Rows `first..end` of a matrix.
fn rows<B: Backend>(x: FloatTensor<B>, first: usize, end: usize) -> FloatTensor<B> {
    let columns = x.shape()[1];
    B::float_slice(x, &[(first..end).into(), (0..columns).into()])
}

pub fn labelled_product<B: Backend>(
    x: FloatTensor<B>,
    labels: FloatTensor<B>,
    weights: FloatTensor<B>,
) -> FloatTensor<B> {
    let [inputs, all] = [x.shape()[1], weights.shape()[0]];
    let of_x = B::float_matmul(x, rows::<B>(weights.clone(), 0, inputs));
    B::float_add(of_x, B::float_matmul(labels, rows::<B>(weights, inputs, all)))
}

pub fn weights_backward<B: Backend>(
    x: FloatTensor<B>,
    labels: Option<FloatTensor<B>>,
    g: FloatTensor<B>,
    cut: &Cut,
) -> FloatTensor<B> {
    let of_x = B::linear_weight_backward(x, g.clone());
    let all = match labels {
        Some(labels) => B::float_cat(vec![of_x, B::linear_weight_backward(labels, g)], 0),
        None => of_x,
    };
    over_ranks::<B>(all, cut)
}

/// The sum of each column over the rows of all ranks, `[1, columns]`.
fn sums<B: Backend>(x: FloatTensor<B>, cut: &Cut) -> FloatTensor<B> {
    over_ranks::<B>(B::float_sum_dim(x, 0), cut)
}

/// The mean of each column over the rows of all ranks, `[1, columns]`.
fn means<B: Backend>(x: FloatTensor<B>, cut: &Cut) -> FloatTensor<B> {
    let mean = B::float_mean_dim(x, 0);
    match cut.ranks().count() {
        1 => mean,
        ranks => B::float_div_scalar(over_ranks::<B>(mean, cut), (ranks as f64).into()),
    }
}

pub fn norm_act<B: Backend>(
    x: FloatTensor<B>,
    gain: FloatTensor<B>,
    shift: FloatTensor<B>,
    act: Act,
    cut: &Cut,
) -> Normed<B> {
    let centred = B::float_sub(x.clone(), means::<B>(x, cut));
    let variance = means::<B>(B::float_mul(centred.clone(), centred.clone()), cut);
    let deviation = B::float_sqrt(B::float_add_scalar(variance, NORM_EPSILON.into()));
    let inverse = B::float_recip(deviation);
    let normal = B::float_mul(centred, inverse.clone());
    let scaled = B::float_mul(normal.clone(), row::<B>(gain));
    let (y, kept) = activate_and_keep::<B>(B::float_add(scaled, row::<B>(shift)), act);
    Normed { y, kept, normal, inverse: vector::<B>(inverse) }
}

pub fn act_backward<B: Backend>(
    g: FloatTensor<B>,
    kept: FloatTensor<B>,
    act: Act,
) -> FloatTensor<B> {
    if act == Act::Linear { g } else { B::float_mul(g, slope::<B>(kept, act)) }
}

pub fn column_sums<B: Backend>(g: FloatTensor<B>, cut: &Cut) -> FloatTensor<B> {
    vector::<B>(sums::<B>(g, cut))
}

pub fn inputs_backward<B: Backend>(
    weights: FloatTensor<B>,
    g: FloatTensor<B>,
    inputs: usize,
) -> FloatTensor<B> {
    let all = weights.shape()[0];
    let weights = if inputs < all { rows::<B>(weights, 0, inputs) } else { weights };
    B::float_matmul(g, B::float_swap_dims(weights, 0, 1))
}

/// With `n` the normalized input, per column: `gain / deviation (g - mean(g) - n mean(g n))` is
/// the input's gradient, `sum(g n)` that of the gain and `sum(g)` that of the shift.
pub fn norm_backward<B: Backend>(
    g: FloatTensor<B>,
    normal: FloatTensor<B>,
    inverse: FloatTensor<B>,
    gain: FloatTensor<B>,
    cut: &Cut,
) -> [FloatTensor<B>; 3] {
    let rows = 1.0 / cut.rows_of_pass(g.shape()[0]) as f64;
    let products = sums::<B>(B::float_mul(g.clone(), normal.clone()), cut);
    let sums = sums::<B>(g.clone(), cut);
    let mean = B::float_mul_scalar(sums.clone(), rows.into());
    let along = B::float_mul(normal, B::float_mul_scalar(products.clone(), rows.into()));
    let inner = B::float_sub(B::float_sub(g, mean), along);
    let factor = row::<B>(B::float_mul(gain, inverse));
    [B::float_mul(inner, factor), vector::<B>(products), vector::<B>(sums)]
}

pub fn adam<B: Backend>(
    param: FloatTensor<B>,
    gradient: FloatTensor<B>,
    [first, second]: [FloatTensor<B>; 2],
    step: AdamStep,
) -> (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>) {
    let AdamStep { beta1, beta2, lr, epsilon } = step;
    // `decay moment + (1 - decay) x`
    let decayed = |moment, decay: f32, x| {
        let old = B::float_mul_scalar(moment, decay.into());
        B::float_add(old, B::float_mul_scalar(x, (1.0 - decay).into()))
    };
    let square = B::float_mul(gradient.clone(), gradient.clone());
    let (first, second) = (decayed(first, beta1, gradient), decayed(second, beta2, square));
    let deviation = B::float_add_scalar(B::float_sqrt(second.clone()), epsilon.into());
    let change = B::float_div(B::float_mul_scalar(first.clone(), lr.into()), deviation);
    (B::float_sub(param, change), first, second)
}

pub fn average<B: Backend>(
    average: FloatTensor<B>,
    param: FloatTensor<B>,
    decay: f32,
) -> FloatTensor<B> {
    let change = B::float_sub(param, average.clone());
    B::float_add(average, B::float_mul_scalar(change, (1.0 - decay).into()))
}

pub fn add_signs<B: Backend>(x: FloatTensor<B>, words: IntTensor<B>, sigma: f32) -> FloatTensor<B> {
    let [rows, columns, count] = [x.shape()[0], x.shape()[1], words.shape()[1]];
    // Each word 32 times, shifted by the number of its bit.
    let words = B::int_reshape(words, Shape::from(vec![rows, count, 1]));
    let device = words.device();
    let dtype = IntDType::from(words.dtype());
    let bits = B::int_arange(0..32, &device, dtype);
    let bits = B::int_expand(
        B::int_reshape(bits, Shape::from(vec![1, 1, 32])),
        Shape::from(vec![rows, count, 32]),
    );
    let words = B::int_expand(words, Shape::from(vec![rows, count, 32]));
    let bits = B::bitwise_and_scalar(B::bitwise_right_shift(words, bits), 1.into());
    let bits = B::int_reshape(bits, Shape::from(vec![rows, 32 * count]));
    let bits = B::int_into_float(bits, FloatDType::F32);
    let bits = B::float_slice(bits, &[(0..rows).into(), (0..columns).into()]);
    let signs = B::float_add_scalar(B::float_mul_scalar(bits, (-2.0 * sigma).into()), sigma.into());
    B::float_add(x, signs)
}
