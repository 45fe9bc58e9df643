//! The memory that the checks need, and the sizes of layers that fit in it. The build script makes
//! it as large as the board's RAM permits.

use gan_core::Aligned;

/// The largest number of weights of a check's layers together.
pub const WEIGHTS: usize = number(env!("GAN_CHECK_WEIGHTS"));
/// The largest number of inputs or outputs.
pub const WIDTH: usize = number(env!("GAN_CHECK_WIDTH"));
/// The number of labels of a check that has any.
pub const CLASSES: usize = 3;
/// The bytes of a blob: the weights with padding to groups of seven rows and 16 columns, 16 bytes a
/// row for its other parameters, the header and the tables.
const BLOB: usize = WEIGHTS + 22 * WIDTH + (16 + 4 * CLASSES) * 2 * WIDTH + 768;

/// The bytes of scales, of which there is one for each 16 inputs at most, and of int4 weights with
/// padding to groups of 32.
const SCALES: usize = WEIGHTS / 16 + WIDTH;
const HALF_BYTES: usize = WEIGHTS / 2 + 16 * WIDTH;

/// The sizes of a layer.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub inputs: usize,
    pub outputs: usize,
    /// The number of labels. It is 0 if the layer has none.
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
    /// The parameters of the identity layer, whose outputs are its inputs.
    pub passing: Passing,
    pub rows: Aligned<[u8; BLOB]>,
    pub packed: Aligned<[u8; BLOB]>,
    pub latents: [[u8; WIDTH]; 2],
    pub scratch: [u32; 2 * WIDTH],
    pub expected: [[u8; WIDTH]; 2],
    pub pixels: [[u8; WIDTH]; 2],
}

impl Buffers {
    /// Returns buffers that are all zero.
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

/// Fills in the identity layer: 127 times a code, divided by 127.
pub struct Passing {
    pub bias: [u8; 4 * WIDTH],
    pub multipliers: [u8; 2 * WIDTH],
    pub shifts: [u8; WIDTH],
}

/// Parses the digits of a number that `build.rs` has written.
const fn number(digits: &str) -> usize {
    match usize::from_str_radix(digits, 10) {
        Ok(number) => number,
        Err(_) => panic!("build.rs has written no number"),
    }
}
