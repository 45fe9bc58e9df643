//! Images that are made in steps are the same as those that are made at once, for all step sizes.

use gan_core::error::GenerateError;
use gan_core::{Generator, Packing, decode};
use gan_tests::reference::write::write;
use gan_tests::reference::{Activation, sampler};
use gan_tests::synthetic::{Shape, SplitMix64, float, int4, packed, tiny, wide_range};

#[path = "common/aligned.rs"]
mod aligned;
#[path = "common/packed.rs"]
mod repacked;

/// Makes an image with `rows` rows a step, and its pixels in pieces of the given length.
fn image(generator: &Generator<'_>, latent: &[u8], rows: usize, piece: usize) -> Vec<u8> {
    let label = generator.classes().checked_sub(1);
    let mut scratch = vec![0xA5A5_A5A5; generator.scratch_len()];
    let mut image = generator.begin(latent, label, &mut scratch).expect("the buffers fit");
    let mut steps = 0;
    while image.advance(rows) {
        steps += 1;
    }
    // A step computes at most `rows` rows, all of one hidden layer. The last step of all returns
    // false, so it is not counted.
    let hidden = generator.header().layers.split_last().expect("there is a layer").1;
    let expected: usize = hidden.iter().map(|spec| usize::from(spec.outputs).div_ceil(rows)).sum();
    assert_eq!(steps, expected.saturating_sub(1), "{rows} rows a step");
    let mut pixels = Vec::new();
    loop {
        let mut some = vec![0xA5; piece];
        match image.pixels(&mut some) {
            0 => return pixels,
            count => pixels.extend_from_slice(&some[..count]),
        }
    }
}

/// The expected values come from `generate`, which other suites compare with the reference.
#[test]
fn steps_make_the_same_image() {
    for model in [tiny(), wide_range(), float(), int4(), packed()] {
        let rows = aligned::Blob::new(&write(&model));
        let rows = decode(&rows).expect("the model is valid");
        let latent = sampler::codes(3, 0, rows.latent_len());
        for packing in [Packing::Rows, Packing::PairedHalfword, Packing::ByteLane] {
            let blob = aligned::Blob::new(&repacked::packed(&rows, packing));
            let generator = decode(&blob).expect("a packed model is valid");
            let mut expected = vec![0; generator.pixels_len()];
            let label = generator.classes().checked_sub(1);
            let mut scratch = vec![0; generator.scratch_len()];
            generator.generate(&latent, label, &mut scratch, &mut expected).expect("it fits");

            for (rows, piece) in [(1, 1), (3, 5), (16, 16), (7, 1000), (1000, 3)] {
                let found = image(&generator, &latent, rows, piece);
                assert_eq!(found, expected, "{}, {packing:?}, {rows}, {piece}", model.name);
            }

            let mut image = generator.begin(&latent, label, &mut scratch).expect("it fits");
            let (mut line, mut lines) = (vec![0; generator.line_len()], Vec::new());
            let mut numbers = Vec::new();
            while let Some(number) = image.line(&mut line).expect("the line fits") {
                numbers.push(number);
                lines.extend_from_slice(&line);
            }
            assert_eq!(lines, expected, "{}, {packing:?}: line by line", model.name);
            assert_eq!(numbers, Vec::from_iter(0..usize::from(generator.image().height)));
            assert_eq!(image.line(&mut line), Ok(None), "it has ended");
        }
    }
}

/// The layers of a float generator read and write two buffers in turn, so it matters whether their
/// number is odd, and whether there is a hidden one at all.
#[test]
fn float_generators_of_every_depth_are_the_same_in_steps() {
    for depth in 0..4 {
        let shape = Shape {
            latent_len: 5,
            classes: 2,
            width: 4,
            height: 3,
            channels: 1,
            hidden: (0..depth).map(|layer| (7 + 2 * layer, Activation::Tanh)).collect(),
            last: Activation::Sigmoid,
        };
        let blob = aligned::Blob::new(&write(&shape.float("depth", &mut SplitMix64(depth.into()))));
        let generator = decode(&blob).expect("the model is valid");
        let latent = sampler::codes(3, 0, 5);
        let mut expected = vec![0; generator.pixels_len()];
        let mut scratch = vec![0; generator.scratch_len()];
        generator.generate(&latent, Some(1), &mut scratch, &mut expected).expect("it fits");
        for (rows, piece) in [(1, 1), (3, 5), (1000, 3)] {
            let found = image(&generator, &latent, rows, piece);
            assert_eq!(found, expected, "{depth} hidden layers, {rows} rows, {piece}");
        }
    }
}

#[test]
fn wrong_calls_are_refused() {
    let blob = aligned::Blob::new(&write(&tiny()));
    let generator = decode(&blob).expect("the model is valid");
    let expected = generator.scratch_len();
    let refused = |latent: &[u8], label, scratch: usize| {
        generator.begin(latent, label, &mut vec![0; scratch]).map(|_| "begun")
    };
    assert_eq!(refused(&[64], Some(0), expected), Err(GenerateError::LatentLen { expected: 2 }));
    assert_eq!(refused(&[64, 128], Some(0), expected), Err(GenerateError::LatentCode));
    assert_eq!(refused(&[64, 64], None, expected), Err(GenerateError::LabelMissing));
    assert_eq!(
        refused(&[64, 64], Some(0), expected - 1),
        Err(GenerateError::ScratchLen { expected })
    );

    let mut scratch = vec![0; expected];
    let mut image = generator.begin(&[64, 64], Some(0), &mut scratch).expect("it fits");
    let length = GenerateError::OutputLen { expected: generator.line_len() };
    assert_eq!(image.line(&mut []), Err(length));
    assert_eq!(image.line(&mut vec![0; generator.line_len() + 1]), Err(length));
}

/// A step of no rows computes one row all the same, because a loop of such steps would never end.
#[test]
fn every_step_gets_on() {
    let blob = aligned::Blob::new(&write(&wide_range()));
    let generator = decode(&blob).expect("the model is valid");
    let latent = vec![64; generator.latent_len()];
    let mut scratch = vec![0; generator.scratch_len()];
    let label = generator.classes().checked_sub(1);
    let mut image = generator.begin(&latent, label, &mut scratch).expect("it fits");
    let hidden = generator.header().layers.split_last().expect("there is a layer").1;
    let rows: usize = hidden.iter().map(|spec| usize::from(spec.outputs)).sum();
    let steps = (0..rows).take_while(|_| image.advance(0)).count();
    assert_eq!(steps, rows - 1);
}
