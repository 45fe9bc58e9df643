//! The classifier's network: two convolutions of 3x3 with pooling, 64 features, one logit a label.

use crate::nn::mlp::param;
use crate::nn::params::{HostParam, read};
use crate::random::{Purpose, stream, uniform};
use burn::module::{Module, ModuleVisitor, Param};
use burn::nn::conv::Conv2d;
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{Linear, PaddingConfig2d};
use burn::prelude::*;
use burn::tensor::activation::relu;

/// Features of an image: the outputs of the last hidden layer.
pub const FEATURES: usize = 64;
/// Channels of the two convolutions.
const CHANNELS: [usize; 2] = [16, 32];
/// Side of their kernels.
const KERNEL: usize = 3;

/// The network. Its fields' names are those of a file's tensors: `convolution1.weight` and so on.
#[derive(Module, Debug)]
pub struct Network {
    convolution1: Conv2d,
    convolution2: Conv2d,
    features: Linear,
    logits: Linear,
    pool: MaxPool2d,
}

/// The names and shapes of all parameters for images of this size, in the network's order:
/// `[out, in, 3, 3]` for a convolution's weights, `[in, out]` for a fully connected layer's,
/// `[out]` for biases.
pub fn names(width: usize, height: usize, classes: u16) -> Vec<HostParam> {
    let [first, second] = CHANNELS;
    let (width, height) = pooled(pooled((width, height)));
    let all = [
        ("convolution1.weight", vec![first, 1, KERNEL, KERNEL]),
        ("convolution1.bias", vec![first]),
        ("convolution2.weight", vec![second, first, KERNEL, KERNEL]),
        ("convolution2.bias", vec![second]),
        ("features.weight", vec![width * height * second, FEATURES]),
        ("features.bias", vec![FEATURES]),
        ("logits.weight", vec![FEATURES, classes.into()]),
        ("logits.bias", vec![classes.into()]),
    ];
    let named = |(name, shape): (&str, _)| HostParam { name: name.into(), shape, values: vec![] };
    all.map(named).into()
}

/// Size after pooling, which images of less than 8 pixels a side are too small for.
fn pooled((width, height): (usize, usize)) -> (usize, usize) {
    if width.min(height) < 8 { (width, height) } else { (width.div_ceil(2), height.div_ceil(2)) }
}

/// First numbers: weights evenly distributed with variance 2 / inputs (He et al. 2015), biases 0.
pub fn init(width: usize, height: usize, classes: u16, seed: u64) -> Vec<HostParam> {
    let mut params = names(width, height, classes);
    for (index, HostParam { shape, values, .. }) in params.iter_mut().enumerate() {
        let count = shape.iter().product();
        let inputs: usize = match shape[..] {
            [_, inputs, height, width] => inputs * height * width,
            _ => shape[0],
        };
        let bound = (6.0 / inputs as f32).sqrt();
        *values = if shape.len() > 1 {
            uniform(count, bound, &mut stream(seed, Purpose::Classifier, index as u64))
        } else {
            vec![0.0; count]
        };
    }
    params
}

impl Network {
    /// A network with these numbers, which are in the order and of the shapes of [`names`].
    /// Parameters require gradients if `device` records operations.
    pub fn from_params(params: &[HostParam], device: &Device) -> Self {
        let convolution = |first: usize| Conv2d {
            weight: numbers(params, first, device),
            bias: Some(numbers(params, first + 1, device)),
            stride: [1; 2],
            kernel_size: [KERNEL; 2],
            dilation: [1; 2],
            groups: 1,
            padding: PaddingConfig2d::Same,
        };
        let linear = |first: usize| Linear {
            weight: numbers(params, first, device),
            bias: Some(numbers(params, first + 1, device)),
        };
        Self {
            convolution1: convolution(0),
            convolution2: convolution(2),
            features: linear(4),
            logits: linear(6),
            pool: MaxPool2dConfig::new([2; 2]).with_ceil_mode(true).init(),
        }
    }

    /// Reads all parameters from the device, in the order of [`names`].
    pub fn params(&self) -> Vec<HostParam> {
        let mut reader = Reader::default();
        self.visit(&mut reader);
        reader.params
    }

    /// The device that it computes on.
    pub fn device(&self) -> Device {
        self.logits.weight.base().device()
    }

    /// Images `[n, 1, height, width]` of pixels in 0..=1 to features `[n, 64]`, none negative.
    pub fn features(&self, images: Tensor<4>) -> Tensor<2> {
        let x = [&self.convolution1, &self.convolution2].into_iter().fold(images, |x, layer| {
            let x = layer.forward(x);
            let [.., height, width] = x.dims();
            // Pooling first: the same numbers, on a quarter of the pixels.
            let pool = pooled((width, height)) != (width, height);
            relu(if pool { self.pool.forward(x) } else { x })
        });
        relu(self.features.forward(x.flatten(1, 3)))
    }

    /// Features `[n, 64]` to logits `[n, labels]`.
    pub fn logits(&self, features: Tensor<2>) -> Tensor<2> {
        self.logits.forward(features)
    }
}

/// Parameter number `index` on a device.
fn numbers<const D: usize>(
    params: &[HostParam],
    index: usize,
    device: &Device,
) -> Param<Tensor<D>> {
    let HostParam { shape, values, .. } = &params[index];
    let shape = shape[..].try_into().expect("the shape is that of `names`");
    param(index, values.clone(), shape, device)
}

/// Reads parameters with the names of the fields that lead to them.
#[derive(Default)]
struct Reader {
    path: Vec<String>,
    params: Vec<HostParam>,
}

impl ModuleVisitor for Reader {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let (name, shape) = (self.path.join("."), param.shape().to_vec());
        self.params.push(HostParam { name, shape, values: read(param.base()) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::TensorData;

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
        weight: &HostParam,
        bias: &HostParam,
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

    fn dense(x: &[f64], weight: &HostParam, bias: &HostParam) -> Vec<f64> {
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
            let network = Network::from_params(&params, &device);
            // As a file has them, by the fields' names.
            assert_eq!(network.params(), params);
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
