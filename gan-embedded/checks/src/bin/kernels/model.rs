//! Makes models of one layer to test, with or without an identity layer behind it.

use gan_core::blob::{self, LayerSpecs};
use gan_core::generator::{Layer, Nibbles, Output};
use gan_core::{Activation, Element, EncodeError, Header, ImageShape, LayerSpec, Packing};

use crate::buffers::{Buffers, Size};
use crate::numbers::{Random, bytes, half_bytes, numbers};

/// The type of a layer's weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Bytes,
    /// The weights have four bits, and each group of this many inputs has a scale.
    HalfBytes(u8),
}

/// Writes the canonical blob of a model with random numbers, and returns its length.
pub fn model(
    buffers: &mut Buffers,
    random: &mut Random,
    kind: Kind,
    size: Size,
    hidden: bool,
) -> Result<usize, EncodeError> {
    let Size { inputs, outputs, classes } = size;
    for row in 0..outputs {
        let sums = match kind {
            Kind::Bytes => bytes(&mut buffers.weights[row * inputs..][..inputs], random),
            Kind::HalfBytes(group) => half_bytes(buffers, random, group.into(), row, inputs),
        };
        numbers(buffers, random, size, row, &sums);
    }

    let mut table = [0; 256];
    // This is a permutation, so that no two indices give one pixel.
    table
        .iter_mut()
        .zip(0u8..)
        .for_each(|(entry, index)| *entry = index.wrapping_mul(167).wrapping_add(13));
    let identity = core::array::from_fn(|index| index as u8);
    let output = match hidden {
        true => Output::Code { negative_multipliers: &buffers.negative_multipliers[..2 * outputs] },
        false => Output::Table(&table),
    };
    let (bias, multipliers) =
        (&buffers.bias[..4 * classes.max(1) * outputs], &buffers.multipliers[..2 * outputs]);
    let (shifts, (weights, after)) =
        (&buffers.shifts[..outputs], buffers.weights.split_at_mut(inputs * outputs));
    let first = match kind {
        Kind::Bytes => Layer::I8 { weights, bias, multipliers, shifts, output },
        Kind::HalfBytes(group) => {
            let groups = outputs * inputs.div_ceil(group.into());
            let (weights, scales) =
                (&buffers.half_bytes[..groups * usize::from(group) / 2], &buffers.scales[..groups]);
            Layer::I4(Nibbles {
                packing: Packing::Rows,
                group,
                weights,
                scales,
                bias,
                multipliers,
                shifts,
                output,
            })
        }
    };
    let zero_point = if hidden { random.below(2) * random.below(128) } else { random.below(256) };
    let spec = |inputs: usize, element, activation, zero_point| {
        let mut spec = LayerSpec::new(inputs as u16, outputs as u16, element, activation);
        spec.zero_point = zero_point;
        spec
    };
    let element = match kind {
        Kind::Bytes => Element::I8,
        Kind::HalfBytes(group) => Element::I4 { group },
    };
    // The lines of the image begin inside groups of rows, if the size permits.
    let lines = [7, 5, 3].into_iter().find(|&lines| outputs.is_multiple_of(lines)).unwrap_or(1);
    let image = ImageShape { width: (outputs / lines) as u16, height: lines as u16, channels: 1 };
    let mut header = Header::new("check", inputs as u16, classes as u16, image, LayerSpecs::new());
    let mut layers = [first, first];
    // Both lists have room for sixteen layers.
    let _ = header.layers.push(spec(inputs, element, Activation::LeakyRelu(0.2), zero_point as u8));
    if hidden {
        let _ = header.layers.push(spec(outputs, Element::I8, Activation::Linear, 0));
        let weights = &mut after[..outputs * outputs];
        weights.fill(0);
        weights.iter_mut().step_by(outputs + 1).for_each(|weight| *weight = 127);
        // 16513 / 2^21 is 1 / 127, near enough for codes.
        buffers.passing.multipliers.as_chunks_mut().0.fill(16513u16.to_le_bytes());
        buffers.passing.shifts.fill(21);
        layers[1] = Layer::I8 {
            weights,
            bias: &buffers.passing.bias[..4 * outputs],
            multipliers: &buffers.passing.multipliers[..2 * outputs],
            shifts: &buffers.passing.shifts[..outputs],
            output: Output::Table(&identity),
        };
    }
    let count = header.layers.len();
    blob::encode(&header, layers.into_iter().take(count), &mut buffers.rows.0)
}
