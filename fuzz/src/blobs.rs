//! Mutations of blobs that keep their CRC right, and often the whole format.
//!
//! libFuzzer's own mutations alone would never come behind the CRC. So a mutated blob gets a new
//! one, and two thirds of the mutations know more: they change numbers of the header, or the model
//! that is in the blob, which is then written again.

use gan_tests::reference::write::{seal, write};
use gan_tests::reference::{Activation, Model, Packing, Params, Part, parse};
use gan_tests::synthetic::version3;
use gan_tests::synthetic::{self, ACTIVATIONS, Shape, SplitMix64};
use libfuzzer_sys::fuzzer_mutate;

/// The packings that an integer layer may have.
const PACKINGS: [Packing; 6] = [
    Packing::Rows,
    Packing::PairedHalfword,
    Packing::ByteLane,
    Packing::Blocks7x16,
    Packing::Blocks16x4,
    Packing::NibbleLane,
];

/// Mutates the blob in the first `size` bytes of `data`, which has room for `room`, and returns its
/// new length: what `fuzz_mutator!` wants.
pub fn mutate(data: &mut [u8], size: usize, room: usize, seed: u32) -> usize {
    let mut rng = SplitMix64(seed.into());
    match rng.range(0, 31) {
        // The CRC is wrong then, as a rule.
        0 => fuzzer_mutate(data, size, room),
        1 => put(data, room, &write(&any(&mut rng))).unwrap_or(size),
        2..=15 => {
            let changed = parse(&data[..size]).ok().map(|mut model| {
                for _ in 0..rng.range(1, 3) {
                    change(&mut model, &mut rng);
                }
                write(&model)
            });
            match changed.and_then(|bytes| put(data, room, &bytes)) {
                Some(size) => size,
                None => sealed(data, size, room),
            }
        }
        16..=21 => {
            let mut message = data[..size.saturating_sub(4)].to_vec();
            for _ in 0..rng.range(1, 3) {
                let most = message.len().clamp(1, 100) as i64 - 1;
                let Some(byte) = message.get_mut(rng.range(0, most) as usize) else { break };
                *byte = match rng.range(0, 3) {
                    0 => [0, 1, 2, 3, 127, 128, 129, 255][rng.range(0, 7) as usize],
                    1 => byte.wrapping_add(1),
                    2 => *byte ^ (1 << rng.range(0, 7)),
                    _ => rng.next_u64() as u8,
                };
            }
            put(data, room, &seal(message)).unwrap_or(size)
        }
        _ => sealed(data, size, room),
    }
}

/// libFuzzer's mutation of all but the CRC, and the right CRC.
fn sealed(data: &mut [u8], size: usize, room: usize) -> usize {
    let room = room.saturating_sub(4);
    let message = size.saturating_sub(4).min(room);
    let message = fuzzer_mutate(data, message, room);
    let blob = seal(data[..message].to_vec());
    data[..blob.len()].copy_from_slice(&blob);
    blob.len()
}

fn put(data: &mut [u8], room: usize, bytes: &[u8]) -> Option<usize> {
    let place = data.get_mut(..bytes.len()).filter(|_| bytes.len() <= room)?;
    place.copy_from_slice(bytes);
    Some(bytes.len())
}

/// Any small model.
pub fn any(rng: &mut SplitMix64) -> Model {
    match rng.range(0, 13) {
        0 => return synthetic::tiny(),
        1 => return synthetic::float(),
        2 => return synthetic::packed(),
        3 => return version3::mask(),
        4 => return version3::latent_image(),
        5 => return version3::numbers(),
        6 => return version3::table(),
        7 => return version3::enlarge(),
        _ => {}
    }
    let mut below = |most: i64| rng.range(1, most) as u16;
    let (latent_len, width, height) = (below(40), below(9), below(6));
    let channels = if below(4) == 1 { 3 } else { 1 };
    let classes = if below(2) == 1 { 0 } else { below(5) };
    let hidden = (0..below(4) - 1).map(|_| (below(40), activation(&mut below))).collect();
    let last = activation(&mut below);
    let shape = Shape { latent_len, classes, width, height, channels, hidden, last };
    let mut model = match rng.range(0, 4) {
        0 => shape.int4("any", rng),
        1 => shape.packable("any", rng),
        2 => shape.float("any", rng),
        3 => {
            let group = if rng.range(0, 1) == 0 { 16 } else { 32 };
            shape.quantized_int4("any", rng, group)
        }
        _ => shape.int8("any", rng),
    };
    for _ in 0..rng.range(0, 2) {
        change(&mut model, rng);
    }
    model
}

fn activation(below: &mut impl FnMut(i64) -> u16) -> Activation {
    ACTIVATIONS[usize::from(below(ACTIVATIONS.len() as i64)) - 1]
}

/// Changes one thing of a model. The format may not allow it.
pub fn change(model: &mut Model, rng: &mut SplitMix64) {
    let layer = rng.range(0, model.layers.len().max(1) as i64 - 1) as usize;
    match rng.range(0, 9) {
        0 => return resize(model, layer, rng),
        1 => model.name = "n".repeat(rng.range(0, 34) as usize),
        2 => model.metadata = vec![rng.next_u64() as u8; rng.range(0, 40) as usize],
        3 => return transposed_image(model, rng),
        _ => {}
    }
    let Some(layer) = model.layers.get_mut(layer) else { return };
    match rng.range(0, 9) {
        0 => layer.zero_point = extreme(rng, 0, 255) as u8,
        1 => layer.packing = PACKINGS[rng.range(0, 5) as usize],
        2 => layer.activation = ACTIVATIONS[rng.range(0, 4) as usize],
        3 => layer.activation = Activation::LeakyRelu(f32::from_bits(rng.next_u64() as u32)),
        _ => numbers(&mut layer.params, rng),
    }
}

/// A number of this range, often one of its ends.
fn extreme(rng: &mut SplitMix64, low: i64, high: i64) -> i64 {
    match rng.range(0, 5) {
        0 => low,
        1 => high,
        2 => low + 1,
        3 => high - 1,
        _ => rng.range(low, high),
    }
}

/// Changes some numbers of a layer, to what is allowed as a rule.
fn numbers(params: &mut Params, rng: &mut SplitMix64) {
    let halved = matches!(params, Params::I4(_));
    let int8 = match params {
        Params::F32(float) => {
            for place in some(&mut float.weights, rng) {
                *place = f32::from_bits(rng.next_u64() as u32);
            }
            for place in some(&mut float.bias, rng) {
                *place = [0.0, -1e30, 1e30, f32::NAN, f32::MIN_POSITIVE][rng.range(0, 4) as usize];
            }
            return;
        }
        Params::I8(int8) => int8,
        Params::I4(int4) => {
            for place in some(&mut int4.scales, rng) {
                *place = extreme(rng, 0, 255) as u8;
            }
            for place in some(&mut int4.int8.weights, rng) {
                *place = extreme(rng, -7, 7) as i8;
            }
            &mut int4.int8
        }
    };
    // The reference cannot write half bytes beyond these.
    let first = if halved { 2 } else { 0 };
    match rng.range(first, 6) {
        0 => some(&mut int8.weights, rng).for_each(|place| *place = extreme(rng, -127, 127) as i8),
        1 => {
            let sign = rng.range(0, 1) as i8 * 2 - 1;
            int8.weights.iter_mut().for_each(|weight| *weight = 127 * sign);
        }
        2 => some(&mut int8.bias, rng)
            .for_each(|place| *place = extreme(rng, i32::MIN.into(), i32::MAX.into()) as i32),
        3 => some(&mut int8.multipliers, rng)
            .for_each(|place| *place = extreme(rng, 0, 32_768) as u16),
        4 => some(&mut int8.negative_multipliers, rng)
            .for_each(|place| *place = extreme(rng, 0, 32_768) as u16),
        5 => some(&mut int8.shifts, rng).for_each(|place| *place = extreme(rng, 16, 47) as u8),
        _ => some(&mut int8.table, rng).for_each(|place| *place = extreme(rng, 0, 255) as u8),
    }
}

/// A few places of a section, or all of them.
fn some<'p, T>(
    section: &'p mut [T],
    rng: &mut SplitMix64,
) -> impl Iterator<Item = &'p mut T> + use<'p, T> {
    let step = rng.range(1, section.len().max(1) as i64) as usize;
    let first = rng.range(0, step as i64 - 1) as usize;
    section.iter_mut().skip(first).step_by(step)
}

/// Gives a layer one output less, and the next one input less, with the numbers that are left.
fn resize(model: &mut Model, index: usize, rng: &mut SplitMix64) {
    let rows = model.bias_rows(index);
    let Some(layer) = model.layers.get_mut(index) else { return };
    let (inputs, outputs) = (usize::from(layer.inputs), usize::from(layer.outputs));
    if outputs < 2 {
        return;
    }
    let less = rng.range(1, outputs as i64 - 1) as usize;
    layer.outputs = less as u16;
    match &mut layer.params {
        Params::F32(float) => {
            float.weights.truncate(less * inputs);
            float.bias.truncate(less * rows);
        }
        Params::I8(int8) => short(int8, less, inputs, rows),
        Params::I4(int4) => {
            let groups = int4.groups(inputs as u16);
            int4.scales.truncate(less * groups);
            short(&mut int4.int8, less, inputs, rows);
        }
    }
    match model.layers.get_mut(index + 1) {
        Some(next) => {
            next.inputs = less as u16;
            let outputs = usize::from(next.outputs);
            match &mut next.params {
                Params::F32(float) => float.weights.truncate(less * outputs),
                Params::I8(int8) => int8.weights.truncate(less * outputs),
                Params::I4(int4) => {
                    int4.int8.weights.truncate(less * outputs);
                    let groups = int4.groups(less as u16);
                    int4.scales.truncate(outputs * groups);
                }
            }
        }
        None => (model.width, model.height, model.channels) = (less as u16, 1, 1),
    }
}

fn short(int8: &mut gan_tests::reference::Int8, outputs: usize, inputs: usize, rows: usize) {
    int8.weights.truncate(outputs * inputs);
    int8.bias.truncate(outputs * rows);
    int8.multipliers.truncate(outputs);
    int8.negative_multipliers.truncate(outputs);
    int8.shifts.truncate(outputs);
}

/// Calls what goes in or comes out something else.
fn transposed_image(model: &mut Model, rng: &mut SplitMix64) {
    match rng.range(0, 3) {
        0 => std::mem::swap(&mut model.width, &mut model.height),
        1 => model.inputs.reverse(),
        2 => model.inputs = vec![Part::Image { width: model.latent_len, height: 1, channels: 1 }],
        _ => model.classes = rng.range(0, 3) as u16,
    }
}
