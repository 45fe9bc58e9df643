//! Generators of any shape with random weights: to know what a shape costs on a device before
//! anything is trained.
//!
//! Weights are independent, so a sum of `n` of them times inputs of variance `v` is about normal
//! with variance `n * var(w) * v`. Multipliers follow from that: codes and pixels are spread as a
//! trained model's are, whatever the shape.

use crate::layers::{Bits, IntegerLayer, Weights, encode};
use crate::random::{BENCH_MODEL, stream};
use anyhow::{Context, Result, ensure};
use gan_core::activation::{output_index, output_table};
use gan_core::blob::{ImageShape, LayerSpecs, MAX_LAYERS, half_bytes};
use gan_core::generator::Layer;
use gan_core::quant::Rescale;
use gan_core::{Activation, CODE_MAX, Element, Header, LayerSpec, Packing, latent};
use rand_core::Rng;
use std::f64::consts::PI;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// The name in the blob.
const NAME: &str = "bench";
/// Scales of half bytes, all as likely: a row's largest is 255, and most are not much smaller.
const SCALES: RangeInclusive<u8> = 96..=255;
/// Standard deviations of a hidden layer's sums that its largest code stands for.
const HIDDEN_RANGE: f64 = 3.0;

/// Sizes from the latent to the image, as in `100-128-784`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sizes(Vec<u16>);

impl FromStr for Sizes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let size = |part: &str| part.parse().ok().filter(|&size| size > 0);
        let sizes = text.split('-').enumerate().map(|(index, part)| {
            size(part).ok_or_else(|| {
                format!("size {index}: is `{part}`, expected a whole number from 1 to {}", u16::MAX)
            })
        });
        let sizes = sizes.collect::<Result<Vec<u16>, _>>()?;
        match sizes.len() - 1 {
            0 => {
                Err("expected at least two sizes, the latent's and the image's, as in 100-784"
                    .into())
            }
            layers if layers > MAX_LAYERS => {
                Err(format!("{layers} layers, a blob can hold {MAX_LAYERS}"))
            }
            _ => Ok(Self(sizes)),
        }
    }
}

/// The blob of a generator without labels whose weights have so many bits, which `decode` has
/// accepted. The same arguments give the same bytes.
///
/// # Errors
///
/// A hidden activation other than ReLU and leaky ReLU; a slope outside 0..=1.
pub fn blob(
    sizes: &Sizes,
    bits: Bits,
    hidden: Activation,
    output: Activation,
    seed: u64,
) -> Result<Vec<u8>> {
    let mut codes =
        Spread { mean: latent::SCALING.zero_point.into(), variance: latent::SCALING.steps.powi(2) };
    let mut numbers = Vec::new();
    let last = sizes.0.len() - 2;
    for (index, pair) in sizes.0.windows(2).enumerate() {
        let (inputs, outputs) = (pair[0], pair[1]);
        let activation = if index == last { output } else { hidden };
        let element = bits.element(index);
        let spec = LayerSpec {
            inputs,
            outputs,
            element,
            packing: Packing::Rows,
            activation,
            zero_point: 0,
        };
        let layer = if index == last { Target::image(output) } else { Target::hidden(hidden)? };
        numbers.push(layer.numbers(spec, codes, &mut stream(seed, BENCH_MODEL, index as u64))?);
        codes = layer.codes;
    }
    let specs: Vec<LayerSpec> = numbers.iter().map(|layer| layer.spec).collect();
    let header = Header {
        name: NAME,
        latent_len: sizes.0[0],
        classes: 0,
        image: shape(sizes.0[last + 1]),
        layers: LayerSpecs::from_slice(&specs).ok().context("more layers than a blob can hold")?,
    };
    let layers: Vec<Layer<'_>> = numbers.iter().map(IntegerLayer::borrow).collect();
    let blob = encode(&header, &layers)?;
    crate::blob_file::BlobFile::new(&blob).decode()?;
    Ok(blob)
}

/// A grey square of that many pixels, or else one line of them.
fn shape(pixels: u16) -> ImageShape {
    let side = pixels.isqrt();
    let (width, height) = if side * side == pixels { (side, side) } else { (pixels, 1) };
    ImageShape { width, height, channels: 1 }
}

/// How a layer's inputs are distributed.
#[derive(Clone, Copy)]
struct Spread {
    mean: f64,
    variance: f64,
}

/// What a layer makes of its sums.
struct Target {
    zero_point: u8,
    /// What the mean sum becomes.
    centre: f64,
    /// What a standard deviation of the sums becomes.
    deviation: f64,
    /// Factor for negative sums.
    slope: f64,
    table: Option<[u8; 256]>,
    /// How its outputs are distributed, if another layer reads them.
    codes: Spread,
}

impl Target {
    fn hidden(activation: Activation) -> Result<Self> {
        let slope = match activation {
            Activation::Relu => 0.0,
            Activation::LeakyRelu(slope) => f64::from(slope),
            Activation::Linear | Activation::Tanh | Activation::Sigmoid => f64::NAN,
        };
        ensure!(
            (0.0..=1.0).contains(&slope),
            "the hidden activation is {activation:?}, expected ReLU or leaky ReLU"
        );
        // As calibration would choose it: so much of the range for negative values as they take.
        let top = f64::from(CODE_MAX);
        let zero_point = (top * slope / (1.0 + slope)).round();
        let deviation = (top - zero_point) / HIDDEN_RANGE;
        // Moments of a normal variable whose negative values were multiplied by the slope.
        let mean = (1.0 - slope) / (2.0 * PI).sqrt();
        let variance = (1.0 + slope * slope) / 2.0 - mean * mean;
        let codes = Spread {
            mean: zero_point + mean * deviation,
            variance: variance * deviation * deviation,
        };
        Ok(Self { zero_point: zero_point as u8, centre: 0.0, deviation, slope, table: None, codes })
    }

    fn image(activation: Activation) -> Self {
        let zero_point = output_index(activation).zero_point;
        // Two standard deviations are the whole table where it is straight, and half of it where
        // its ends are flat.
        let deviation = if zero_point == 0 { 64.0 } else { 32.0 };
        Self {
            zero_point,
            centre: 128.0 - f64::from(zero_point),
            deviation,
            slope: 1.0,
            table: Some(output_table(activation)),
            codes: Spread { mean: 128.0, variance: deviation * deviation },
        }
    }

    /// Random weights for inputs of that distribution, and what brings their sums where this wants
    /// them.
    fn numbers(
        &self,
        mut spec: LayerSpec,
        input: Spread,
        random: &mut impl Rng,
    ) -> Result<IntegerLayer> {
        let outputs = usize::from(spec.outputs);
        spec.zero_point = self.zero_point;
        let Random { weights, sums, variance } = Random::new(&spec, random);
        let factor = self.deviation / (f64::from(spec.inputs) * variance * input.variance).sqrt();
        let rescale = Rescale::from_factor(factor).context("the multiplier is out of range")?;
        let negative = Rescale::with_shift(factor * self.slope, rescale.shift)
            .context("the slope is over 1")?;
        let bias = |sum: i64| {
            ((self.centre / factor - input.mean * sum as f64).round() as i32).to_le_bytes()
        };
        let bias = sums.into_iter().flat_map(bias).collect();
        Ok(IntegerLayer {
            spec,
            bias,
            weights,
            multipliers: rescale.multiplier.to_le_bytes().repeat(outputs),
            negative_multipliers: negative.multiplier.to_le_bytes().repeat(outputs),
            shifts: vec![rescale.shift; outputs],
            table: self.table,
        })
    }
}

/// Random weights, all values as likely.
struct Random {
    weights: Weights,
    /// Of each row's weights, times their scales.
    sums: Vec<i64>,
    /// Of a weight times its scale.
    variance: f64,
}

impl Random {
    fn new(spec: &LayerSpec, random: &mut impl Rng) -> Self {
        let (inputs, outputs) = (usize::from(spec.inputs), usize::from(spec.outputs));
        // Variance of the integers -most..=most.
        let variance = |most: f64| most * (most + 1.0) / 3.0;
        let mut below = |count: u64| (u64::from(random.next_u32()) * count) >> 32;
        let Element::I4 { group } = spec.element else {
            let mut weight = || (below(255) as i16 - 127) as i8;
            let weights: Vec<i8> = (0..inputs * outputs).map(|_| weight()).collect();
            let sums = weights
                .chunks_exact(inputs)
                .map(|row| row.iter().map(|&weight| i64::from(weight)).sum());
            return Self {
                sums: sums.collect(),
                weights: Weights::Bytes(weights),
                variance: variance(127.0),
            };
        };
        let (mut bytes, mut scales, mut sums) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..outputs {
            let mut sum = 0;
            for first in (0..inputs).step_by(group.into()) {
                let scale = SCALES.start() + below(SCALES.len() as u64) as u8;
                let mut weights = vec![0; group.into()];
                weights
                    .iter_mut()
                    .take(inputs - first)
                    .for_each(|weight| *weight = below(15) as i8 - 7);
                sum +=
                    i64::from(scale) * weights.iter().map(|&weight| i64::from(weight)).sum::<i64>();
                bytes
                    .extend(weights.as_chunks().0.iter().map(|&[even, odd]| half_bytes(even, odd)));
                scales.push(scale);
            }
            sums.push(sum);
        }
        let squares =
            SCALES.map(|scale| f64::from(scale).powi(2)).sum::<f64>() / SCALES.len() as f64;
        Self {
            weights: Weights::HalfBytes { group, bytes, scales },
            sums,
            variance: variance(7.0) * squares,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob_file::BlobFile;
    use crate::generate::generate;
    use crate::samples::Samples;

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
                let file =
                    BlobFile::new(&blob(&sizes.parse().unwrap(), bits, hidden, output, 7).unwrap());
                let generator = file.decode().unwrap();
                let images =
                    generate(&generator, &Samples::new(0, 10, generator.latent_len() as u16, 0))
                        .unwrap();
                for image in images.iter() {
                    let part = |dark: u8, bright: u8| {
                        image.iter().filter(|&&pixel| (dark..=bright).contains(&pixel)).count()
                            as f64
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
            let spec = LayerSpec {
                inputs: sizes.0[0],
                outputs: sizes.0[1],
                element: Element::I8,
                packing: Packing::Rows,
                activation: hidden,
                zero_point: 0,
            };
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
        for (pixels, expected) in [
            (784, (28, 28)),
            (785, (785, 1)),
            (1, (1, 1)),
            (65025, (255, 255)),
            (65535, (65535, 1)),
        ] {
            let ImageShape { width, height, channels } = shape(pixels);
            assert_eq!(((width, height), channels), (expected, 1));
        }
    }
}
