//! Checks on the device the job that lies in its flash: the arithmetic, the latents, then images.
//! Integers must be equal bit for bit; only the pixels of a float model have a tolerance, from the
//! table in gan-tests.
//!
//! `cargo xtask parity` writes the job ([`gan_tests::job`]) and puts it there, so that one firmware
//! runs every model. The first line says the model, the board and the kernel; then there is one
//! line for each group, with its first mismatch before it, and a last line for all. After the
//! mismatch of an image come lines `trace ..` with what every layer put out, for the host to find
//! the first wrong row.
//!
//! The exit code is 0 only if every check passed; 1 after a mismatch, 2 if the job cannot be used
//! or the core faulted, 101 after a panic.
#![no_std]
#![no_main]

mod drill;
mod images;
mod memory;
mod report;
mod trace;

use core::fmt::{self, Write as _};

use gan_core::kernel;
use gan_core::latent::{LatentSampler, Truncation};
use gan_core::quant::Rescale;
use gan_embedded::console::{self, Console};
use gan_embedded::{about, entry};
use gan_tests::job::Job;
use gan_tests::vectors::{SAMPLER_CODES, VectorError};
use images::Buffers;
use report::Group;

#[entry]
fn main() -> ! {
    match check(&mut Console::open()) {
        Ok(ok) => console::exit(ok),
        Err(fmt::Error) => {
            gan_embedded::fatal(format_args!("the host's console does not take text"))
        }
    }
}

/// Runs all groups, and returns whether every check passed.
fn check(console: &mut Console) -> Result<bool, fmt::Error> {
    let job = Job::read(memory::job()).unwrap_or_else(|error| match error {
        VectorError::Magic => {
            gan_embedded::fatal(format_args!("no job in flash: `cargo xtask parity` puts it there"))
        }
        error => gan_embedded::fatal(format_args!("the job in flash: {error}")),
    });
    drill::run(job.drill, console);
    let generator = gan_core::decode(job.blob)
        .unwrap_or_else(|error| gan_embedded::fatal(format_args!("the job's blob: {error}")));
    let inputs = generator.inputs();
    let given = [
        inputs.image().map_or(0, gan_core::ImageShape::len),
        inputs.mask().map_or(0, gan_core::MaskShape::len),
    ];
    if job.images.given_len() != given {
        gan_embedded::fatal(format_args!("images vectors: other inputs than the blob's"));
    }
    if (job.images.latent_len(), job.images.pixels_len())
        != (inputs.latent(), generator.pixels_len())
    {
        gan_embedded::fatal(format_args!("images vectors: other sizes than the blob's"));
    }
    let (name, board, core, kernel) = (generator.name(), about::NAME, about::CORE, kernel::NAME);
    writeln!(console, "{name} on {board} ({core}), kernel {kernel}")?;

    let buffers = &mut Buffers::new(memory::FREE.take(), &generator);
    let mut total = Group::new("parity");
    total.add(rescale(console, &job)?);
    total.add(sampler(console, &job)?);
    total.add(latents(console, &job, buffers)?);
    total.add(images::whole(console, &generator, &job, buffers)?);
    total.add(images::rows(console, &generator, &job, buffers)?);
    if let Some(pairs) = images::pairs(console, &generator, &job, buffers)? {
        total.add(pairs);
    }
    total.print(console)?;
    Ok(total.failed == 0 && total.passed > 0)
}

/// Checks requantizations, one each.
fn rescale(console: &mut Console, job: &Job<'_>) -> Result<Group, fmt::Error> {
    let mut group = Group::new("rescale");
    for vector in job.arithmetic.rescale() {
        let (acc, multiplier, shift, expected) =
            (vector.acc, vector.multiplier, vector.shift, vector.expected);
        let got = Rescale { multiplier, shift }.apply(acc);
        let what =
            format_args!("({acc} * {multiplier}) >> {shift}: expected {expected}, got {got}");
        group.check(console, got == expected, what)?;
    }
    group.print(console)?;
    Ok(group)
}

/// Checks pieces of the sequences of seeds.
fn sampler(console: &mut Console, job: &Job<'_>) -> Result<Group, fmt::Error> {
    let mut group = Group::new("sampler");
    for vector in job.arithmetic.sampler() {
        let Some(truncation) = Truncation::from_256ths(vector.truncation) else {
            gan_embedded::fatal(format_args!("sampler vectors: truncation {}", vector.truncation))
        };
        let drawn = Drawn { seed: vector.seed, skip: vector.skip, truncation };
        codes(console, &mut group, drawn, &vector.codes, &mut [0; SAMPLER_CODES])?;
    }
    group.print(console)?;
    Ok(group)
}

/// Checks the latent vector of each image that comes with one.
fn latents(
    console: &mut Console,
    job: &Job<'_>,
    buffers: &mut Buffers,
) -> Result<Group, fmt::Error> {
    let mut group = Group::new("latents");
    // A model that takes an image may take no latent.
    for vector in job.images.iter().filter(|vector| !vector.latent.is_empty()) {
        let drawn = Drawn { seed: vector.seed, skip: 0, truncation: Truncation::OFF };
        codes(console, &mut group, drawn, vector.latent, buffers.latent())?;
    }
    group.print(console)?;
    Ok(group)
}

/// Codes of a seed: those that follow the first `skip`.
struct Drawn {
    seed: u64,
    skip: u64,
    truncation: Truncation,
}

/// Draws as many codes as are expected, and compares.
fn codes(
    console: &mut Console,
    group: &mut Group,
    Drawn { seed, skip, truncation }: Drawn,
    expected: &[u8],
    buffer: &mut [u8],
) -> fmt::Result {
    let mut sampler = LatentSampler::new(seed).with_truncation(truncation);
    sampler.advance(skip);
    sampler.fill(buffer);
    let differing =
        expected.iter().zip(&*buffer).position(|(expected, got)| expected != got).unwrap_or(0);
    let (want, got) = (expected[differing], buffer[differing]);
    let factor = truncation.in_256ths();
    let what = format_args!(
        "seed {seed}, skip {skip}, truncation {factor}/256, code {differing}: expected {want}, \
         got {got}"
    );
    group.check(console, expected == buffer, what)
}
