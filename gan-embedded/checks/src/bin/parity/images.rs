//! Makes the images of the job in every way: as a whole, line by line, and two at a time where the
//! kernel does so.

use core::fmt::{self, Write as _};

use gan_core::generator::Layer;
use gan_core::latent::LatentSampler;
use gan_core::{GenerateError, Generator, TransformInput, kernel};
use gan_embedded::console::Console;
use gan_tests::job::Job;
use gan_tests::tolerance::FLOAT;

use crate::memory::Free;
use crate::report::{Comparison, Expected, Fault, Group, Wanted};
use crate::trace;

/// All the memory that one image takes.
pub struct Buffers {
    latent: &'static mut [u8],
    /// All codes that go into a model that takes an image. It is empty for other models.
    codes: &'static mut [u8],
    pub scratch: &'static mut [u32],
    pub line: &'static mut [u8],
    pixels: &'static mut [u8],
    second: Second,
}

/// The memory that a second image takes, where two are made at a time.
enum Second {
    /// The kernel makes one image at a time.
    OneAtATime,
    /// There is no room for a second image.
    NoRoom { missing: usize },
    /// The latent and the pixels of the second image.
    Room(&'static mut [u8], &'static mut [u8]),
}

impl Buffers {
    /// Ends the run if there is not enough memory for one image.
    pub fn new(free: &'static mut Free, generator: &Generator<'_>) -> Self {
        let takes_image = generator.inputs().image().is_some();
        let single = generator.scratch_len();
        // A model that takes an image runs one at a time.
        let pair = if takes_image { single } else { generator.pair_scratch_len() };
        let (latent_len, pixels_len) = (generator.inputs().latent(), generator.pixels_len());
        let codes_len = if takes_image { generator.latent_len() } else { 0 };
        let needed = 4 * single + latent_len + codes_len + generator.line_len() + pixels_len;
        let mut buffers = || {
            let (latent, codes, line, pixels) = (
                free.bytes(latent_len)?,
                free.bytes(codes_len)?,
                free.bytes(generator.line_len())?,
                free.bytes(pixels_len)?,
            );
            // Each buffer whose size is rounded up may take a word more.
            let both = 4 * pair + latent_len + pixels_len + 8;
            let second = match both.checked_sub(free.left()) {
                _ if pair == single => Second::OneAtATime,
                Some(missing) if missing > 0 => Second::NoRoom { missing },
                _ => Second::Room(free.bytes(latent_len)?, free.bytes(pixels_len)?),
            };
            let words = if matches!(second, Second::Room(..)) { pair } else { single };
            Some(Self { latent, codes, scratch: free.words(words)?, line, pixels, second })
        };
        buffers().unwrap_or_else(|| {
            gan_embedded::fatal(format_args!(
                "the model needs {needed} bytes of RAM, more than there is"
            ))
        })
    }

    /// The latent of the next image.
    pub fn latent(&mut self) -> &mut [u8] {
        self.latent
    }

    /// Draws the latent of a seed, and overwrites the previous image, so that nothing of it can be
    /// taken for this one.
    fn begin(&mut self, seed: u64) {
        LatentSampler::new(seed).fill(self.latent);
        self.codes.fill(0xA5);
        self.scratch.fill(0xA5A5_A5A5);
        self.pixels.iter_mut().for_each(|pixel| *pixel = !*pixel);
    }
}

/// The images of the job: first those that are there pixel by pixel, then those with digests.
fn wanted<'a>(
    job: &Job<'a>,
    generator: &Generator<'_>,
) -> impl Iterator<Item = Wanted<'a>> + use<'a> {
    let float = generator.layers().any(|layer| matches!(layer, Layer::F32 { .. }));
    let tolerance = if float { FLOAT.max } else { 0 };
    let images = job.images.iter().map(move |vector| Wanted {
        seed: vector.seed,
        label: vector.label,
        given: [vector.image, vector.mask],
        expected: Expected::Pixels { pixels: vector.pixels, tolerance },
    });
    images.chain(job.cases().map(|case| Wanted {
        seed: case.seed,
        label: case.label,
        given: [&[]; 2],
        expected: Expected::Digest(case.digest),
    }))
}

/// Puts together the inputs of a model that takes an image.
fn input<'i>(wanted: &Wanted<'i>, latent: &'i [u8]) -> TransformInput<'i> {
    let [image, mask] = wanted.given;
    let mask = (!mask.is_empty()).then_some(mask);
    TransformInput { image, mask, latent, label: wanted.label }
}

/// Makes an image line by line.
fn make_rows(
    generator: &Generator<'_>,
    wanted: &Wanted<'_>,
    buffers: &mut Buffers,
    sink: impl FnMut(usize, &[u8]),
) -> Result<(), GenerateError> {
    let Buffers { latent, codes, scratch, line, .. } = buffers;
    if codes.is_empty() {
        generator.generate_rows(latent, wanted.label, scratch, line, sink)
    } else {
        generator.transform_rows(&input(wanted, latent), codes, scratch, line, sink)
    }
}

/// Prints the outputs of every hidden layer for an image that is wrong.
fn trace(
    console: &mut Console,
    generator: &Generator<'_>,
    wanted: &Wanted<'_>,
    buffers: &mut Buffers,
) -> fmt::Result {
    let Buffers { latent, codes, scratch, .. } = buffers;
    let codes = if codes.is_empty() { latent } else { codes };
    trace::codes(console, generator, codes, wanted.label, scratch)
}

/// Counts an image, and describes it if it is the first that is wrong. Returns whether it did.
fn count(
    console: &mut Console,
    group: &mut Group,
    wanted: &Wanted<'_>,
    result: Result<(), Fault>,
) -> Result<bool, fmt::Error> {
    match result {
        Ok(()) => group.check(console, true, format_args!(""))?,
        Err(fault) => group.check(console, false, format_args!("{wanted}: {fault}"))?,
    }
    Ok(result.is_err() && group.failed == 1)
}

/// Makes each image as a whole.
pub fn whole(
    console: &mut Console,
    generator: &Generator<'_>,
    job: &Job<'_>,
    buffers: &mut Buffers,
) -> Result<Group, fmt::Error> {
    let mut group = Group::new("images");
    for wanted in wanted(job, generator) {
        buffers.begin(wanted.seed);
        let Buffers { latent, codes, scratch, pixels, .. } = &mut *buffers;
        let made = if codes.is_empty() {
            generator.generate(latent, wanted.label, scratch, pixels)
        } else {
            generator.transform(&input(&wanted, latent), codes, scratch, pixels)
        };
        let mut comparison = Comparison::new(wanted.expected);
        comparison.add(pixels);
        let result =
            made.map_err(Fault::Refused).and_then(|()| comparison.end(generator.pixels_len()));
        if count(console, &mut group, &wanted, result)? {
            trace(console, generator, &wanted, buffers)?;
            trace::line(console, format_args!("pixels"), buffers.pixels)?;
        }
    }
    group.print(console)?;
    Ok(group)
}

/// Makes each image again, line by line.
pub fn rows(
    console: &mut Console,
    generator: &Generator<'_>,
    job: &Job<'_>,
    buffers: &mut Buffers,
) -> Result<Group, fmt::Error> {
    let mut group = Group::new("rows");
    for wanted in wanted(job, generator) {
        buffers.begin(wanted.seed);
        let (mut comparison, mut next, mut ordered) = (Comparison::new(wanted.expected), 0, true);
        let made = make_rows(generator, &wanted, buffers, |y, line| {
            ordered &= y == next;
            next += 1;
            comparison.add(line);
        });
        let result =
            made.map_err(Fault::Refused).and_then(|()| comparison.end(generator.pixels_len()));
        let result = result.and(if ordered { Ok(()) } else { Err(Fault::Lines) });
        if count(console, &mut group, &wanted, result)? {
            trace(console, generator, &wanted, buffers)?;
            let mut said = Ok(());
            // The image was overwritten, so it is made again.
            let _ = make_rows(generator, &wanted, buffers, |_, line| {
                said = said.and_then(|()| trace::line(console, format_args!("pixels"), line));
            });
            said?;
        }
    }
    group.print(console)?;
    Ok(group)
}

/// Makes each image once more, two at a time. It does nothing if the kernel makes one at a time.
pub fn pairs(
    console: &mut Console,
    generator: &Generator<'_>,
    job: &Job<'_>,
    buffers: &mut Buffers,
) -> Result<Option<Group>, fmt::Error> {
    match buffers.second {
        Second::OneAtATime => return Ok(None),
        Second::NoRoom { missing } => {
            writeln!(
                console,
                "SKIPPED pairs by kernel {}: {missing} bytes of RAM are missing",
                kernel::NAME
            )?;
            return Ok(None);
        }
        Second::Room(..) => {}
    }
    let mut group = Group::new("pairs");
    let mut images = wanted(job, generator);
    let mut before = None;
    while let Some(first) = images.next() {
        // The last image of an odd number is made together with the one before.
        let Some(second) = images.next().or(before) else { break };
        before = Some(second);
        buffers.begin(first.seed);
        let Buffers {
            latent,
            scratch,
            pixels,
            second: Second::Room(second_latent, second_pixels),
            ..
        } = &mut *buffers
        else {
            break;
        };
        LatentSampler::new(second.seed).fill(second_latent);
        second_pixels.iter_mut().for_each(|pixel| *pixel = !*pixel);
        let (latents, both) = ([&**latent, &**second_latent], [first, second]);
        let labels = both.map(|wanted| wanted.label);
        let made = generator.generate_pair(
            latents,
            labels,
            scratch,
            [&mut **pixels, &mut **second_pixels],
        );
        for (image, pixels) in [&**pixels, &**second_pixels].into_iter().enumerate() {
            let mut comparison = Comparison::new(both[image].expected);
            comparison.add(pixels);
            let result =
                made.map_err(Fault::Refused).and_then(|()| comparison.end(generator.pixels_len()));
            if count(console, &mut group, &both[image], result)? {
                trace::pair_codes(console, generator, latents, labels, scratch, image)?;
                trace::line(console, format_args!("pixels"), pixels)?;
            }
        }
    }
    group.print(console)?;
    Ok(Some(group))
}
