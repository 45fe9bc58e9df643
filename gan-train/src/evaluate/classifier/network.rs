//! The classifier's network: two convolutions of 3x3 with pooling, 64 features, one logit a label.

use crate::random::{Purpose, stream, uniform};
use burn::prelude::*;
use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use burn::tensor::{Gradients, TensorData, activation::relu, module};

/// Features of an image: the outputs of the last hidden layer.
pub const FEATURES: usize = 64;
/// Channels of the two convolutions.
const CHANNELS: [usize; 2] = [16, 32];
/// Side of their kernels.
const KERNEL: usize = 3;

/// A named tensor.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// `<layer>.weight` or `<layer>.bias`.
    pub name: &'static str,
    /// `[out, in, 3, 3]` for a convolution's weights, `[in, out]` for a fully connected layer's, `[out]` for biases.
    pub shape: Vec<usize>,
    /// Row-major.
    pub values: Vec<f32>,
}

/// The names and shapes of all tensors for images of this size.
pub fn shapes(width: usize, height: usize, classes: u16) -> [(&'static str, Vec<usize>); 8] {
    let [first, second] = CHANNELS;
    let (width, height) = pooled(pooled((width, height)));
    [
        ("convolution1.weight", vec![first, 1, KERNEL, KERNEL]),
        ("convolution1.bias", vec![first]),
        ("convolution2.weight", vec![second, first, KERNEL, KERNEL]),
        ("convolution2.bias", vec![second]),
        ("features.weight", vec![width * height * second, FEATURES]),
        ("features.bias", vec![FEATURES]),
        ("logits.weight", vec![FEATURES, classes.into()]),
        ("logits.bias", vec![classes.into()]),
    ]
}

/// Size after pooling, which images of less than 8 pixels a side are too small for.
fn pooled((width, height): (usize, usize)) -> (usize, usize) {
    if width.min(height) < 8 { (width, height) } else { (width.div_ceil(2), height.div_ceil(2)) }
}

/// First numbers: weights evenly distributed with variance 2 / inputs (He et al. 2015), biases 0.
pub fn init(width: usize, height: usize, classes: u16, seed: u64) -> Vec<Param> {
    let params = shapes(width, height, classes).into_iter().enumerate().map(|(index, (name, shape))| {
        let count = shape.iter().product();
        let inputs = match shape.len() {
            4 => shape[1..].iter().product(),
            _ => shape[0],
        };
        let bound = (6.0 / inputs as f32).sqrt();
        let weights = || uniform(count, bound, &mut stream(seed, Purpose::Classifier, index as u64));
        let values = if shape.len() > 1 { weights() } else { vec![0.0; count] };
        Param { name, shape, values }
    });
    params.collect()
}

/// The network on a device.
#[derive(Debug)]
pub struct Network {
    convolutions: [(Tensor<4>, Tensor<1>); 2],
    features: (Tensor<2>, Tensor<1>),
    logits: (Tensor<2>, Tensor<1>),
}

impl Network {
    /// Puts the numbers on `device`, in the order of [`shapes`]. With `track`, gradients of all of them are recorded.
    pub fn bind(params: &[Param], device: &Device, track: bool) -> Self {
        Self {
            convolutions: [
                (tensor(&params[0], device, track), tensor(&params[1], device, track)),
                (tensor(&params[2], device, track), tensor(&params[3], device, track)),
            ],
            features: (tensor(&params[4], device, track), tensor(&params[5], device, track)),
            logits: (tensor(&params[6], device, track), tensor(&params[7], device, track)),
        }
    }

    /// Images `[n, 1, height, width]` of pixels in 0..=1 to features `[n, 64]`, none negative.
    pub fn features(&self, images: Tensor<4>) -> Tensor<2> {
        let x = self.convolutions.iter().fold(images, |x, (weight, bias)| {
            let border = KERNEL / 2;
            let x = module::conv2d(x, weight.clone(), Some(bias.clone()), ConvOptions::new([1; 2], [border; 2], [1; 2], 1));
            let [.., height, width] = x.dims();
            // Pooling first: the same numbers, on a quarter of the pixels.
            let pool = pooled((width, height)) != (width, height);
            relu(if pool { module::max_pool2d(x, MaxPoolOptions::new([2; 2]).with_ceil_mode(true)) } else { x })
        });
        relu(module::linear(x.flatten(1, 3), self.features.0.clone(), Some(self.features.1.clone())))
    }

    /// Features `[n, 64]` to logits `[n, labels]`.
    pub fn logits(&self, features: Tensor<2>) -> Tensor<2> {
        module::linear(features, self.logits.0.clone(), Some(self.logits.1.clone()))
    }

    /// The gradients of all params, in their order.
    pub fn gradients(&self, gradients: &mut Gradients) -> Vec<Vec<f32>> {
        let mut values = Vec::new();
        for (weight, bias) in &self.convolutions {
            values.extend([gradient(weight, gradients), gradient(bias, gradients)]);
        }
        for (weight, bias) in [&self.features, &self.logits] {
            values.extend([gradient(weight, gradients), gradient(bias, gradients)]);
        }
        values
    }
}

fn tensor<const D: usize>(param: &Param, device: &Device, track: bool) -> Tensor<D> {
    Tensor::from_data(TensorData::new(param.values.clone(), param.shape.clone()), device).set_require_grad(track)
}

fn gradient<const D: usize>(tensor: &Tensor<D>, gradients: &mut Gradients) -> Vec<f32> {
    let gradient = tensor.grad_remove(gradients).expect("every bound tensor takes part in the loss");
    gradient.try_into_vec_as().expect("gradients are f32, as the params")
}
