//! Generators made by hand, and their images computed in f64 from the definitions of the layers and
//! activations.

use gan_core::blob::{ImageShape, InputParts};
use gan_tools::samples::Samples;
use gan_train::export::float::{FloatGenerator, FloatLayer};
use gan_train::nn::act::Act;

/// Pseudo-random numbers in -1..1, the same in every run.
fn noise(seed: u32) -> impl FnMut() -> f32 {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    }
}

fn layer(inputs: usize, outputs: usize, classes: usize, act: Act, seed: u32) -> FloatLayer {
    let mut noise = noise(seed);
    // Keeps activations near size 1.
    let size = 3.0 / (inputs as f32).sqrt();
    let weights = (0..inputs * outputs).map(|_| noise() * size).collect();
    let bias = (0..classes * outputs).map(|_| noise()).collect();
    FloatLayer { inputs, outputs, weights, bias, act }
}

/// Three layers, 20-40-30-48, with pseudo-random weights; images of 8 x 6 pixels.
pub fn generator(hidden: Act, output: Act, classes: u16) -> FloatGenerator {
    let layers = vec![
        layer(20, 40, usize::from(classes.max(1)), hidden, 1),
        layer(40, 30, 1, hidden, 2),
        layer(30, 48, 1, output, 3),
    ];
    FloatGenerator {
        name: "test".into(),
        latent_len: 20,
        inputs: InputParts::of_latent(20),
        classes,
        image: ImageShape { width: 8, height: 6, channels: 1 },
        metadata: Vec::new(),
        layers,
    }
}

/// The probability that a standard normal number is below `x`: 1/2 and the integral of its density
/// from 0 on, by Simpson's rule.
fn normal_below(x: f64) -> f64 {
    const PARTS: usize = 2000;
    let density = |t: f64| (-t * t / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let part = x / PARTS as f64;
    let weighted = |index: usize| {
        let weight = match index {
            0 | PARTS => 1.0,
            _ if index % 2 == 1 => 4.0,
            _ => 2.0,
        };
        weight * density(index as f64 * part)
    };
    0.5 + (0..=PARTS).map(weighted).sum::<f64>() * part / 3.0
}

/// A value that tables have: of the normal distribution's 97.5th percentile.
#[test]
fn the_normal_distribution_is_that_of_tables() {
    assert!((normal_below(1.959_963_984_540_054) - 0.975).abs() < 1e-12);
    assert!((normal_below(-1.0) - 0.158_655_253_931_457).abs() < 1e-12);
}

/// Activations by their definitions.
fn activate(act: Act, x: f64) -> f64 {
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    match act {
        Act::Linear => x,
        Act::Relu => x.max(0.0),
        Act::LeakyRelu(slope) => x.max(0.0) + f64::from(slope) * x.min(0.0),
        Act::Tanh => x.tanh(),
        Act::Sigmoid => sigmoid(x),
        Act::Elu => x.max(0.0) + x.min(0.0).exp() - 1.0,
        Act::Selu => 1.0507 * (x.max(0.0) + 1.67326 * (x.min(0.0).exp() - 1.0)),
        Act::Softplus => (1.0 + x.exp()).ln(),
        Act::Gelu => x * normal_below(x),
        Act::Silu => x * sigmoid(x),
    }
}

/// The pixels as real numbers of 0 to 255, from the definition of a fully connected layer.
pub fn float_pixels(generator: &FloatGenerator, samples: &Samples) -> Vec<f64> {
    let latents = samples.codes.chunks_exact(generator.latent_len.into()).zip(&samples.labels);
    let image = |(codes, &label): (&[u8], &u16)| {
        let mut x: Vec<f64> = codes.iter().map(|&code| (f64::from(code) - 64.0) / 16.0).collect();
        for layer in &generator.layers {
            let class = if layer.bias.len() > layer.outputs { usize::from(label) } else { 0 };
            let output = |o: usize| {
                let sum: f64 = (0..layer.inputs)
                    .map(|i| x[i] * f64::from(layer.weights[i * layer.outputs + o]))
                    .sum();
                activate(layer.act, sum + f64::from(layer.bias[class * layer.outputs + o]))
            };
            x = (0..layer.outputs).map(output).collect();
        }
        let tanh = generator.layers.last().unwrap().act == Act::Tanh;
        x.into_iter()
            .map(move |y| if tanh { 127.5 * (y + 1.0) } else { (255.0 * y).clamp(0.0, 255.0) })
    };
    latents.flat_map(image).collect()
}
