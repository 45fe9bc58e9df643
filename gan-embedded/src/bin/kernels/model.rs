//! Layers of random numbers, or of numbers at the ends of what every packing is exact for.

use gan_core::blob::{self, LayerSpecs};
use gan_core::generator::{Layer, Output};
use gan_core::{Activation, Aligned, Element, EncodeError, Header, ImageShape, LayerSpec, Packing};

/// Most weights of a check's layers together.
pub const WEIGHTS: usize = if cfg!(feature = "microbit") {
    500
} else if cfg!(feature = "lm3s6965evb") {
    10_000
} else if cfg!(feature = "netduinoplus2") {
    20_000
} else if cfg!(feature = "mps3-an547") {
    95_000
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
/// Bytes of a blob: the weights, padded by groups of seven rows and 16 columns, 16 bytes a row for its other numbers, header and tables.
const BLOB: usize = WEIGHTS + 22 * WIDTH + (16 + 4 * CLASSES) * 2 * WIDTH + 768;

/// All the memory that the checks need.
pub struct Buffers {
    pub weights: [i8; WEIGHTS],
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
    [inputs, outputs, classes]: [usize; 3],
    hidden: bool,
) -> Result<usize, EncodeError> {
    let (weights, after) = buffers.weights.split_at_mut(inputs * outputs);
    for row in 0..outputs {
        let weights = &mut weights[row * inputs..][..inputs];
        // With more inputs, no bias would bring such a row's sums into 24 bits.
        let at_the_limit = inputs <= 1000 && random.below(4) == 0;
        weights.fill_with(|| {
            if at_the_limit { 127 * (2 * random.below(2) as i8 - 1) } else { (random.below(255) as i16 - 127) as i8 }
        });
        let sum = |sign: i32| 127 * weights.iter().map(|&w| i32::from(w)).filter(|&w| w.signum() == sign).sum::<i32>();
        let spread = 64 + 3000 * inputs.isqrt() as u32;
        // The ends of what every kernel is exact for, or something in the middle of the sums.
        let (most, least) = ((1 << 23) - 1 - sum(1), -(1 << 23) - sum(-1));
        for class in 0..classes.max(1) {
            let bias = match random.below(8) {
                0 => most,
                1 => least,
                _ => random.below(2 * spread) as i32 - spread as i32 - (sum(1) + sum(-1)) / 2,
            };
            buffers.bias[4 * (class * outputs + row)..][..4].copy_from_slice(&bias.to_le_bytes());
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

    let mut table = [0; 256];
    // A permutation: no two indices give one pixel.
    table.iter_mut().zip(0u8..).for_each(|(entry, index)| *entry = index.wrapping_mul(167).wrapping_add(13));
    let identity = core::array::from_fn(|index| index as u8);
    let output = match hidden {
        true => Output::Code { negative_multipliers: &buffers.negative_multipliers[..2 * outputs] },
        false => Output::Table(&table),
    };
    let first = Layer::I8 {
        weights,
        bias: &buffers.bias[..4 * classes.max(1) * outputs],
        multipliers: &buffers.multipliers[..2 * outputs],
        shifts: &buffers.shifts[..outputs],
        output,
    };
    let zero_point = if hidden { random.below(2) * random.below(128) } else { random.below(256) };
    let spec = |inputs: usize, activation, zero_point| LayerSpec {
        inputs: inputs as u16,
        outputs: outputs as u16,
        element: Element::I8,
        packing: Packing::Rows,
        activation,
        zero_point,
    };
    let mut header = Header {
        name: "check",
        latent_len: inputs as u16,
        classes: classes as u16,
        image: ImageShape { width: outputs as u16, height: 1, channels: 1 },
        layers: LayerSpecs::new(),
    };
    let mut layers = [first, first];
    // Both have room for sixteen.
    let _ = header.layers.push(spec(inputs, Activation::LeakyRelu(0.2), zero_point as u8));
    if hidden {
        let _ = header.layers.push(spec(outputs, Activation::Linear, 0));
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

/// A linear congruential generator with the constants of Numerical Recipes: enough for tests.
pub struct Random(pub u32);

impl Random {
    /// A number below `count`, which is at most 65536.
    pub fn below(&mut self, count: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((self.0 >> 16) * count) >> 16
    }
}
