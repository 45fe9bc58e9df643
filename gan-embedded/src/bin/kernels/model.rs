//! Layers of random numbers, or of numbers at the ends of what every packing is exact for.

use gan_core::blob::{self, LayerSpecs};
use gan_core::generator::{Layer, Nibbles, Output};
use gan_core::{Activation, Aligned, Element, EncodeError, Header, ImageShape, LayerSpec, Packing};

/// Most weights of a check's layers together.
pub const WEIGHTS: usize = if cfg!(feature = "microbit") {
    500
} else if cfg!(feature = "lm3s6965evb") {
    6_000
} else if cfg!(feature = "netduinoplus2") {
    16_000
} else if cfg!(feature = "mps3-an547") {
    60_000
} else {
    240_000
};
/// Largest number of inputs or outputs.
pub const WIDTH: usize = if cfg!(feature = "microbit") {
    24
} else if cfg!(feature = "lm3s6965evb") {
    128
} else if cfg!(feature = "netduinoplus2") {
    256
} else {
    1100
};
/// Labels of a check that has any.
pub const CLASSES: usize = 3;
/// Bytes of a blob: the weights, padded by groups of seven rows and 16 columns, 16 bytes a row for
/// its other numbers, header and tables.
const BLOB: usize = WEIGHTS + 22 * WIDTH + (16 + 4 * CLASSES) * 2 * WIDTH + 768;

/// Scales, one for 16 inputs at least, and half bytes, padded to groups of 32.
const SCALES: usize = WEIGHTS / 16 + WIDTH;
const HALF_BYTES: usize = WEIGHTS / 2 + 16 * WIDTH;

/// What a layer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Bytes,
    /// In groups of so many inputs.
    HalfBytes(u8),
}

/// Sizes of a layer.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub inputs: usize,
    pub outputs: usize,
    /// 0: there are no labels.
    pub classes: usize,
}

/// All the memory that the checks need.
pub struct Buffers {
    pub weights: [i8; WEIGHTS],
    pub half_bytes: [u8; HALF_BYTES],
    pub scales: [u8; SCALES],
    pub bias: [u8; 4 * CLASSES * WIDTH],
    pub multipliers: [u8; 2 * WIDTH],
    pub negative_multipliers: [u8; 2 * WIDTH],
    pub shifts: [u8; WIDTH],
    /// Of the layer that passes codes on.
    pub passing: Passing,
    pub rows: Aligned<[u8; BLOB]>,
    pub packed: Aligned<[u8; BLOB]>,
    pub latents: [[u8; WIDTH]; 2],
    pub scratch: [u32; 2 * WIDTH],
    pub expected: [[u8; WIDTH]; 2],
    pub pixels: [[u8; WIDTH]; 2],
}

impl Buffers {
    /// All zero.
    pub const ZERO: Self = Self {
        weights: [0; WEIGHTS],
        half_bytes: [0; HALF_BYTES],
        scales: [0; SCALES],
        bias: [0; 4 * CLASSES * WIDTH],
        multipliers: [0; 2 * WIDTH],
        negative_multipliers: [0; 2 * WIDTH],
        shifts: [0; WIDTH],
        passing: Passing { bias: [0; 4 * WIDTH], multipliers: [0; 2 * WIDTH], shifts: [0; WIDTH] },
        rows: Aligned([0; BLOB]),
        packed: Aligned([0; BLOB]),
        latents: [[0; WIDTH]; 2],
        scratch: [0; 2 * WIDTH],
        expected: [[0; WIDTH]; 2],
        pixels: [[0; WIDTH]; 2],
    };
}

/// Numbers of the layer that passes codes on: 127 times a code, divided by 127.
pub struct Passing {
    bias: [u8; 4 * WIDTH],
    multipliers: [u8; 2 * WIDTH],
    shifts: [u8; WIDTH],
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
    // A permutation: no two indices give one pixel.
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
    let spec = |inputs: usize, element, activation, zero_point| LayerSpec {
        inputs: inputs as u16,
        outputs: outputs as u16,
        element,
        packing: Packing::Rows,
        activation,
        zero_point,
    };
    let element = match kind {
        Kind::Bytes => Element::I8,
        Kind::HalfBytes(group) => Element::I4 { group },
    };
    // Lines that begin inside of groups of rows, if there can be some.
    let lines = [7, 5, 3].into_iter().find(|&lines| outputs.is_multiple_of(lines)).unwrap_or(1);
    let mut header = Header {
        name: "check",
        latent_len: inputs as u16,
        classes: classes as u16,
        image: ImageShape { width: (outputs / lines) as u16, height: lines as u16, channels: 1 },
        layers: LayerSpecs::new(),
    };
    let mut layers = [first, first];
    // Both have room for sixteen.
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

/// The sums of a row's weights, and where its bias may lie.
struct Sums {
    /// 127 times those of the positive and of the negative weights.
    above: i32,
    below: i32,
    /// How far a sum is from the middle, about.
    spread: u32,
    /// Ends of what every kernel is exact for.
    limits: (i32, i32),
}

/// Signs of a row at the limit: all positive, all negative, or any.
fn signs(random: &mut Random) -> impl FnMut(&mut Random) -> i8 + use<> {
    let all = random.below(4);
    move |random| match all {
        0 => 1,
        1 => -1,
        _ => 2 * random.below(2) as i8 - 1,
    }
}

/// Fills a row of bytes.
fn bytes(weights: &mut [i8], random: &mut Random) -> Sums {
    // With more inputs, no bias would bring such a row's sums into 24 bits.
    let at_the_limit = weights.len() <= 1000 && random.below(4) == 0;
    let mut sign = signs(random);
    weights.fill_with(|| {
        if at_the_limit { 127 * sign(random) } else { (random.below(255) as i16 - 127) as i8 }
    });
    let (mut above, mut below) = (0, 0);
    for &weight in &*weights {
        above += 127 * i32::from(weight.max(0));
        below += 127 * i32::from(weight.min(0));
    }
    Sums {
        above,
        below,
        spread: 64 + 3000 * weights.len().isqrt() as u32,
        limits: (-(1 << 23), (1 << 23) - 1),
    }
}

/// Fills a row of half bytes and its scales.
fn half_bytes(
    buffers: &mut Buffers,
    random: &mut Random,
    group: usize,
    row: usize,
    inputs: usize,
) -> Sums {
    let groups = inputs.div_ceil(group);
    let scales = &mut buffers.scales[row * groups..][..groups];
    let weights = buffers.half_bytes[row * groups * group / 2..][..groups * group / 2]
        .chunks_exact_mut(group / 2);
    let at_the_limit = random.below(4) == 0;
    let mut sign = signs(random);
    let (mut above, mut below, mut left) = (0, 0, inputs);
    for (scale, bytes) in scales.iter_mut().zip(weights) {
        *scale = if at_the_limit { 255 } else { random.below(256) as u8 };
        for byte in bytes {
            let mut weight = || {
                let Some(after) = left.checked_sub(1) else { return 0 };
                left = after;
                let weight =
                    if at_the_limit { 7 * sign(random) } else { random.below(15) as i8 - 7 };
                above += 127 * i32::from(*scale) * i32::from(weight.max(0));
                below += 127 * i32::from(*scale) * i32::from(weight.min(0));
                weight
            };
            let (even, odd) = (weight(), weight());
            *byte = blob::half_bytes(even, odd);
        }
    }
    Sums { above, below, spread: 40_000 * inputs.isqrt() as u32, limits: (i32::MIN, i32::MAX) }
}

/// Fills in all of a row but its weights.
fn numbers(buffers: &mut Buffers, random: &mut Random, size: Size, row: usize, sums: &Sums) {
    let &Sums { above, below, spread, limits: (least, most) } = sums;
    for class in 0..size.classes.max(1) {
        let bias = match random.below(8) {
            0 => most - above,
            1 => least - below,
            _ => {
                (random.below(1 << 16) as i32 - (1 << 15)) * (spread >> 10) as i32 / 32
                    - above / 2
                    - below / 2
            }
        };
        buffers.bias[4 * (class * size.outputs + row)..][..4].copy_from_slice(&bias.to_le_bytes());
    }
    // Spreads the outputs over the codes, or does anything.
    let (multiplier, shift) = match random.below(8) {
        0 => (random.below(32768), 17 + random.below(16)),
        _ => (16384 + random.below(16384), (8 + spread.ilog2()).clamp(17, 32)),
    };
    buffers.shifts[row] = shift as u8;
    buffers.multipliers[2 * row..][..2].copy_from_slice(&(multiplier as u16).to_le_bytes());
    let negative = if random.below(2) == 0 { multiplier / 5 } else { random.below(32768) };
    buffers.negative_multipliers[2 * row..][..2].copy_from_slice(&(negative as u16).to_le_bytes());
}

/// A linear congruential generator with the constants of Numerical Recipes: enough for tests.
pub struct Random(pub u32);

impl Random {
    /// A number below `count`, which is at most 65536.
    pub fn below(&mut self, count: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((self.0 >> 16) * count) >> 16
    }
}
