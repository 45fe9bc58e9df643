//! These tests compare gan-core's pixels with the vectors and with the reference: bit for bit for
//! integer models, and within `tolerance` for float models.

use std::fs;
use std::path::PathBuf;

use gan_core::{Generator, LatentSampler, decode, kernel};
use gan_tests::reference::write::write;
use gan_tests::reference::{self, Activation, Model, sampler};
use gan_tests::synthetic::{self, ACTIVATIONS, Shape, SplitMix64};
use gan_tests::tolerance::{self, Tolerance};
use gan_tests::vectors::Images;
use proptest::prelude::*;

#[path = "common/aligned.rs"]
mod aligned;
#[path = "common/disk.rs"]
mod disk;
#[path = "common/random.rs"]
mod random;

/// Makes an image at once and line by line, in buffers that hold other values before, and checks
/// that both give the same pixels.
fn run(generator: &Generator<'_>, latent: &[u8], label: Option<u16>) -> Vec<u8> {
    let mut scratch = vec![0xA5; generator.scratch_len()];
    let mut pixels = vec![0xA5; generator.pixels_len()];
    generator.generate(latent, label, &mut scratch, &mut pixels).expect("the buffers fit");

    // Scratch memory that is larger than needed is allowed.
    let mut scratch = vec![0x5A; generator.scratch_len() + 3];
    let mut line = vec![0x5A; generator.line_len()];
    let mut lines = Vec::new();
    let mut numbers = Vec::new();
    let sink = |number: usize, line: &[u8]| {
        numbers.push(number);
        lines.extend_from_slice(line);
    };
    generator.generate_rows(latent, label, &mut scratch, &mut line, sink).expect("the buffers fit");
    assert_eq!(numbers, Vec::from_iter(0..usize::from(generator.image().height)), "line numbers");
    assert_eq!(lines, pixels, "line by line and whole");
    pixels
}

/// Collects the differences of float pixels, which are compared with the tolerance of this build.
#[derive(Default)]
struct Differences {
    max: u8,
    sum: u64,
    count: u64,
}

impl Differences {
    fn add(&mut self, pixels: &[u8], expected: &[u8]) {
        assert_eq!(pixels.len(), expected.len());
        for (&pixel, &expected) in pixels.iter().zip(expected) {
            self.max = self.max.max(pixel.abs_diff(expected));
            self.sum += u64::from(pixel.abs_diff(expected));
            self.count += 1;
        }
    }

    fn check(&self, what: &str) {
        let Tolerance { max, mean } =
            if cfg!(feature = "micromath") { tolerance::FLOAT_MICROMATH } else { tolerance::FLOAT };
        let found = self.sum as f64 / self.count as f64;
        println!(
            "{what}: {} float pixels differ by {} at most, {found:.5} on average",
            self.count, self.max
        );
        assert!(
            self.max <= max && found <= mean,
            "{what}: at most {max}, on average {mean} allowed"
        );
    }
}

/// Returns every blob of the repository with its images file: name, blob and images. The test fails
/// if a blob has no images file.
fn blobs() -> Vec<(String, Vec<u8>, Vec<u8>)> {
    let mut paths = gan_tests::make::models(disk::root()).expect("models/ can be read");
    assert!(!paths.is_empty(), "models/ holds no model");
    let vectors =
        fs::read_dir(disk::root().join("tests/vectors")).expect("tests/vectors can be read");
    let synthetic = vectors.map(|entry| entry.expect("tests/vectors can be read").path());
    paths.extend(
        synthetic
            .filter(|path: &PathBuf| path.extension().is_some_and(|extension| extension == "gan")),
    );
    paths.sort();
    let load = |path: PathBuf| {
        let stem = path.file_stem().expect("it has an extension").to_string_lossy().into_owned();
        let images = disk::read(format!("tests/vectors/{stem}.images.bin"));
        (stem, disk::read(path), images)
    };
    paths.into_iter().map(load).collect()
}

#[test]
fn images_of_every_blob_in_the_repository() {
    for (stem, bytes, file) in blobs() {
        let blob = aligned::Blob::new(&bytes);
        let generator = decode(&blob).unwrap_or_else(|error| panic!("{stem}: {error}"));
        if generator.inputs().image().is_some() {
            // The suite `transform` tests these models.
            continue;
        }
        let images =
            Images::read(&file, generator.crc()).unwrap_or_else(|error| panic!("{stem}: {error}"));
        assert_eq!(
            (images.latent_len(), images.pixels_len()),
            (generator.latent_len(), generator.pixels_len()),
            "{stem}"
        );
        let float =
            matches!(generator.layers().next(), Some(gan_core::generator::Layer::F32 { .. }));

        let mut differences = Differences::default();
        for image in images.iter() {
            let mut latent = vec![0; generator.latent_len()];
            LatentSampler::new(image.seed).fill(&mut latent);
            assert_eq!(latent, image.latent, "{stem}, seed {:#x}: latent", image.seed);
            let pixels = run(&generator, &latent, image.label);
            if float {
                differences.add(&pixels, image.pixels);
            } else {
                assert_eq!(
                    pixels, image.pixels,
                    "{stem}, seed {:#x}, label {:?}",
                    image.seed, image.label
                );
            }
        }
        println!("{stem}: {} images, kernel {}", images.iter().len(), kernel::NAME);
        if float {
            differences.check(&stem);
        }
    }
}

fn activation() -> impl Strategy<Value = Activation> {
    prop_oneof![
        prop::sample::select(&ACTIVATIONS[..]),
        (0.0..=1.0f32).prop_map(Activation::LeakyRelu)
    ]
}

/// Returns a strategy for shapes around the block sizes of the kernels, with one to eight layers.
fn shape() -> impl Strategy<Value = Shape> {
    let hidden = prop::collection::vec((1..=70u16, activation()), 0..=7);
    let channels = prop_oneof![Just(1), Just(3)];
    (1..=40u16, 0..=3u16, 1..=9u16, 1..=7u16, channels, hidden, activation()).prop_map(
        |(latent_len, classes, width, height, channels, hidden, last)| Shape {
            latent_len,
            classes,
            width,
            height,
            channels,
            hidden,
            last,
        },
    )
}

/// Returns all labels of a model, or one `None` if it takes no label.
fn labels(model: &Model) -> Vec<Option<u16>> {
    if model.classes == 0 { vec![None] } else { (0..model.classes).map(Some).collect() }
}

proptest! {
    #![proptest_config(random::inputs(1000, random::kept!("images")))]

    /// Any integer model gives the reference's pixels for any latent.
    #[test]
    fn integer_models_equal_the_reference(shape in shape(), seed in any::<u64>()) {
        let model = shape.int8("random", &mut SplitMix64(seed));
        let blob = aligned::Blob::new(&write(&model));
        let generator = decode(&blob).expect("the model is valid");
        let len = generator.latent_len();
        for label in labels(&model) {
            for latent in [sampler::codes(seed, 0, len), vec![0; len], vec![127; len]] {
                let expected = reference::generate(&model, &latent, label);
                let pixels = run(&generator, &latent, label);
                prop_assert_eq!(pixels, expected, "label {:?}, latent {:?}", label, latent);
            }
        }
    }
}

/// Comparing images would prove little if most rows were saturated. So this test counts, without
/// gan-core, over the vectors of the synthetic integer blobs: more than half of the pixels take
/// several values.
#[test]
fn synthetic_pixels_depend_on_the_latent() {
    for model in [synthetic::wide_range(), synthetic::int4(), synthetic::packed()] {
        let label = model.classes.checked_sub(1);
        let latent = |seed| sampler::codes(seed, 0, model.latent_len.into());
        let images: Vec<_> =
            (0..20).map(|seed| reference::generate(&model, &latent(seed), label)).collect();
        let varying = (0..model.pixels_len())
            .filter(|&i| images.iter().any(|image| image[i] != images[0][i]))
            .count();
        println!("{}: {varying} of {} pixels vary", model.name, model.pixels_len());
        assert!(
            2 * varying > model.pixels_len(),
            "{}: {varying} of {} pixels vary",
            model.name,
            model.pixels_len()
        );
    }
}

/// Tests float models of two or three layers with every last activation. Their differences are
/// averaged over all models, because a tolerance on a mean needs many pixels.
#[test]
fn float_models_are_near_the_reference() {
    for last in ACTIVATIONS {
        let mut differences = Differences::default();
        for seed in 0..100 {
            let mut rng = SplitMix64(seed);
            let hidden = (0..rng.range(1, 2))
                .map(|_| (rng.range(1, 70) as u16, ACTIVATIONS[rng.range(0, 4) as usize]))
                .collect();
            let shape = Shape {
                latent_len: 16,
                classes: seed as u16 % 3,
                width: 7,
                height: 5,
                channels: 3,
                hidden,
                last,
            };
            let model = shape.float("random", &mut rng);
            let blob = aligned::Blob::new(&write(&model));
            let generator = decode(&blob).expect("the model is valid");
            for label in labels(&model) {
                let latent = sampler::codes(seed, 0, 16);
                differences.add(
                    &run(&generator, &latent, label),
                    &reference::generate(&model, &latent, label),
                );
            }
        }
        differences.check(&format!("last layer {last:?}"));
    }
}
