//! Buffers at every alignment: a caller's slices may begin anywhere in memory, and vectors of a CPU
//! are up to 64 bytes wide. Wherever they begin, the pixels are the reference's, which computes in
//! 64 bits, and no byte beside the buffers changes.

use gan_core::host::Runner;
use gan_core::{Generator, TransformInput, decode};
use gan_tests::reference::write::write;
use gan_tests::reference::{self, Activation, Given, Model, sampler};
use gan_tests::synthetic::{Shape, SplitMix64, version3};

#[path = "common/backends.rs"]
#[allow(dead_code, reason = "other suites use the rest")]
mod compare;
use compare::backends;

/// The widest vector that a backend loads or stores has so many bytes, as a line of a cache has.
const WIDEST: usize = 64;
/// What lies around a buffer.
const CANARY: u8 = 0xC5;

/// A buffer that begins so many bytes behind a multiple of [`WIDEST`], with canaries on both sides.
struct Fenced {
    memory: Vec<u8>,
    start: usize,
    len: usize,
}

impl Fenced {
    fn new(offset: usize, len: usize) -> Self {
        let memory = vec![CANARY; len + offset + 3 * WIDEST];
        let start = memory.as_ptr().align_offset(WIDEST) + WIDEST + offset;
        Self { memory, start, len }
    }

    fn holding(offset: usize, bytes: &[u8]) -> Self {
        let mut fenced = Self::new(offset, bytes.len());
        fenced.bytes().copy_from_slice(bytes);
        fenced
    }

    fn bytes(&mut self) -> &mut [u8] {
        &mut self.memory[self.start..][..self.len]
    }

    /// The bytes, if nothing around them has changed.
    fn checked(&self) -> &[u8] {
        let (before, rest) = self.memory.split_at(self.start);
        let (bytes, after) = rest.split_at(self.len);
        let untouched = |canaries: &[u8]| canaries.iter().all(|&byte| byte == CANARY);
        assert!(untouched(before), "something was written before the buffer");
        assert!(untouched(after), "something was written behind the buffer");
        bytes
    }
}

/// The offsets of the buffers of a call.
#[derive(Debug, Clone, Copy)]
struct Offsets {
    input: usize,
    output: usize,
    blob: usize,
}

/// Each offset of the input and each offset of the output once, with other ones of the other, and
/// all pairs of the smallest ones. A blob begins on a multiple of 16; others are refused.
fn offsets() -> impl Iterator<Item = Offsets> {
    let each = (0..WIDEST).map(|input| (input, (37 * input + 11) % WIDEST));
    let pairs = (0..8).flat_map(|input| (0..8).map(move |output| (input, output)));
    each.chain(pairs).enumerate().map(|(at, (input, output))| Offsets {
        input,
        output,
        blob: at * 16 % WIDEST,
    })
}

/// Models whose layers end before, at and behind the end of a vector.
fn models() -> Vec<Model> {
    let mut models = Vec::new();
    for (seed, (latent_len, hidden, [width, height, channels])) in
        [(5, 17, [7, 3, 1]), (16, 64, [4, 4, 3]), (33, 31, [1, 1, 1]), (64, 130, [9, 5, 1])]
            .into_iter()
            .enumerate()
    {
        let shape = Shape {
            latent_len,
            classes: 3 * (seed as u16 % 2),
            width,
            height,
            channels: channels as u8,
            hidden: vec![(hidden, Activation::LeakyRelu(0.2)), (hidden, Activation::Relu)],
            last: [Activation::Sigmoid, Activation::Tanh][seed % 2],
        };
        let mut rng = SplitMix64(seed as u64);
        models.push(shape.int8("alignment", &mut rng));
        models.push(shape.int4("alignment", &mut rng));
        compare::usual_shifts(models.last_mut().expect("one was added"));
    }
    models
}

/// Everything that draws from latents.
#[test]
fn latents_and_images_anywhere_in_memory() {
    const COUNT: usize = 5;
    for model in models() {
        let latent_len = usize::from(model.latent_len);
        let latents = sampler::codes(7, 0, COUNT * latent_len);
        let labels: Vec<u16> =
            (0..COUNT as u16).map(|index| index % model.classes.max(1)).collect();
        let label = |index: usize| (model.classes > 0).then(|| labels[index]);
        let images: Vec<Vec<u8>> = (0..COUNT)
            .map(|at| {
                reference::generate(&model, &latents[at * latent_len..][..latent_len], label(at))
            })
            .collect();
        for at in offsets() {
            let blob = Fenced::holding(at.blob, &write(&model));
            let generator = decode(blob.checked()).expect("the model is valid");
            let input = Fenced::holding(at.input, &latents);
            for backend in backends() {
                let runner = Runner::with_backend(&generator, backend).expect("it is available");
                let mut output = Fenced::new(at.output, generator.pixels_len() * COUNT);
                let labels = (model.classes > 0).then_some(labels.as_slice());
                runner
                    .generate_batch_here(input.checked(), labels, output.bytes())
                    .expect("the call is right");
                assert!(output.checked() == images.concat(), "{backend}: a batch, {at:?}");
                let mut output = Fenced::new(at.output, generator.pixels_len());
                let latent = &input.checked()[latent_len..][..latent_len];
                runner.generate(latent, label(1), output.bytes()).expect("the call is right");
                assert!(output.checked() == images[1], "{backend}: one image, {at:?}");
            }
            plain(&generator, input.checked(), [label(0), label(1)], &images, at);
            assert_eq!(blob.checked(), write(&model), "the blob has changed");
            assert_eq!(input.checked(), latents, "the latents have changed");
        }
    }
}

/// The calls that devices make, with the first words of a scratch that begins at any word.
fn plain(
    generator: &Generator<'_>,
    latents: &[u8],
    labels: [Option<u16>; 2],
    images: &[Vec<u8>],
    at: Offsets,
) {
    let (latent_len, pixels_len) = (generator.latent_len(), generator.pixels_len());
    let first = at.input % 16;
    let mut words = vec![0xA5A5_A5A5; first + generator.pair_scratch_len() + 16];
    let [latent, other] = [&latents[..latent_len], &latents[latent_len..][..latent_len]];
    let mut output = Fenced::new(at.output, pixels_len);
    let scratch = &mut words[first..][..generator.scratch_len()];
    generator.generate(latent, labels[0], scratch, output.bytes()).expect("the call is right");
    assert!(output.checked() == images[0], "one image, {at:?}");

    let mut line = Fenced::new(at.output, generator.line_len());
    let mut lines = Vec::new();
    let sink = |_: usize, line: &[u8]| lines.extend_from_slice(line);
    generator
        .generate_rows(latent, labels[0], scratch, line.bytes(), sink)
        .expect("the call is right");
    assert!(lines == images[0], "line by line, {at:?}");
    line.checked();

    let mut outputs = [at.output, at.input].map(|offset| Fenced::new(offset, pixels_len));
    let [one, two] = outputs.each_mut().map(Fenced::bytes);
    let scratch = &mut words[first..][..generator.pair_scratch_len()];
    generator
        .generate_pair([latent, other], labels, scratch, [one, two])
        .expect("the call is right");
    assert!(outputs[0].checked() == images[0], "the first of a pair, {at:?}");
    assert!(outputs[1].checked() == images[1], "the second of a pair, {at:?}");
    let end = first + generator.pair_scratch_len();
    let around = words[..first].iter().chain(&words[end..]);
    assert!(around.copied().all(|word| word == 0xA5A5_A5A5), "beside the scratch, {at:?}");
}

/// Everything that draws from images.
#[test]
fn images_that_go_in_anywhere_in_memory() {
    for model in [version3::mask(), version3::latent_image(), version3::enlarge()] {
        let bytes = write(&model);
        let given = given(&model);
        let expected = reference::transform(&model, &given);
        for at in offsets() {
            let blob = Fenced::holding(at.blob, &bytes);
            let generator = decode(blob.checked()).expect("the model is valid");
            let image = Fenced::holding(at.input, &given.image);
            let mask = Fenced::holding(at.output, &given.mask);
            let latent = Fenced::holding((at.input + 5) % WIDEST, &given.latent);
            let input = TransformInput {
                image: image.checked(),
                mask: (!given.mask.is_empty()).then(|| mask.checked()),
                latent: latent.checked(),
                label: given.label,
            };
            for backend in backends() {
                let runner = Runner::with_backend(&generator, backend).expect("it is available");
                let mut output = Fenced::new(at.output, 3 * expected.len());
                runner.transform_batch(&[input; 3], output.bytes()).expect("the call is right");
                assert!(output.checked() == expected.repeat(3), "{backend}: {at:?}");
            }
            let mut codes = Fenced::new(at.output, generator.latent_len());
            let mut output = Fenced::new(at.output, expected.len());
            let mut scratch = vec![0; generator.scratch_len()];
            generator
                .transform(&input, codes.bytes(), &mut scratch, output.bytes())
                .expect("the call is right");
            assert!(output.checked() == expected, "{at:?}");
            codes.checked();
        }
    }
}

/// Bytes for all that a model takes.
fn given(model: &Model) -> Given {
    let mut given = Given { label: (model.classes > 0).then_some(0), ..Given::default() };
    let bytes = |len: usize| (0..len).map(|at| (at * 97 % 256) as u8).collect();
    for part in &model.inputs {
        match *part {
            reference::Part::Latent(len) => given.latent = sampler::codes(3, 0, len.into()),
            reference::Part::Image { width, height, channels } => {
                given.image =
                    bytes(usize::from(width) * usize::from(height) * usize::from(channels));
            }
            reference::Part::Mask { width, height } => {
                given.mask = bytes(usize::from(width) * usize::from(height));
            }
        }
    }
    given
}

/// The fences find what they are for.
#[test]
fn a_byte_beside_a_buffer_is_seen() {
    for beside in [-1, 10] {
        let mut fenced = Fenced::new(5, 10);
        assert_eq!(fenced.bytes().as_ptr() as usize % WIDEST, 5);
        let at = fenced.start.wrapping_add_signed(beside);
        fenced.memory[at] = 0;
        let seen = std::panic::catch_unwind(|| fenced.checked().len());
        assert!(seen.is_err(), "{beside}");
    }
}
