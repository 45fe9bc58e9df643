//! Compares gan-core's kernel for this core with its scalar loops, on the device, over layers of many sizes.
//!
//! Each check fills a layer with numbers, packs it here, makes an image with both blobs and compares. A hidden layer is followed by one that
//! passes its codes on, so that every code is seen. Sizes go from 1 to 1,100, or as far as the memory does, odd and prime ones included; numbers
//! are random, or at the ends of what the packing is exact for.
//!
//! The exit code is 0 only if every check passed, every layer could be packed, and the kernel is not the scalar one.
#![no_std]
#![no_main]

use core::fmt::{self, Write as _};

use gan_core::blob::{self, LayerSpecs};
use gan_core::generator::{Layer, Output};
use gan_core::{Activation, Aligned, Element, Header, ImageShape, LayerSpec, Packing, decode, kernel};
use gan_embedded::console::{self, Console};
use gan_embedded::{board, entry};
use static_cell::ConstStaticCell;

/// Most weights of a check's layers together.
const WEIGHTS: usize = if cfg!(feature = "microbit") {
    500
} else if cfg!(feature = "mps3-an547") {
    95_000
} else {
    240_000
};
/// Largest number of inputs or outputs.
const WIDTH: usize = if cfg!(feature = "microbit") { 24 } else { 1100 };
/// Labels of a check that has any.
const CLASSES: usize = 3;
/// Bytes of a blob: the weights, padded by groups of seven rows and 16 columns, 16 bytes a row for its other numbers, header and tables.
const BLOB: usize = WEIGHTS + 22 * WIDTH + (16 + 4 * CLASSES) * 2 * WIDTH + 768;

/// All the memory that the checks need.
struct Buffers {
    weights: [i8; WEIGHTS],
    bias: [u8; 4 * CLASSES * WIDTH],
    multipliers: [u8; 2 * WIDTH],
    negative_multipliers: [u8; 2 * WIDTH],
    shifts: [u8; WIDTH],
    /// Of the layer that passes codes on.
    passing: Passing,
    rows: Aligned<[u8; BLOB]>,
    packed: Aligned<[u8; BLOB]>,
    latent: [u8; WIDTH],
    scratch: [u32; WIDTH],
    expected: [u8; WIDTH],
    pixels: [u8; WIDTH],
}

static BUFFERS: ConstStaticCell<Buffers> = ConstStaticCell::new(Buffers {
    weights: [0; WEIGHTS],
    bias: [0; 4 * CLASSES * WIDTH],
    multipliers: [0; 2 * WIDTH],
    negative_multipliers: [0; 2 * WIDTH],
    shifts: [0; WIDTH],
    passing: Passing { bias: [0; 4 * WIDTH], multipliers: [0; 2 * WIDTH], shifts: [0; WIDTH] },
    rows: Aligned([0; BLOB]),
    packed: Aligned([0; BLOB]),
    latent: [0; WIDTH],
    scratch: [0; WIDTH],
    expected: [0; WIDTH],
    pixels: [0; WIDTH],
});

/// Numbers of the layer that passes codes on: 127 times a code, divided by 127.
struct Passing {
    bias: [u8; 4 * WIDTH],
    multipliers: [u8; 2 * WIDTH],
    shifts: [u8; WIDTH],
}

#[entry]
fn main() -> ! {
    match check(&mut Console::open(), BUFFERS.take()) {
        Ok(ok) => console::exit(ok),
        Err(fmt::Error) => console::fatal(format_args!("the host's console does not take text")),
    }
}

/// Runs all checks; whether every one passed.
fn check(console: &mut Console, buffers: &mut Buffers) -> Result<bool, fmt::Error> {
    writeln!(console, "kernel {} on {} ({})", kernel::NAME, board::NAME, board::CORE)?;
    let (mut passed, mut failed) = (0, 0);
    let mut random = Random(1);
    let mut one = |inputs: usize, outputs: usize, hidden: bool| -> fmt::Result {
        let (passing, random) = (if hidden { outputs * outputs } else { 0 }, &mut random);
        if inputs > WIDTH || outputs > WIDTH || inputs * outputs + passing > WEIGHTS {
            return Ok(());
        }
        match compare(buffers, random, inputs, outputs, hidden) {
            None => passed += 1,
            Some(fault) => {
                failed += 1;
                if failed <= 3 {
                    let kind = if hidden { "hidden" } else { "last" };
                    writeln!(console, "{kind} layer of {inputs} inputs and {outputs} outputs: {fault}")?;
                }
            }
        }
        Ok(())
    };
    // Every size of either up to two groups and two blocks of columns, then sizes that get larger and stay odd or prime.
    for size in 1..=40 {
        for (inputs, outputs) in [(size, 9), (size, 4), (13, size), (32, size)] {
            one(inputs, outputs, true)?;
            one(inputs, outputs, false)?;
        }
    }
    for size in [41, 47, 60, 64, 97, 100, 127, 128, 211, 256, 331, 401, 512, 613, 784, 785, 1024, 1031, 1093, 1100] {
        for other in [5, 16, 61, 211] {
            one(size, other, true)?;
            one(other, size, false)?;
        }
    }
    writeln!(console, "kernels: {passed} passed, {failed} failed")?;
    Ok(failed == 0 && passed > 0 && kernel::PACKING != Packing::Rows)
}

/// What is wrong with a layer.
enum Fault {
    /// It was not packed.
    Rows,
    /// gan-core does not take it.
    Blob(gan_core::DecodeError),
    /// gan-core does not write it.
    Encode(gan_core::EncodeError),
    /// gan-core does not run it.
    Generate(gan_core::GenerateError),
    /// A row has another output.
    Row { row: usize, expected: u8, got: u8 },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows => f.write_str("not packed"),
            Self::Blob(error) => write!(f, "{error}"),
            Self::Encode(error) => write!(f, "{error}"),
            Self::Generate(error) => write!(f, "{error}"),
            Self::Row { row, expected, got } => write!(f, "row {row}: expected {expected}, got {got}"),
        }
    }
}

/// Makes a model of one layer, or of a hidden one and one that passes its codes on, and compares its images.
fn compare(buffers: &mut Buffers, random: &mut Random, inputs: usize, outputs: usize, hidden: bool) -> Option<Fault> {
    buffers.latent.fill_with(|| random.below(128) as u8);
    let classes = if random.below(2) == 0 { 0 } else { CLASSES };
    let label = classes.checked_sub(1).map(|label| label as u16);
    let len = match model(buffers, random, [inputs, outputs, classes], hidden) {
        Ok(len) => len,
        Err(error) => return Some(Fault::Encode(error)),
    };
    let Buffers { rows, packed, latent, scratch, expected, pixels, .. } = buffers;
    let (latent, expected, pixels) = (&latent[..inputs], &mut expected[..outputs], &mut pixels[..outputs]);
    let rows = match decode(&rows.0[..len]) {
        Ok(generator) => generator,
        Err(error) => return Some(Fault::Blob(error)),
    };
    if let Err(error) = rows.generate(latent, label, scratch, expected) {
        return Some(Fault::Generate(error));
    }
    let header = rows.packed_header(kernel::PACKING);
    if header.layers.iter().any(|spec| spec.packing != kernel::PACKING) {
        return Some(Fault::Rows);
    }
    let len = match blob::encode(&header, rows.layers(), &mut packed.0) {
        Ok(len) => len,
        Err(error) => return Some(Fault::Encode(error)),
    };
    let packed = match decode(&packed.0[..len]) {
        Ok(generator) => generator,
        Err(error) => return Some(Fault::Blob(error)),
    };
    scratch.fill(0xA5A5_A5A5);
    pixels.iter_mut().zip(&*expected).for_each(|(pixel, &expected)| *pixel = !expected);
    if let Err(error) = packed.generate(latent, label, scratch, pixels) {
        return Some(Fault::Generate(error));
    }
    let row = expected.iter().zip(&*pixels).position(|(expected, got)| expected != got)?;
    Some(Fault::Row { row, expected: expected[row], got: pixels[row] })
}

/// Writes the canonical blob of a model with random numbers, and returns its length.
fn model(
    buffers: &mut Buffers,
    random: &mut Random,
    [inputs, outputs, classes]: [usize; 3],
    hidden: bool,
) -> Result<usize, gan_core::EncodeError> {
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
struct Random(u32);

impl Random {
    /// A number below `count`, which is at most 65536.
    fn below(&mut self, count: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((self.0 >> 16) * count) >> 16
    }
}
