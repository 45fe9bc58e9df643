//! Compares gan-core's kernels for this core with its scalar loops, on the device, for layers of
//! many sizes: with int8 weights and, with the feature `int4`, with int4 weights.
//!
//! Each check fills a layer with parameters, packs it on the device, makes images with both blobs
//! (as a whole, line by line, and two at a time) and compares them. A hidden layer is followed by
//! an identity layer, so that every code is compared. The sizes go from 1 to 1,100, or as far as
//! the memory permits, with odd and prime ones among them. The parameters are random, or at the
//! ends of the range for which the packing is exact. All the while a timer interrupts, and the
//! registers around each call of assembly are compared ([`watch`]).
//!
//! The exit code is 0 only if every check passed, every layer could be packed, every register was
//! kept, and the kernel is not the scalar one.
#![no_std]
#![no_main]

mod buffers;
mod model;
mod numbers;
mod watch;

use core::fmt::{self, Write as _};

use buffers::{Buffers, CLASSES, Size, WEIGHTS, WIDTH};
use gan_core::{CODE_MAX, Packing, blob, decode, kernel};
use gan_embedded::console::{self, Console};
use gan_embedded::{about, entry};
use model::{Kind, model};
use numbers::Random;
use static_cell::ConstStaticCell;

/// The largest number of weights of a layer that is tested in several kinds.
const LARGE: usize = 32_000;

static BUFFERS: ConstStaticCell<Buffers> = ConstStaticCell::new(Buffers::ZERO);

#[entry]
fn main() -> ! {
    match check(&mut Console::open(), BUFFERS.take()) {
        Ok(ok) => console::exit(ok),
        Err(fmt::Error) => {
            gan_embedded::fatal(format_args!("the host's console does not take text"))
        }
    }
}

/// Runs all checks, and returns whether every one passed.
fn check(console: &mut Console, buffers: &mut Buffers) -> Result<bool, fmt::Error> {
    writeln!(console, "kernel {} on {} ({})", kernel::NAME, about::NAME, about::CORE)?;
    let kinds: &[Kind] = if cfg!(feature = "int4") {
        &[Kind::Bytes, Kind::HalfBytes(16), Kind::HalfBytes(32)]
    } else {
        &[Kind::Bytes]
    };
    if kinds.len() == 1 {
        writeln!(console, "SKIPPED layers of half bytes: built without feature int4")?;
    }
    watch::start();
    let (mut passed, mut failed) = (0, 0);
    let mut random = Random(1);
    let mut one = |kind: Kind, inputs: usize, outputs: usize, hidden: bool| -> fmt::Result {
        let (passing, random) = (if hidden { outputs * outputs } else { 0 }, &mut random);
        if inputs > WIDTH || outputs > WIDTH || inputs * outputs + passing > WEIGHTS {
            return Ok(());
        }
        match compare(buffers, random, kind, [inputs, outputs], hidden) {
            Ok(()) => passed += 1,
            Err(fault) => {
                failed += 1;
                if failed <= 3 {
                    let place = if hidden { "hidden" } else { "last" };
                    writeln!(
                        console,
                        "{place} layer of {kind:?}, {inputs} inputs and {outputs} outputs: {fault}"
                    )?;
                }
            }
        }
        Ok(())
    };
    // These test every number of inputs (for int4 in one of the group sizes) with few outputs,
    // because kernels compute whole groups of rows anyway. Then they test every number of outputs
    // up to 256, and above only each seventh, because each takes many more bytes.
    for size in 1..=WIDTH {
        for kind in [Kind::Bytes, Kind::HalfBytes([16, 32][size % 2])] {
            if kinds.contains(&kind) {
                one(kind, size, 1 + size % 3, false)?;
                if size <= 256 || size.is_multiple_of(7) {
                    one(kind, 1 + size % 3, size, false)?;
                }
            }
        }
    }
    for &kind in kinds {
        // These go up to two groups and two blocks of columns, in hidden and last layers.
        for size in 1..=40 {
            for (inputs, outputs) in [(size, 9), (size, 4), (13, size), (32, size)] {
                one(kind, inputs, outputs, true)?;
                one(kind, inputs, outputs, false)?;
            }
        }
        // These are larger sizes, odd and prime ones among them. In some, both sizes are large.
        for size in [
            41, 47, 60, 64, 97, 100, 127, 128, 211, 256, 331, 401, 512, 613, 784, 785, 1024, 1031,
            1093, 1100,
        ] {
            for other in [5, 16, 61, 211] {
                if size * other <= LARGE {
                    one(kind, size, other, other < 100)?;
                    one(kind, other, size, false)?;
                }
            }
        }
    }
    one(Kind::Bytes, 1093, 211, false)?;
    let all_kept = watch::report(console)?;
    writeln!(console, "kernels: {passed} passed, {failed} failed")?;
    Ok(all_kept && failed == 0 && passed > 0 && kernel::PACKING != Packing::Rows)
}

/// The reason why a check fails.
enum Fault {
    /// The layer was not packed.
    Rows,
    /// gan-core does not decode the blob.
    Blob(gan_core::DecodeError),
    /// gan-core does not encode the blob.
    Encode(gan_core::EncodeError),
    /// gan-core does not run the layer.
    Generate(gan_core::GenerateError),
    /// A row has another output than with the scalar loop.
    Row { image: &'static str, row: usize, expected: u8, got: u8 },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows => f.write_str("not packed"),
            Self::Blob(error) => write!(f, "{error}"),
            Self::Encode(error) => write!(f, "{error}"),
            Self::Generate(error) => write!(f, "{error}"),
            Self::Row { image, row, expected, got } => {
                write!(f, "{image}row {row}: expected {expected}, got {got}")
            }
        }
    }
}

/// Makes a model of one layer, or of a hidden layer and an identity layer, and compares its images.
fn compare(
    buffers: &mut Buffers,
    random: &mut Random,
    kind: Kind,
    [inputs, outputs]: [usize; 2],
    hidden: bool,
) -> Result<(), Fault> {
    let classes = if random.below(2) == 0 { 0 } else { CLASSES };
    let labels = [0, CLASSES as u16 - 1].map(|label| (classes > 0).then_some(label));
    buffers.latents.as_flattened_mut().fill_with(|| random.below(128) as u8);
    // A row of largest weights gives the largest sums.
    if random.below(4) == 0 {
        buffers.latents[1].fill(CODE_MAX);
    }
    let len = model(buffers, random, kind, Size { inputs, outputs, classes }, hidden)
        .map_err(Fault::Encode)?;
    let Buffers { rows, packed, latents, scratch, expected, pixels, .. } = buffers;
    let latents = latents.each_ref().map(|latent| &latent[..inputs]);
    let expected = expected.each_mut().map(|expected| &mut expected[..outputs]);
    let [first, second] = pixels.each_mut().map(|pixels| &mut pixels[..outputs]);

    let rows = decode(&rows.0[..len]).map_err(Fault::Blob)?;
    // Where the kernel computes int4 weights in rows, the other order is the one that it does not
    // support.
    let in_rows = kind != Kind::Bytes && kernel::PACKING == Packing::Blocks7x16;
    let header = rows.packed_header(if in_rows { Packing::NibbleLane } else { kernel::PACKING });
    let wanted = if kind == Kind::Bytes { kernel::PACKING } else { Packing::NibbleLane };
    if header.layers[0].packing != wanted {
        return Err(Fault::Rows);
    }
    let len = blob::encode(&header, rows.layers(), &mut packed.0).map_err(Fault::Encode)?;
    let packed = decode(&packed.0[..len]).map_err(Fault::Blob)?;
    let (scalar, kernel) = if in_rows { (packed, rows) } else { (rows, packed) };

    let [first_expected, second_expected] = expected;
    scalar.generate(latents[0], labels[0], scratch, first_expected).map_err(Fault::Generate)?;
    scalar.generate(latents[1], labels[1], scratch, second_expected).map_err(Fault::Generate)?;
    spoil(scratch, first, first_expected);
    kernel.generate(latents[0], labels[0], scratch, first).map_err(Fault::Generate)?;
    same("", first_expected, first)?;

    spoil(scratch, first, first_expected);
    spoil(scratch, second, second_expected);
    let line = &mut second[..kernel.line_len()];
    let sink = |y: usize, line: &[u8]| first[y * line.len()..][..line.len()].copy_from_slice(line);
    kernel.generate_rows(latents[0], labels[0], scratch, line, sink).map_err(Fault::Generate)?;
    same("in lines, ", first_expected, first)?;

    spoil(scratch, first, first_expected);
    spoil(scratch, second, second_expected);
    kernel
        .generate_pair(latents, labels, scratch, [&mut *first, &mut *second])
        .map_err(Fault::Generate)?;
    same("first of two, ", first_expected, first)?;
    same("second of two, ", second_expected, second)
}

/// Overwrites the buffers, so that old contents cannot be taken for a result.
fn spoil(scratch: &mut [u32], pixels: &mut [u8], expected: &[u8]) {
    scratch.fill(0xA5A5_A5A5);
    pixels.iter_mut().zip(expected).for_each(|(pixel, &expected)| *pixel = !expected);
}

fn same(image: &'static str, expected: &[u8], got: &[u8]) -> Result<(), Fault> {
    match expected.iter().zip(got).position(|(expected, got)| expected != got) {
        Some(row) => Err(Fault::Row { image, row, expected: expected[row], got: got[row] }),
        None => Ok(()),
    }
}
