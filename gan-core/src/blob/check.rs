//! Every limit of the format. What passes here cannot fail, overflow or panic later.

use super::section;
use super::{
    ALIGNMENT, Activation, Element, Header, ImageShape, LayerSpec, MAGIC, MAX_HEADER, MAX_LAYERS, MAX_NAME, Message, Packing,
    payload_len, prefix,
};
use crate::CODE_MAX;
use crate::error::{DecodeError, LayerField};
use crate::generator::{Layer, Output};
use crate::quant::{MULTIPLIER_MAX, SHIFT_MAX, SHIFT_MIN};
use serde::Deserialize;

/// The first field of the header that cannot be read.
pub(super) fn locate(bytes: &[u8]) -> DecodeError {
    let walk = || {
        let mut rest = bytes.get(MAGIC.len() + 1..).unwrap_or_default();
        let header = &mut rest;
        take::<&str>(header, DecodeError::Name)?;
        take::<u16>(header, DecodeError::LatentLen)?;
        take::<u16>(header, DecodeError::Classes)?;
        take::<ImageShape>(header, DecodeError::Image)?;
        let count = take::<u32>(header, DecodeError::Layers)?;
        if count as usize > MAX_LAYERS {
            return Err(DecodeError::Layers);
        }
        for index in 0..count as u8 {
            let field = |field| DecodeError::Layer { index, field };
            take::<u16>(header, field(LayerField::Inputs))?;
            take::<u16>(header, field(LayerField::Outputs))?;
            take::<Element>(header, field(LayerField::Element))?;
            take::<Packing>(header, field(LayerField::Packing))?;
            take::<Activation>(header, field(LayerField::Activation))?;
            take::<u8>(header, field(LayerField::ZeroPoint))?;
        }
        Ok(())
    };
    walk().err().unwrap_or(DecodeError::Header)
}

fn take<'a, T: Deserialize<'a>>(rest: &mut &'a [u8], wrong: DecodeError) -> Result<T, DecodeError> {
    let (value, after) = postcard::take_from_bytes(rest).map_err(|_| wrong)?;
    *rest = after;
    Ok(value)
}

/// The bytes before the payload are the ones that `encode` writes, and the payload has the length of its sections.
pub(super) fn canonical(message: &Message<'_>, bytes: &[u8]) -> Result<(), DecodeError> {
    debug_assert!(message.magic == MAGIC && message.version == super::VERSION);
    if message.header.name.len() > MAX_NAME {
        return Err(DecodeError::Name);
    }
    let (expected, found) = (payload_len(&message.header), message.payload.len());
    if expected != found as u64 {
        return Err(DecodeError::PayloadLen { expected, found });
    }
    let mut buffer = [0; MAX_HEADER];
    let (prefix, start) = prefix(&message.header, &mut buffer).map_err(|_| DecodeError::NotCanonical)?;
    let padding_fits = message.padding.len() < ALIGNMENT;
    let payload_start = message.payload.as_ptr().addr().wrapping_sub(bytes.as_ptr().addr());
    if padding_fits && payload_start == start && bytes.starts_with(prefix) { Ok(()) } else { Err(DecodeError::NotCanonical) }
}

/// Sizes are positive and chain from the latent to the image, and the layers have one element type.
pub(super) fn header(header: &Header<'_>) -> Result<(), DecodeError> {
    let image = header.image;
    if header.latent_len == 0 {
        return Err(DecodeError::LatentLen);
    }
    if image.is_empty() || !matches!(image.channels, 1 | 3) {
        return Err(DecodeError::Image);
    }
    let first = header.layers.first().ok_or(DecodeError::Layers)?;
    let mut inputs = header.latent_len;
    for (index, spec) in header.layers.iter().enumerate() {
        let last = index + 1 == header.layers.len();
        let wrong = |field| Err(DecodeError::Layer { index: index as u8, field });
        if spec.inputs != inputs {
            return wrong(LayerField::Inputs);
        }
        if spec.outputs == 0 || (last && usize::from(spec.outputs) != image.len()) {
            return wrong(LayerField::Outputs);
        }
        if spec.element != first.element {
            return wrong(LayerField::Element);
        }
        if matches!(spec.activation, Activation::LeakyRelu(slope) if !(0.0..=1.0).contains(&slope)) {
            return wrong(LayerField::Slope);
        }
        let top = match spec.element {
            Element::F32 => 0,
            Element::I8 if section::has_table(header, index, spec) => u8::MAX,
            Element::I8 => CODE_MAX,
        };
        if spec.zero_point > top {
            return wrong(LayerField::ZeroPoint);
        }
        inputs = spec.outputs;
    }
    Ok(())
}

/// Cuts the payload into layers and checks their numbers.
pub(super) fn layers<'a>(
    header: &Header<'_>,
    mut payload: &'a [u8],
) -> Result<heapless::Vec<Layer<'a>, MAX_LAYERS>, DecodeError> {
    let mut layers = heapless::Vec::new();
    for (index, spec) in header.layers.iter().enumerate() {
        let last = index + 1 == header.layers.len();
        let layer = section::read(header, index, spec, &mut payload)
            .and_then(|layer| numbers(spec, &layer, last).map(|()| layer))
            .map_err(|field| DecodeError::Layer { index: index as u8, field })?;
        layers.push(layer).map_err(|_| DecodeError::Header)?;
    }
    Ok(layers)
}

fn numbers(spec: &LayerSpec, layer: &Layer<'_>, last: bool) -> Result<(), LayerField> {
    match *layer {
        Layer::F32 { weights, bias } => {
            let finite = |bytes: &[u8]| bytes.as_chunks().0.iter().all(|&real| f32::from_le_bytes(real).is_finite());
            check(finite(weights), LayerField::Weights)?;
            check(finite(bias), LayerField::Bias)
        }
        Layer::I8 { weights, bias, multipliers, shifts, output } => {
            let small = |bytes: &[u8]| bytes.as_chunks().0.iter().all(|&m| u16::from_le_bytes(m) <= MULTIPLIER_MAX);
            check(weights.iter().all(|&weight| weight != i8::MIN), LayerField::Weights)?;
            check(small(multipliers), LayerField::Multiplier)?;
            check(shifts.iter().all(|shift| (SHIFT_MIN..=SHIFT_MAX).contains(shift)), LayerField::Shift)?;
            match output {
                Output::Code { negative_multipliers } => check(small(negative_multipliers), LayerField::Multiplier)?,
                Output::Table(table) => check(last || table.iter().all(|&code| code <= CODE_MAX), LayerField::Table)?,
            }
            check(sums_fit(spec, weights, bias), LayerField::Accumulator)
        }
    }
}

fn check(holds: bool, field: LayerField) -> Result<(), LayerField> {
    if holds { Ok(()) } else { Err(field) }
}

/// No sum of a row, bias included, can leave 32 bits, whatever the codes, the class and the order of addition.
fn sums_fit(spec: &LayerSpec, weights: &[i8], bias: &[u8]) -> bool {
    let code_max = i32::from(CODE_MAX);
    let outputs = usize::from(spec.outputs).max(1);
    let biases = bias.as_chunks().0;
    weights.chunks_exact(usize::from(spec.inputs).max(1)).enumerate().all(|(row, weights)| {
        // 127 times either sum is at most 65535 * 127 * 127 < 2^31.
        let (positive, negative) = weights.iter().fold((0i32, 0i32), |(positive, negative), &weight| {
            let weight = i32::from(weight);
            (positive + weight.max(0), negative + weight.min(0))
        });
        biases.iter().skip(row).step_by(outputs).all(|&bias| {
            let bias = i32::from_le_bytes(bias);
            bias.checked_add(code_max * positive).is_some() && bias.checked_add(code_max * negative).is_some()
        })
    })
}
