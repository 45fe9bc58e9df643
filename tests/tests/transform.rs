//! These tests compare generators that take an image with the vectors and with the reference, for
//! the code of devices and for every backend of this computer.

use gan_core::host::Runner;
use gan_core::{Generator, Known, LatentSampler, Packing, TransformInput, decode};
use gan_tests::reference::write::write;
use gan_tests::reference::{Given, Model, Part, codes, sampler, transform};
use gan_tests::synthetic::version3::mask;
use gan_tests::synthetic::{ACTIVATIONS, Shape, SplitMix64};
use gan_tests::tolerance;
use gan_tests::vectors::Images;

#[path = "common/aligned.rs"]
mod aligned;
#[path = "common/backends.rs"]
#[allow(dead_code, reason = "the suites for latents use the rest")]
mod compare;
#[path = "common/disk.rs"]
mod disk;
#[path = "common/packed.rs"]
mod packed;
use compare::backends;

/// Returns the golden blobs that take an image.
const STEMS: [&str; 4] = ["v3-tiny", "v3-image", "v3-mask", "v3-latent-image"];

fn input(given: &Given) -> TransformInput<'_> {
    TransformInput {
        image: &given.image,
        mask: (!given.mask.is_empty()).then_some(&given.mask),
        latent: &given.latent,
        label: given.label,
    }
}

/// Makes an image at once and line by line, in buffers that hold other values before, and checks
/// that both give the same pixels.
fn run(generator: &Generator<'_>, input: &TransformInput<'_>) -> Vec<u8> {
    let (mut codes, mut scratch) =
        (vec![0xA5; generator.latent_len()], vec![0xA5; generator.scratch_len()]);
    let mut pixels = vec![0xA5; generator.pixels_len()];
    generator.transform(input, &mut codes, &mut scratch, &mut pixels).expect("the call is right");

    // Buffers that are larger than needed are allowed.
    let (mut codes, mut scratch) =
        (vec![0x5A; generator.latent_len() + 1], vec![0x5A; generator.scratch_len() + 3]);
    let mut line = vec![0x5A; generator.line_len()];
    let (mut lines, mut next) = (Vec::new(), 0);
    let sink = |number: usize, line: &[u8]| {
        assert_eq!(number, next, "line numbers");
        next += 1;
        lines.extend_from_slice(line);
    };
    generator
        .transform_rows(input, &mut codes, &mut scratch, &mut line, sink)
        .expect("the call is right");
    assert_eq!(lines, pixels, "line by line and whole");
    pixels
}

/// Every backend gives the expected images, in a batch and one by one.
fn run_on_backends(generator: &Generator<'_>, given: &[Given], expected: &[Vec<u8>]) {
    let inputs: Vec<_> = given.iter().map(input).collect();
    for backend in backends() {
        let runner = Runner::with_backend(generator, backend).expect("it is available");
        let mut pixels = vec![0xA5; generator.pixels_len() * given.len()];
        runner.transform_batch(&inputs, &mut pixels).expect("the call is right");
        assert!(pixels == expected.concat(), "{backend}: a batch of {} differs", given.len());
        let mut alone = vec![0xA5; generator.pixels_len()];
        runner.transform(&inputs[0], &mut alone).expect("the call is right");
        assert_eq!(alone, expected[0], "{backend}");
    }
}

/// Makes random inputs for a model.
fn random(model: &Model, rng: &mut SplitMix64) -> Given {
    let label = (model.classes > 0).then(|| rng.range(0, i64::from(model.classes) - 1) as u16);
    let mut given = Given { label, ..Given::default() };
    for part in &model.inputs {
        let mut bytes = |len: usize| (0..len).map(|_| rng.range(0, 255) as u8).collect();
        match *part {
            Part::Latent(len) => given.latent = sampler::codes(rng.next_u64(), 0, len.into()),
            Part::Image { width, height, channels } => {
                given.image =
                    bytes(usize::from(width) * usize::from(height) * usize::from(channels));
            }
            Part::Mask { width, height } => {
                given.mask = bytes(usize::from(width) * usize::from(height));
            }
        }
    }
    given
}

#[test]
fn images_of_every_golden_blob() {
    for stem in STEMS {
        let blob = aligned::Blob::new(&disk::read(format!("tests/vectors/{stem}.gan")));
        assert_eq!(blob[4], 3, "{stem}: version");
        let generator = decode(&blob).unwrap_or_else(|error| panic!("{stem}: {error}"));
        let known = Known::read(&blob).unwrap_or_else(|error| panic!("{stem}: {error}"));
        let known = known.check().expect("the same bytes");
        assert_eq!(known.header(), generator.header(), "{stem}");
        let file = disk::read(format!("tests/vectors/{stem}.images.bin"));
        let images = Images::read(&file, generator.crc()).expect("the file is the blob's");
        assert!(images.iter().len() >= 5, "{stem}");
        let (mut all, mut expected) = (Vec::new(), Vec::new());
        for image in images.iter() {
            let mut latent = vec![0; generator.inputs().latent()];
            LatentSampler::new(image.seed).fill(&mut latent);
            assert_eq!(latent, image.latent, "{stem}, seed {:#x}: latent", image.seed);
            let given = Given {
                image: image.image.to_vec(),
                mask: image.mask.to_vec(),
                latent,
                label: image.label,
            };
            for generator in [&generator, known] {
                let pixels = run(generator, &input(&given));
                assert_eq!(pixels, image.pixels, "{stem}, seed {:#x}", image.seed);
            }
            all.push(given);
            expected.push(image.pixels.to_vec());
        }
        run_on_backends(&generator, &all, &expected);
    }
}

/// Tests every order and choice of input parts, with each part larger and smaller than the others,
/// in every packing.
#[test]
fn random_models_give_the_pixels_of_the_reference() {
    for seed in 0..150u64 {
        let mut rng = SplitMix64(seed);
        let mut size = |most| rng.range(1, most) as u16;
        let [width, height] = [size(9), size(9)];
        let channels = [1, 3][usize::from(size(2) - 1)];
        let same = size(2) == 1;
        let image = if same {
            Part::Image { width, height, channels }
        } else {
            Part::Image {
                width: size(9),
                height: size(9),
                channels: [1, 3][usize::from(size(2) - 1)],
            }
        };
        let mut inputs = vec![image];
        if size(3) > 1 {
            inputs
                .insert(usize::from(size(2)) - 1, Part::Mask { width: size(11), height: size(11) });
        }
        if size(2) == 1 {
            let at = usize::from(size(inputs.len() as i64 + 1)) - 1;
            inputs.insert(at, Part::Latent(size(20)));
        }
        let codes_of = |part: &Part| match *part {
            Part::Latent(len) => len,
            Part::Image { width, height, channels } => width * height * u16::from(channels),
            Part::Mask { width, height } => width * height,
        };
        let hidden = (0..size(3)).map(|index| (size(60), ACTIVATIONS[usize::from(index) + 1]));
        let shape = Shape {
            latent_len: inputs.iter().map(codes_of).sum(),
            classes: (seed % 3) as u16 * 2,
            width,
            height,
            channels,
            hidden: hidden.collect(),
            last: ACTIVATIONS[seed as usize % 5],
        };
        let mut model = if seed % 4 == 3 {
            shape.int4("random", &mut rng)
        } else {
            shape.packable("random", &mut rng)
        };
        model.inputs = inputs;
        let blob = aligned::Blob::new(&write(&model));
        let generator = decode(&blob).expect("the model is valid");
        let given: Vec<_> = (0..3).map(|_| random(&model, &mut rng)).collect();
        let expected: Vec<_> = given.iter().map(|given| transform(&model, given)).collect();
        for (given, expected) in given.iter().zip(&expected) {
            assert_eq!(run(&generator, &input(given)), *expected, "seed {seed}");
            let mut room = vec![0xA5; generator.latent_len() + 2];
            let got = generator.input_codes(&input(given), &mut room).expect("it is right");
            assert_eq!(got, codes(&model, given), "seed {seed}: codes");
            for packing in [Packing::ByteLane, Packing::PairedHalfword, Packing::Blocks7x16] {
                let packed = aligned::Blob::new(&packed::packed(&generator, packing));
                let packed = decode(&packed).expect("a packed model is valid");
                assert_eq!(packed.inputs(), generator.inputs());
                assert_eq!(run(&packed, &input(given)), *expected, "seed {seed}, {packing:?}");
            }
        }
        if seed < 20 {
            run_on_backends(&generator, &given, &expected);
        }
    }
}

/// A float model takes the same codes, and keeps the same pixels of the input image.
#[test]
fn float_models_take_images_too() {
    let shape = Shape {
        latent_len: 4 * 3 + 2 + 3,
        classes: 2,
        width: 4,
        height: 3,
        channels: 1,
        hidden: vec![(12, ACTIVATIONS[1])],
        last: ACTIVATIONS[4],
    };
    let mut rng = SplitMix64(9);
    let mut model = shape.float("float", &mut rng);
    model.inputs = vec![
        Part::Mask { width: 2, height: 1 },
        Part::Image { width: 4, height: 3, channels: 1 },
        Part::Latent(3),
    ];
    let blob = aligned::Blob::new(&write(&model));
    let generator = decode(&blob).expect("the model is valid");
    let given: Vec<_> = (0..40).map(|_| random(&model, &mut rng)).collect();
    let inputs: Vec<_> = given.iter().map(input).collect();
    let mut batch = vec![0; generator.pixels_len() * inputs.len()];
    Runner::new(&generator).transform_batch(&inputs, &mut batch).expect("the call is right");
    for (given, batch) in given.iter().zip(batch.chunks(generator.pixels_len())) {
        let pixels = run(&generator, &input(given));
        assert_eq!(pixels, batch);
        for (got, expected) in pixels.iter().zip(transform(&model, given)) {
            assert!(got.abs_diff(expected) <= tolerance::FLOAT.max, "{got} and {expected}");
        }
    }
}

/// Pixels of the input that the mask hides cannot change the output, and the others are kept.
#[test]
fn nothing_hidden_leaks_and_nothing_shown_changes() {
    let model = mask();
    let blob = aligned::Blob::new(&write(&model));
    let generator = decode(&blob).expect("the model is valid");
    // The mask hides the second column and the last line of cells.
    let hidden = |cell: usize| cell % 4 == 1 || cell / 4 == 2;
    let cells: Vec<u8> = (0..12).map(|cell| if hidden(cell) { 255 } else { 0 }).collect();
    let pixel_hidden = |pixel: usize| {
        let (x, y) = (pixel % 9, pixel / 9);
        hidden(y * 3 / 7 * 4 + x * 4 / 9)
    };
    let shown: Vec<u8> = (0..63).map(|pixel| pixel * 4).collect();
    let other: Vec<u8> = (0..63)
        .map(|pixel| if pixel_hidden(pixel) { 255 - shown[pixel] } else { shown[pixel] })
        .collect();
    let [one, two] = [&shown, &other].map(|image| {
        run(&generator, &TransformInput { mask: Some(&cells), ..TransformInput::new(image) })
    });
    assert_eq!(one, two);
    for pixel in 0..63 {
        if !pixel_hidden(pixel) {
            assert_eq!(one[pixel], shown[pixel], "pixel {pixel}");
        }
    }
    assert!((0..63).any(|pixel| pixel_hidden(pixel) && one[pixel] != shown[pixel]));
}
