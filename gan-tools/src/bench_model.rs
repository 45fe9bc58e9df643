//! Generators of any shape with random weights: to know what a shape costs on a device before
//! anything is trained.
//!
//! Weights are independent, so a sum of `n` of them times inputs of variance `v` is about normal
//! with variance `n * var(w) * v`. Multipliers follow from that: codes and pixels are spread as a
//! trained model's are, whatever the shape.

mod target;
mod weights;

use crate::layers::{Bits, IntegerLayer, encode};
use crate::random::{BENCH_MODEL, stream};
use anyhow::{Context, Result};
use gan_core::blob::{ImageShape, LayerSpecs, MAX_LAYERS};
use gan_core::generator::Layer;
use gan_core::host::Model;
use gan_core::{Activation, Header, LayerSpec, latent};
use std::str::FromStr;
use target::{Spread, Target};

/// The name in the blob.
const NAME: &str = "bench";

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
        let spec = LayerSpec::new(inputs, outputs, element, activation);
        let layer = if index == last { Target::image(output) } else { Target::hidden(hidden)? };
        numbers.push(layer.numbers(spec, codes, &mut stream(seed, BENCH_MODEL, index as u64))?);
        codes = layer.codes;
    }
    let specs: Vec<LayerSpec> = numbers.iter().map(|layer| layer.spec).collect();
    let specs = LayerSpecs::from_slice(&specs).context("more layers than a blob can hold")?;
    let header = Header::new(NAME, sizes.0[0], 0, shape(sizes.0[last + 1]), specs);
    let layers: Vec<Layer<'_>> = numbers.iter().map(IntegerLayer::borrow).collect();
    let blob = encode(&header, &layers)?;
    Model::new(&blob)?;
    Ok(blob)
}

/// A grey square of that many pixels, or else one line of them.
fn shape(pixels: u16) -> ImageShape {
    let side = pixels.isqrt();
    let (width, height) = if side * side == pixels { (side, side) } else { (pixels, 1) };
    ImageShape { width, height, channels: 1 }
}

#[cfg(test)]
mod tests;
