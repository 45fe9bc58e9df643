use super::*;
use gan_core::host::Model;
use gan_tools::blob_file;
use gan_tools::generate::{Request, generate};
use gan_tools::images::Images;
use gan_tools::samples::Samples;

const QUESTION: Question = Question {
    from: 7,
    to: 11,
    steps: 8,
    label: None,
    labels: Vec::new(),
    walk: Vec::new(),
    seed: 0,
    latents: 20,
    units: 3,
};

fn file(name: &str) -> Model {
    let path = format!("{}/../{name}", env!("CARGO_MANIFEST_DIR"));
    blob_file::read(path.as_ref()).unwrap()
}

/// What `gan generate --seed SEED --label LABEL --count 1` makes.
fn generated(generator: &Generator<'_>, seed: u64, label: u16) -> Vec<u8> {
    let truncation = gan_core::Truncation::OFF;
    let request = Request { first: 0, count: 1, seed, label: Some(label), truncation };
    generate(generator, &request.samples(generator)).unwrap().pixels
}

fn image(frames: &Frames, frame: usize, column: usize) -> Vec<u8> {
    let Images { pixels, .. } = &frames.images;
    let len = frames.images.image_len();
    pixels[(frame * frames.columns + column) * len..][..len].to_vec()
}

#[test]
fn the_ends_are_the_images_of_the_seeds() {
    let file = file("models/digits8.gan");
    let generator = file.generator();
    let question = Question { labels: (0..10).collect(), walk: vec![3, 8, 1], ..QUESTION };
    let found = Exploration::new(&generator, &[], question, None).unwrap();
    let end = |seed, label| generated(&generator, seed, label);
    for interpolation in &found.interpolations {
        let frames = &interpolation.frames;
        assert_eq!((frames.count(), frames.columns), (9, 10));
        for label in 0..10 {
            assert_eq!(image(frames, 0, label.into()), end(7, label));
            assert_eq!(image(frames, 8, label.into()), end(11, label));
        }
    }
    let labels = found.labels.unwrap();
    assert_eq!(image(&labels.morph, 5, 0), end(7, 5));
    // Two legs of eight steps, each to the next image of the seed.
    assert_eq!(labels.walk.count(), 17);
    let number = |number: u64, label| {
        let mut samples = Samples::part(7, number, 1, 16, 10);
        samples.labels = vec![label];
        generate(&generator, &samples).unwrap().pixels
    };
    let ends = [image(&labels.walk, 0, 0), image(&labels.walk, 8, 0), image(&labels.walk, 16, 0)];
    assert_eq!(ends, [number(0, 3), number(1, 8), number(2, 1)]);
    // Half way the label changes, and no sooner.
    let codes = |number: u64| Samples::part(7, number, 1, 16, 10).codes;
    let half_way = |label, step: u32| {
        let code = |(a, b): (u8, u8)| {
            ((u32::from(a) * (8 - step) + u32::from(b) * step) as f64 / 8.0 + 0.5) as u8
        };
        let codes = codes(0).into_iter().zip(codes(1)).map(code).collect();
        generate(&generator, &Samples { count: 1, codes, labels: vec![label] }).unwrap().pixels
    };
    assert_eq!(image(&labels.walk, 3, 0), half_way(3, 3));
    assert_eq!(image(&labels.walk, 4, 0), half_way(8, 4));
    // A column more begins with the image after.
    assert_eq!(image(&labels.walk, 16, 5), number(7, 1));
    assert_eq!(found.traversals.len(), 3);
    let strongest = found.sensitivity.units[0].unit;
    assert_eq!((found.traversals[0].unit, found.traversals[0].frames.count()), (strongest, 13));
}

#[test]
fn one_label_is_shown_alone() {
    let file = file("models/digits8.gan");
    let generator = file.generator();
    let question = Question { label: Some(4), labels: (0..10).collect(), ..QUESTION };
    let found = Exploration::new(&generator, &[], question, None).unwrap();
    let frames = &found.interpolations[0].frames;
    assert_eq!((frames.columns, image(frames, 0, 0)), (1, generated(&generator, 7, 4)));
    assert_eq!(found.labels, None);
}

#[test]
fn what_has_no_latent_or_draws_nothing_is_refused() {
    for (name, expected) in [
        ("v3-image", "makes images of images"),
        ("v3-latent-image", "makes images of images"),
        ("v3-numbers", "makes numbers"),
        ("v1-float", "is a model of floats"),
    ] {
        let file = file(&format!("tests/vectors/{name}.gan"));
        let generator = file.generator();
        let error = Exploration::new(&generator, &[], QUESTION, None).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{name}: {error}");
    }
    let file = file("models/digits8.gan");
    let generator = file.generator();
    let question = Question { walk: vec![3, 10], ..QUESTION };
    let error = Exploration::new(&generator, &[], question, None).unwrap_err().to_string();
    assert_eq!(error, "label 10: there are 10");
}
