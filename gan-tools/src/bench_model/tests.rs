//! Shapes, seeds, and how codes and pixels are spread.

use super::target::{Spread, Target};
use super::*;
use crate::generate::generate;
use crate::layers::Weights;
use crate::samples::Samples;
use gan_core::Element;
use gan_core::host::Model;
use gan_core::quant::Rescale;

const RELU: Activation = Activation::Relu;
const LEAKY: Activation = Activation::LeakyRelu(0.2);

fn make(sizes: &str, hidden: Activation, output: Activation, seed: u64) -> Vec<u8> {
    blob(&sizes.parse().unwrap(), Bits::Eight, hidden, output, seed).unwrap()
}

/// Every image has dark, middling and bright pixels, and no two are the same.
#[test]
fn images_are_spread() {
    for (sizes, hidden, output) in [
        ("100-128-784", RELU, Activation::Sigmoid),
        ("97-61-211-785", LEAKY, Activation::Sigmoid),
        ("640-128-128-128-8-128-128-640", RELU, Activation::Tanh),
        ("16-256", LEAKY, Activation::Linear),
    ] {
        for bits in [Bits::Eight, Bits::Four { group: 16 }, Bits::Four { group: 32 }] {
            let file = Model::new(&blob(&sizes.parse().unwrap(), bits, hidden, output, 7).unwrap())
                .unwrap();
            let generator = file.generator();
            let images =
                generate(&generator, &Samples::new(0, 10, generator.latent_len() as u16, 0))
                    .unwrap();
            for image in images.iter() {
                let part = |dark: u8, bright: u8| {
                    image.iter().filter(|&&pixel| (dark..=bright).contains(&pixel)).count() as f64
                        / image.len() as f64
                };
                let parts = [part(0, 84), part(85, 169), part(170, 255)];
                assert!(parts.iter().all(|&part| part > 0.03), "{sizes} {bits:?}: {parts:?}");
            }
            let first = images.iter().next().unwrap();
            assert!(images.iter().skip(1).all(|image| image != first), "{sizes} {bits:?}");
        }
    }
}

#[test]
fn hidden_codes_are_spread() {
    for (hidden, zero_point) in [(RELU, 0), (LEAKY, 21)] {
        let target = Target::hidden(hidden).unwrap();
        assert_eq!(target.zero_point, zero_point);
        let sizes: Sizes = "100-1024-784".parse().unwrap();
        let latent = Spread { mean: 64.0, variance: 256.0 };
        let spec = LayerSpec::new(sizes.0[0], sizes.0[1], Element::I8, hidden);
        let numbers = target.numbers(spec, latent, &mut stream(1, BENCH_MODEL, 0)).unwrap();
        let samples = Samples::new(5, 20, 100, 0);
        let rescale = |multipliers: &[u8], acc| {
            let multiplier = u16::from_le_bytes([multipliers[0], multipliers[1]]);
            Rescale { multiplier, shift: numbers.shifts[0] }.apply(acc)
        };
        let mut codes = Vec::new();
        for latent in samples.codes.chunks_exact(100) {
            let Weights::Bytes(weights) = &numbers.weights else { panic!("a layer of bytes") };
            for (row, bias) in weights.chunks_exact(100).zip(numbers.bias.as_chunks::<4>().0) {
                let sum: i32 = row
                    .iter()
                    .zip(latent)
                    .map(|(&weight, &code)| i32::from(weight) * i32::from(code))
                    .sum();
                let acc = sum + i32::from_le_bytes(*bias);
                let multipliers =
                    if acc < 0 { &numbers.negative_multipliers } else { &numbers.multipliers };
                codes.push(f64::from(
                    (rescale(multipliers, acc) + i32::from(zero_point)).clamp(0, 127),
                ));
            }
        }
        let mean = codes.iter().sum::<f64>() / codes.len() as f64;
        let variance =
            codes.iter().map(|code| (code - mean).powi(2)).sum::<f64>() / codes.len() as f64;
        // 20,480 codes, that share 20 latents: far from exact, but what they are meant to be.
        assert!((mean / target.codes.mean - 1.0).abs() < 0.05, "{mean} {}", target.codes.mean);
        assert!(
            (variance / target.codes.variance - 1.0).abs() < 0.15,
            "{variance} {}",
            target.codes.variance
        );
    }
}

#[test]
fn the_seed_is_all_that_varies() {
    let with = |seed| make("20-30-40", RELU, Activation::Sigmoid, seed);
    assert_eq!(with(3), with(3));
    assert_ne!(with(3), with(4));
}

#[test]
fn images_are_squares_or_lines() {
    for (pixels, expected) in
        [(784, (28, 28)), (785, (785, 1)), (1, (1, 1)), (65025, (255, 255)), (65535, (65535, 1))]
    {
        let ImageShape { width, height, channels } = shape(pixels);
        assert_eq!(((width, height), channels), (expected, 1));
    }
}
