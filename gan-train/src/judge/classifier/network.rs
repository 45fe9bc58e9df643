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
    /// `[out, in, 3, 3]` for a convolution's weights, `[in, out]` for a fully connected layer's,
    /// `[out]` for biases.
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
    let params =
        shapes(width, height, classes).into_iter().enumerate().map(|(index, (name, shape))| {
            let count = shape.iter().product();
            let inputs = match shape.len() {
                4 => shape[1..].iter().product(),
                _ => shape[0],
            };
            let bound = (6.0 / inputs as f32).sqrt();
            let weights =
                || uniform(count, bound, &mut stream(seed, Purpose::Classifier, index as u64));
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
    /// Puts the numbers on `device`, in the order of [`shapes`]. With `track`, gradients of all of
    /// them are recorded.
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
            let x = module::conv2d(
                x,
                weight.clone(),
                Some(bias.clone()),
                ConvOptions::new([1; 2], [border; 2], [1; 2], 1),
            );
            let [.., height, width] = x.dims();
            // Pooling first: the same numbers, on a quarter of the pixels.
            let pool = pooled((width, height)) != (width, height);
            relu(if pool {
                module::max_pool2d(x, MaxPoolOptions::new([2; 2]).with_ceil_mode(true))
            } else {
                x
            })
        });
        relu(module::linear(
            x.flatten(1, 3),
            self.features.0.clone(),
            Some(self.features.1.clone()),
        ))
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
    Tensor::from_data(TensorData::new(param.values.clone(), param.shape.clone()), device)
        .set_require_grad(track)
}

fn gradient<const D: usize>(tensor: &Tensor<D>, gradients: &mut Gradients) -> Vec<f32> {
    let gradient =
        tensor.grad_remove(gradients).expect("every bound tensor takes part in the loss");
    gradient.try_into_vec_as().expect("gradients are f32, as the params")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(
        values: &[f64],
        [channels, height, width]: [usize; 3],
        channel: usize,
        y: isize,
        x: isize,
    ) -> Option<f64> {
        assert_eq!(values.len(), channels * height * width);
        let inside = (0..height as isize).contains(&y) && (0..width as isize).contains(&x);
        inside.then(|| values[(channel * height + y as usize) * width + x as usize])
    }

    /// Convolution, ReLU and pooling of one image by their definitions; the new values and shape.
    fn convolve(
        x: &[f64],
        shape: [usize; 3],
        weight: &Param,
        bias: &Param,
    ) -> (Vec<f64>, [usize; 3]) {
        let [inputs, height, width] = shape;
        let mut sums = Vec::new();
        for (output, bias) in bias.values.iter().enumerate() {
            for (y, x0) in
                (0..height as isize).flat_map(|y| (0..width as isize).map(move |x| (y, x)))
            {
                let mut sum = f64::from(*bias);
                for (index, &weight) in
                    weight.values[output * inputs * 9..(output + 1) * inputs * 9].iter().enumerate()
                {
                    let (channel, dy, dx) =
                        (index / 9, (index / 3 % 3) as isize - 1, (index % 3) as isize - 1);
                    sum +=
                        f64::from(weight) * at(x, shape, channel, y + dy, x0 + dx).unwrap_or(0.0);
                }
                sums.push(sum.max(0.0));
            }
        }
        let shape = [bias.values.len(), height, width];
        let (to_width, to_height) = pooled((width, height));
        if (to_width, to_height) == (width, height) {
            return (sums, shape);
        }
        let mut outputs = Vec::new();
        for channel in 0..shape[0] {
            for (y, x) in (0..to_height as isize)
                .flat_map(|y| (0..to_width as isize).map(move |x| (2 * y, 2 * x)))
            {
                let window = [(0, 0), (0, 1), (1, 0), (1, 1)]
                    .map(|(dy, dx)| at(&sums, shape, channel, y + dy, x + dx));
                outputs.push(window.into_iter().flatten().fold(0.0, f64::max));
            }
        }
        (outputs, [shape[0], to_height, to_width])
    }

    fn dense(x: &[f64], weight: &Param, bias: &Param) -> Vec<f64> {
        let outputs = bias.values.len();
        let sum = |output: usize| -> f64 {
            x.iter()
                .enumerate()
                .map(|(input, x)| x * f64::from(weight.values[input * outputs + output]))
                .sum()
        };
        (0..outputs).map(|output| sum(output) + f64::from(bias.values[output])).collect()
    }

    /// Odd sizes, sizes that are not pooled, MNIST's, and one pixel.
    #[test]
    fn the_network_computes_what_its_layers_are_defined_to_be() {
        for (width, height) in [(9, 11), (8, 8), (5, 4), (28, 28), (1, 1)] {
            let mut params = init(width, height, 3, 7);
            for param in params.iter_mut().filter(|param| param.shape.len() == 1) {
                param.values =
                    uniform(param.values.len(), 0.3, &mut stream(1, Purpose::Classifier, 0));
            }
            let mut pixels =
                uniform(2 * width * height, 0.5, &mut stream(2, Purpose::Classifier, 0));
            pixels.iter_mut().for_each(|pixel| *pixel += 0.5);
            let device = Device::flex();
            let network = Network::bind(&params, &device, false);
            let images =
                Tensor::from_data(TensorData::new(pixels.clone(), [2, 1, height, width]), &device);
            let features = network.features(images);
            let logits: Vec<f32> = network.logits(features.clone()).try_into_vec_as().unwrap();
            let features: Vec<f32> = features.try_into_vec_as().unwrap();

            let (mut expected_features, mut expected_logits) = (Vec::new(), Vec::new());
            for image in pixels.chunks_exact(width * height) {
                let image: Vec<f64> = image.iter().map(|&pixel| pixel.into()).collect();
                let (x, shape) = convolve(&image, [1, height, width], &params[0], &params[1]);
                let (x, _) = convolve(&x, shape, &params[2], &params[3]);
                let x: Vec<f64> =
                    dense(&x, &params[4], &params[5]).into_iter().map(|sum| sum.max(0.0)).collect();
                expected_logits.extend(dense(&x, &params[6], &params[7]));
                expected_features.extend(x);
            }
            assert_eq!((features.len(), logits.len()), (2 * FEATURES, 2 * 3));
            assert!(
                expected_features.iter().any(|&feature| feature > 0.1),
                "{width}x{height}: no feature is alive"
            );
            for (found, expected) in [(features, expected_features), (logits, expected_logits)] {
                for (found, expected) in found.into_iter().zip(expected) {
                    assert!(
                        (f64::from(found) - expected).abs() < 1e-4,
                        "{width}x{height}: {found}, expected {expected}"
                    );
                }
            }
        }
    }
}
