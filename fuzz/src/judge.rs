//! What gan-core and the naive reference have to agree about.

use gan_core::host::{Backend, Runner};
use gan_core::tools::AlignedBytes;
use gan_core::{Generator, TransformInput, decode};
use gan_tests::reference::{self, Given, Model};
use gan_tests::synthetic::SplitMix64;

/// Multiply-accumulates and words of scratch beyond which a model is not run: what one input takes
/// stays under a millisecond.
const MACS: u64 = 60_000;
const SCRATCH: usize = 40_000;

/// Whether both take the blob. They have to judge alike.
pub fn decoded<'b>(bytes: &[u8], blob: &'b AlignedBytes) -> Option<(Model, Generator<'b>)> {
    match (reference::parse(bytes), decode(blob)) {
        (Err(_), Err(error)) => {
            assert!(!error.to_string().is_empty());
            None
        }
        (Ok(model), Ok(generator)) => Some((model, generator)),
        (reference, core) => {
            panic!("reference: {:?}, gan-core: {:?}", reference.map(|_| ()), core.map(|_| ()))
        }
    }
}

/// Whether a model is small enough to be run.
pub fn is_small(generator: &Generator<'_>) -> bool {
    generator.macs() <= MACS && generator.scratch_len() <= SCRATCH
}

/// What goes into a model, from a seed.
pub fn given(generator: &Generator<'_>, seed: u64) -> Given {
    let mut rng = SplitMix64(seed);
    let mut bytes = |len: usize, most: i64| -> Vec<u8> {
        // A third of the inputs are at an end of the range.
        (0..len)
            .map(|_| match rng.range(0, 5) {
                0 => 0,
                1 => most as u8,
                _ => rng.range(0, most) as u8,
            })
            .collect()
    };
    let inputs = generator.inputs();
    let latent = bytes(inputs.latent(), 127);
    let image = bytes(inputs.image().map_or(0, |shape| shape.len()), 255);
    let mask = bytes(inputs.mask().map_or(0, |shape| shape.len()), 255);
    let classes = generator.classes();
    let label = (classes > 0).then(|| (seed % u64::from(classes)) as u16);
    Given { label, latent, image, mask }
}

/// What `Generator` makes of it, without a host's instructions.
pub fn made(generator: &Generator<'_>, given: &Given) -> Vec<u8> {
    let mut pixels = vec![0xA5; generator.pixels_len()];
    let mut scratch = vec![0xA5A5_A5A5; generator.scratch_len()];
    if generator.inputs().image().is_some() {
        let mut codes = vec![0xA5; generator.latent_len()];
        generator
            .transform(&input(given), &mut codes, &mut scratch, &mut pixels)
            .expect("the buffers fit");
    } else {
        generator
            .generate(&given.latent, given.label, &mut scratch, &mut pixels)
            .expect("the buffers fit");
    }
    pixels
}

/// What a host's backend makes of it.
pub fn made_by(generator: &Generator<'_>, backend: Backend, given: &Given) -> Vec<u8> {
    let runner = Runner::with_backend(generator, backend).expect("it is available");
    let mut pixels = vec![0x5A; generator.pixels_len()];
    if generator.inputs().image().is_some() {
        runner.transform(&input(given), &mut pixels).expect("the buffers fit");
    } else {
        // Three of them: no backend has tiles of three images.
        let (len, count) = (pixels.len(), 3);
        pixels.resize(len * count, 0x5A);
        let labels = given.label.map(|label| vec![label; count]);
        runner
            .generate_batch_here(&given.latent.repeat(count), labels.as_deref(), &mut pixels)
            .expect("the buffers fit");
        assert!(pixels.chunks_exact(len.max(1)).all(|image| *image == pixels[..len]), "{backend}");
        pixels.truncate(len);
    }
    pixels
}

/// What the naive reference makes of it.
pub fn expected(model: &Model, given: &Given) -> Vec<u8> {
    if model.takes_image() {
        reference::transform(model, given)
    } else {
        reference::generate(model, &given.latent, given.label)
    }
}

fn input(given: &Given) -> TransformInput<'_> {
    TransformInput {
        mask: (!given.mask.is_empty()).then_some(&given.mask[..]),
        latent: &given.latent,
        label: given.label,
        ..TransformInput::new(&given.image)
    }
}

/// Whether a model's last result is from integers, which are the same to the last bit.
pub fn is_exact(model: &Model) -> bool {
    !reference::is_float(model)
}

/// The other ways to an image of a generator of latents: in parts of a few rows, two at a time.
pub fn other_ways(generator: &Generator<'_>, given: &Given, expected: &[u8]) {
    if generator.inputs().image().is_some() {
        return;
    }
    let mut scratch = vec![0x5A5A_5A5A; generator.scratch_len()];
    let mut steps =
        generator.begin(&given.latent, given.label, &mut scratch).expect("the buffers fit");
    while steps.advance(3) {}
    let mut pixels = vec![0x5A; expected.len()];
    assert_eq!(steps.pixels(&mut pixels), pixels.len());
    assert_eq!(pixels, expected, "in parts");

    let mut scratch = vec![0x5A5A_5A5A; generator.pair_scratch_len()];
    let mut other = vec![0x5A; expected.len()];
    pixels.fill(0x5A);
    generator
        .generate_pair(
            [&given.latent, &given.latent],
            [given.label; 2],
            &mut scratch,
            [&mut pixels, &mut other],
        )
        .expect("the buffers fit");
    assert_eq!(pixels, expected, "the first of two");
    assert_eq!(other, expected, "the second of two");
}
