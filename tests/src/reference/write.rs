//! Writes a blob, in pieces that a test can tamper with. Nothing is checked, so an invalid model
//! gives an invalid blob.

use super::bytes::{crc32, push_varint};
use super::{Activation, Int4, Int8, Layer, Model, Outputs, Packing, Params, Part, pack};

/// The blob of a model.
#[must_use]
pub fn write(model: &Model) -> Vec<u8> {
    assemble(&header(model), &payload(model))
}

/// The message up to and without `padding`.
#[must_use]
pub fn header(model: &Model) -> Vec<u8> {
    let mut out = b"GANB".to_vec();
    out.push(model.version());
    push_varint(&mut out, model.name.len() as u64);
    out.extend(model.name.as_bytes());
    for field in [model.latent_len, model.classes, model.width, model.height] {
        push_varint(&mut out, u64::from(field));
    }
    out.push(model.channels);
    if model.version() == 3 {
        version_3_fields(&mut out, model);
    }
    push_varint(&mut out, model.layers.len() as u64);
    for layer in &model.layers {
        push_varint(&mut out, u64::from(layer.inputs));
        push_varint(&mut out, u64::from(layer.outputs));
        match &layer.params {
            Params::I8(_) => out.push(0),
            Params::F32(_) => out.push(1),
            Params::I4(int4) => out.extend([2, int4.group]),
        }
        out.push(layer.packing as u8);
        match layer.activation {
            Activation::Linear => out.push(0),
            Activation::Relu => out.push(1),
            Activation::LeakyRelu(slope) => {
                out.push(2);
                out.extend(slope.to_le_bytes());
            }
            Activation::Tanh => out.push(3),
            Activation::Sigmoid => out.push(4),
        }
        out.push(layer.zero_point);
    }
    out
}

/// The fields that only a header of version 3 has.
fn version_3_fields(out: &mut Vec<u8>, model: &Model) {
    push_varint(out, model.inputs.len() as u64);
    for part in &model.inputs {
        let (kind, sizes, channels) = match *part {
            Part::Latent(len) => (0, vec![len], None),
            Part::Image { width, height, channels } => (1, vec![width, height], Some(channels)),
            Part::Mask { width, height } => (2, vec![width, height], None),
        };
        out.push(kind);
        sizes.into_iter().for_each(|size| push_varint(out, u64::from(size)));
        out.extend(channels);
    }
    out.push(match model.outputs {
        Outputs::Image => 0,
        Outputs::Numbers => 1,
    });
    push_varint(out, model.metadata.len() as u64);
    out.extend(&model.metadata);
}

/// The payload's bytes, without their length.
#[must_use]
pub fn payload(model: &Model) -> Vec<u8> {
    let mut out = Vec::new();
    for layer in &model.layers {
        match &layer.params {
            Params::I8(int8) if layer.packing != Packing::Rows => out.extend(packed(layer, int8)),
            Params::I8(int8) => {
                section(&mut out, &int8.weights, i8::to_le_bytes);
                section(&mut out, &int8.bias, i32::to_le_bytes);
                section(&mut out, &int8.multipliers, u16::to_le_bytes);
                section(&mut out, &int8.negative_multipliers, u16::to_le_bytes);
                section(&mut out, &int8.shifts, u8::to_le_bytes);
                section(&mut out, &int8.table, u8::to_le_bytes);
            }
            Params::I4(int4) => out.extend(half_bytes(layer, int4)),
            Params::F32(float) => {
                section(&mut out, &float.weights, f32::to_le_bytes);
                section(&mut out, &float.bias, f32::to_le_bytes);
            }
        }
    }
    out
}

/// The sections of a packed integer layer.
pub(super) fn packed(layer: &Layer, int8: &Int8) -> Vec<u8> {
    let rows = usize::from(layer.outputs);
    let padded = rows.next_multiple_of(layer.packing.unit().0);
    let mut out = Vec::new();
    section(
        &mut out,
        &pack::weights(layer.packing, &int8.weights, layer.inputs.into()),
        u8::to_le_bytes,
    );
    section(&mut out, &pack::pad(&int8.bias, rows, padded), i32::to_le_bytes);
    for multipliers in [&int8.multipliers, &int8.negative_multipliers] {
        section(
            &mut out,
            &pack::pad(&pack::factors(int8, multipliers), rows, padded),
            u32::to_le_bytes,
        );
    }
    section(&mut out, &pack::pad(&int8.shifts, rows, padded), u8::to_le_bytes);
    section(&mut out, &int8.table, u8::to_le_bytes);
    out
}

/// The sections of an integer layer of half bytes.
pub(super) fn half_bytes(layer: &Layer, int4: &Int4) -> Vec<u8> {
    let Int4 { scales, int8, .. } = int4;
    let mut out = Vec::new();
    section(
        &mut out,
        &pack::nibbles(layer.packing, int4, layer.inputs.into(), layer.outputs.into()),
        u8::to_le_bytes,
    );
    section(
        &mut out,
        &pack::scales(layer.packing, scales, int4.groups(layer.inputs)),
        u8::to_le_bytes,
    );
    section(&mut out, &int8.bias, i32::to_le_bytes);
    section(&mut out, &int8.multipliers, u16::to_le_bytes);
    section(&mut out, &int8.negative_multipliers, u16::to_le_bytes);
    section(&mut out, &int8.shifts, u8::to_le_bytes);
    section(&mut out, &int8.table, u8::to_le_bytes);
    out
}

/// A blob from the pieces of its message: adds the padding that aligns the payload, the payload's
/// length and the CRC.
#[must_use]
pub fn assemble(header: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut length = Vec::new();
    push_varint(&mut length, payload.len() as u64);
    let before = header.len() + 1 + length.len();
    let padding = before.next_multiple_of(16) - before;

    let mut message = header.to_vec();
    message.push(padding as u8);
    message.extend(vec![0; padding]);
    message.extend(length);
    message.extend(payload);
    seal(message)
}

/// Appends the CRC to a message.
#[must_use]
pub fn seal(mut message: Vec<u8>) -> Vec<u8> {
    message.extend(crc32(&message).to_le_bytes());
    message
}

/// Appends `values` and the zeros up to the next multiple of 16.
fn section<T: Copy, const N: usize>(out: &mut Vec<u8>, values: &[T], bytes: fn(T) -> [u8; N]) {
    out.extend(values.iter().flat_map(|&value| bytes(value)));
    out.resize(out.len().next_multiple_of(16), 0);
}
