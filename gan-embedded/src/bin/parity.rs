//! Checks on the device what the golden vectors say: the arithmetic, then whole images. Integers must be equal bit for bit;
//! only the pixels of a float model have a tolerance, from the table in gan-tests.
//!
//! One line for each group, with its first mismatch before it, and a last line for all. The exit code is 0 only if every
//! check passed; 1 after a mismatch, 2 if the vectors cannot be used or the core faulted, 101 after a panic.
#![no_std]
#![no_main]

use core::fmt::{self, Write as _};
use core::hint::black_box;

use gan_core::generator::Layer;
use gan_core::latent::LatentSampler;
use gan_core::quant::Rescale;
use gan_core::{GenerateError, Generator};
use gan_embedded::console::{self, Console};
use gan_embedded::model::{self, CHANNELS, CRC, HEIGHT, LATENT_LEN, LINE_LEN, PIXELS_LEN, SCRATCH_LEN, WIDTH};
use gan_embedded::{board, entry};
use gan_tests::tolerance::FLOAT;
use gan_tests::vectors::{Arithmetic, ImageVector, Images, SAMPLER_CODES, VectorError};
use static_cell::ConstStaticCell;

include!(concat!(env!("OUT_DIR"), "/vectors.rs"));

/// All the memory that the checks need.
struct Buffers {
    latent: [u8; LATENT_LEN],
    scratch: [u32; SCRATCH_LEN],
    line: [u8; LINE_LEN],
    pixels: [u8; PIXELS_LEN],
}

static BUFFERS: ConstStaticCell<Buffers> = ConstStaticCell::new(Buffers {
    latent: [0; LATENT_LEN],
    scratch: [0; SCRATCH_LEN],
    line: [0; LINE_LEN],
    pixels: [0; PIXELS_LEN],
});

#[entry]
fn main() -> ! {
    match check(&mut Console::open(), BUFFERS.take()) {
        Ok(ok) => console::exit(ok),
        Err(fmt::Error) => console::fatal(format_args!("the host's console does not take text")),
    }
}

/// Runs all groups; whether every check passed.
fn check(console: &mut Console, buffers: &mut Buffers) -> Result<bool, fmt::Error> {
    let generator = model::decoded();
    let arithmetic = usable(Arithmetic::read(black_box(ARITHMETIC)), "arithmetic");
    let images = usable(Images::read(black_box(IMAGES), CRC), "images");
    if (images.latent_len(), images.pixels_len()) != (LATENT_LEN, PIXELS_LEN) {
        console::fatal(format_args!("images vectors: other sizes than the blob's"));
    }
    writeln!(console, "{} on {} ({})", generator.name(), board::NAME, board::CORE)?;

    let mut total = Group::new("parity");
    total.add(rescale(console, &arithmetic)?);
    total.add(sampler(console, &arithmetic)?);
    total.add(latents(console, &images, buffers)?);
    total.add(whole(console, &generator, &images, buffers)?);
    total.add(rows(console, &generator, &images, buffers)?);
    total.print(console)?;
    Ok(total.failed == 0 && total.passed > 0)
}

/// Ends the run when a vector file cannot be used: there is nothing to compare with.
fn usable<T>(file: Result<T, VectorError>, which: &str) -> T {
    file.unwrap_or_else(|error| console::fatal(format_args!("{which} vectors: {error}")))
}

/// Counts of checks that belong together.
struct Group {
    name: &'static str,
    passed: u32,
    failed: u32,
}

impl Group {
    fn new(name: &'static str) -> Self {
        Self { name, passed: 0, failed: 0 }
    }

    /// Counts one check; describes it if it is the group's first to fail.
    fn check(&mut self, console: &mut Console, ok: bool, what: fmt::Arguments<'_>) -> fmt::Result {
        if ok {
            self.passed += 1;
        } else {
            self.failed += 1;
            if self.failed == 1 {
                writeln!(console, "{}: {what}", self.name)?;
            }
        }
        Ok(())
    }

    fn check_image(&mut self, console: &mut Console, vector: &ImageVector<'_>, result: Result<(), Fault>) -> fmt::Result {
        match result {
            Ok(()) => self.check(console, true, format_args!("")),
            Err(fault) => {
                let seed = vector.seed;
                match vector.label {
                    Some(label) => self.check(console, false, format_args!("seed {seed}, label {label}: {fault}")),
                    None => self.check(console, false, format_args!("seed {seed}: {fault}")),
                }
            }
        }
    }

    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    fn print(&self, console: &mut Console) -> fmt::Result {
        writeln!(console, "{}: {} passed, {} failed", self.name, self.passed, self.failed)
    }
}

/// One requantization each.
fn rescale(console: &mut Console, arithmetic: &Arithmetic<'_>) -> Result<Group, fmt::Error> {
    let mut group = Group::new("rescale");
    for vector in arithmetic.rescale() {
        let (acc, multiplier, shift, expected) = (vector.acc, vector.multiplier, vector.shift, vector.expected);
        let got = Rescale { multiplier, shift }.apply(acc);
        let what = format_args!("({acc} * {multiplier}) >> {shift}: expected {expected}, got {got}");
        group.check(console, got == expected, what)?;
    }
    group.print(console)?;
    Ok(group)
}

/// A piece of a seed's sequence each.
fn sampler(console: &mut Console, arithmetic: &Arithmetic<'_>) -> Result<Group, fmt::Error> {
    let mut group = Group::new("sampler");
    for vector in arithmetic.sampler() {
        codes(console, &mut group, vector.seed, vector.skip, &vector.codes, &mut [0; SAMPLER_CODES])?;
    }
    group.print(console)?;
    Ok(group)
}

/// The latent vector of each image.
fn latents(console: &mut Console, images: &Images<'_>, buffers: &mut Buffers) -> Result<Group, fmt::Error> {
    let mut group = Group::new("latents");
    for vector in images.iter() {
        codes(console, &mut group, vector.seed, 0, vector.latent, &mut buffers.latent)?;
    }
    group.print(console)?;
    Ok(group)
}

/// Checks the codes that follow the first `skip` of a seed.
fn codes(console: &mut Console, group: &mut Group, seed: u64, skip: u64, expected: &[u8], buffer: &mut [u8]) -> fmt::Result {
    let mut sampler = LatentSampler::new(seed);
    sampler.advance(skip);
    sampler.fill(buffer);
    let differing = expected.iter().zip(&*buffer).position(|(expected, got)| expected != got).unwrap_or(0);
    let (want, got) = (expected[differing], buffer[differing]);
    let what = format_args!("seed {seed}, skip {skip}, code {differing}: expected {want}, got {got}");
    group.check(console, expected == buffer, what)
}

/// Each image, made as a whole.
fn whole(
    console: &mut Console,
    generator: &Generator<'_>,
    images: &Images<'_>,
    buffers: &mut Buffers,
) -> Result<Group, fmt::Error> {
    let mut group = Group::new("images");
    let tolerance = tolerance(generator);
    for vector in images.iter() {
        // What the image before left must not pass for this one.
        buffers.pixels.iter_mut().zip(vector.pixels).for_each(|(pixel, &expected)| *pixel = !expected);
        let made = generator.generate(vector.latent, vector.label, &mut buffers.scratch, &mut buffers.pixels);
        let result = made.map_err(Fault::Refused).and_then(|()| compare(0, vector.pixels, &buffers.pixels, tolerance));
        group.check_image(console, &vector, result)?;
    }
    group.print(console)?;
    Ok(group)
}

/// Each image again, made line by line.
fn rows(
    console: &mut Console,
    generator: &Generator<'_>,
    images: &Images<'_>,
    buffers: &mut Buffers,
) -> Result<Group, fmt::Error> {
    let mut group = Group::new("rows");
    let tolerance = tolerance(generator);
    for vector in images.iter() {
        let mut lines = 0;
        let mut result = Ok(());
        let made = generator.generate_rows(vector.latent, vector.label, &mut buffers.scratch, &mut buffers.line, |y, line| {
            let expected = vector.pixels.chunks_exact(LINE_LEN).nth(y).unwrap_or_default();
            result = result.and_then(|()| compare(y * LINE_LEN, expected, line, tolerance));
            lines += usize::from(y == lines);
        });
        let complete = if lines == HEIGHT { Ok(()) } else { Err(Fault::Lines(lines)) };
        group.check_image(console, &vector, made.map_err(Fault::Refused).and(result).and(complete))?;
    }
    group.print(console)?;
    Ok(group)
}

/// Why an image is not the expected one.
#[derive(Clone, Copy)]
enum Fault {
    /// gan-core would not make it.
    Refused(GenerateError),
    /// A byte differs; `at` counts from the start of the image.
    Pixel { at: usize, expected: u8, got: u8 },
    /// Other lines than `0..HEIGHT` in order; so many were right.
    Lines(usize),
}

/// Levels by which a pixel may differ.
fn tolerance(generator: &Generator<'_>) -> u8 {
    let float = generator.layers().any(|layer| matches!(layer, Layer::F32 { .. }));
    if float { FLOAT.max } else { 0 }
}

/// Compares a part of an image that begins at byte `start`.
fn compare(start: usize, expected: &[u8], got: &[u8], tolerance: u8) -> Result<(), Fault> {
    if expected.len() != got.len() {
        return Err(Fault::Lines(start / LINE_LEN));
    }
    match expected.iter().zip(got).enumerate().find(|(_, (expected, got))| expected.abs_diff(**got) > tolerance) {
        Some((at, (&expected, &got))) => Err(Fault::Pixel { at: start + at, expected, got }),
        None => Ok(()),
    }
}

impl fmt::Display for Fault {
    #[allow(clippy::modulo_one, reason = "the sizes are the model's, and 1 is one of them")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Refused(error) => write!(f, "{error}"),
            Self::Pixel { at, expected, got } => {
                let (pixel, channel) = (at / CHANNELS, at % CHANNELS);
                write!(f, "pixel ({}, {}) channel {channel}: ", pixel % WIDTH, pixel / WIDTH)?;
                write!(f, "expected {expected}, got {got}")
            }
            Self::Lines(right) => write!(f, "expected lines 0..{HEIGHT} in order, only {right} came"),
        }
    }
}
