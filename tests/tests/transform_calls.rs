//! These tests make wrong calls to a generator that takes an image, and calls with an image to one
//! that takes none. Each call returns its error and writes to no buffer.

use gan_core::error::GenerateError;
use gan_core::host::Runner;
use gan_core::{Generator, TransformInput, decode};
use gan_tests::reference::write::write;
use gan_tests::synthetic::version3::{enlarge, latent_image, mask, numbers};
use gan_tests::synthetic::{self};

#[path = "common/aligned.rs"]
mod aligned;

/// Checks that every form of the call returns this error and leaves all buffers unchanged.
#[track_caller]
fn refused(generator: &Generator<'_>, input: &TransformInput<'_>, error: GenerateError) {
    let (codes, scratch) = (generator.latent_len(), generator.scratch_len());
    refused_with(generator, input, [codes, scratch, generator.pixels_len()], error);
    let runner = Runner::new(generator);
    let mut pixels = vec![1; 2 * generator.pixels_len()];
    assert_eq!(runner.transform(input, &mut pixels[..generator.pixels_len()]), Err(error));
    assert_eq!(runner.transform_batch(&[*input, *input], &mut pixels), Err(error));
    assert!(pixels.iter().all(|&pixel| pixel == 1));
}

#[track_caller]
fn refused_with(
    generator: &Generator<'_>,
    input: &TransformInput<'_>,
    [codes, scratch, pixels]: [usize; 3],
    error: GenerateError,
) {
    let (mut codes, mut scratch, mut pixels) = (vec![1; codes], vec![1; scratch], vec![1; pixels]);
    assert_eq!(generator.transform(input, &mut codes, &mut scratch, &mut pixels), Err(error));
    if !matches!(error, GenerateError::OutputLen { .. }) {
        let line = &mut pixels[..generator.line_len()];
        let sink = |_, _: &[u8]| panic!("a line of a call that is refused");
        assert_eq!(
            generator.transform_rows(input, &mut codes, &mut scratch, line, sink),
            Err(error)
        );
    }
    assert!(codes.iter().chain(&pixels).all(|&byte| byte == 1), "{error}");
    assert!(scratch.iter().all(|&word| word == 1), "{error}");
}

#[test]
fn wrong_inputs_are_refused() {
    let blob = aligned::Blob::new(&write(&mask()));
    let generator = decode(&blob).expect("the model is valid");
    let (image, cells) = ([7; 63], [0; 12]);
    let good = TransformInput { mask: Some(&cells), ..TransformInput::new(&image) };
    refused(&generator, &TransformInput::new(&image), GenerateError::MaskMissing);
    for len in [0, 11] {
        let input = TransformInput { mask: Some(&cells[..len]), ..good };
        refused(&generator, &input, GenerateError::MaskLen { expected: 12 });
    }
    for len in [0, 62] {
        let input = TransformInput { image: &image[..len], ..good };
        refused(&generator, &input, GenerateError::ImageLen { expected: 63 });
    }
    let latent = TransformInput { latent: &[64], ..good };
    refused(&generator, &latent, GenerateError::LatentLen { expected: 0 });
    let label = TransformInput { label: Some(0), ..good };
    refused(&generator, &label, GenerateError::LabelUnexpected);

    let (codes, scratch) = (generator.latent_len(), generator.scratch_len());
    assert_eq!(codes, 75);
    refused_with(&generator, &good, [74, scratch, 63], GenerateError::CodesLen { expected: 75 });
    let short = GenerateError::ScratchLen { expected: scratch };
    refused_with(&generator, &good, [75, scratch - 1, 63], short);
    let output = GenerateError::OutputLen { expected: 63 };
    refused_with(&generator, &good, [75, scratch, 62], output);
    let (mut codes, mut words, mut line) = ([1; 75], vec![1; scratch], [1; 8]);
    assert_eq!(
        generator.transform_rows(&good, &mut codes, &mut words, &mut line, |_, _| {}),
        Err(GenerateError::OutputLen { expected: 9 })
    );
    let runner = Runner::new(&generator);
    for len in [63, 125, 127] {
        assert_eq!(
            runner.transform_batch(&[good, good], &mut vec![0; len]),
            Err(GenerateError::OutputLen { expected: 126 })
        );
    }

    let blob = aligned::Blob::new(&write(&latent_image()));
    let generator = decode(&blob).expect("the model is valid");
    let image = [7; 60];
    let good = TransformInput { latent: &[64; 6], label: Some(2), ..TransformInput::new(&image) };
    let masked = TransformInput { mask: Some(&[0]), ..good };
    refused(&generator, &masked, GenerateError::MaskUnexpected);
    for latent in [&[][..], &[64; 5], &[64; 66]] {
        let input = TransformInput { latent, ..good };
        refused(&generator, &input, GenerateError::LatentLen { expected: 6 });
    }
    let code = TransformInput { latent: &[64, 64, 128, 64, 64, 64], ..good };
    refused(&generator, &code, GenerateError::LatentCode);
    // The largest code is one.
    let largest = TransformInput { latent: &[127; 6], ..good };
    let (mut codes, mut words) =
        (vec![0; generator.latent_len()], vec![0; generator.scratch_len()]);
    let mut pixels = vec![0; generator.pixels_len()];
    assert_eq!(generator.transform(&largest, &mut codes, &mut words, &mut pixels), Ok(()));
    refused(&generator, &TransformInput { label: None, ..good }, GenerateError::LabelMissing);
    let label = TransformInput { label: Some(3), ..good };
    refused(&generator, &label, GenerateError::Label { classes: 3 });
}

/// A generator that takes only a latent refuses an image, and one that takes an image refuses a
/// call with only a latent.
#[test]
fn the_wrong_kind_of_call_is_refused() {
    for model in [synthetic::tiny(), numbers()] {
        let blob = aligned::Blob::new(&write(&model));
        let generator = decode(&blob).expect("the model is valid");
        refused(&generator, &TransformInput::new(&[0; 2]), GenerateError::ImageUnexpected);
    }
    for model in [enlarge(), mask(), latent_image()] {
        let blob = aligned::Blob::new(&write(&model));
        let generator = decode(&blob).expect("the model is valid");
        let (needed, label) = (Err(GenerateError::ImageNeeded), (model.classes > 0).then_some(0));
        let latent = vec![64; generator.latent_len()];
        let mut scratch = vec![1; generator.pair_scratch_len()];
        let [mut pixels, mut second] = [(); 2].map(|()| vec![1; generator.pixels_len()]);
        let mut line = vec![1; generator.line_len()];
        assert_eq!(generator.generate(&latent, label, &mut scratch, &mut pixels), needed);
        let sink = |_, _: &[u8]| panic!("a line of a call that is refused");
        assert_eq!(generator.generate_rows(&latent, label, &mut scratch, &mut line, sink), needed);
        assert_eq!(generator.begin(&latent, label, &mut scratch).map(|_| ()), needed);
        assert_eq!(
            generator.generate_pair(
                [&latent, &latent],
                [label; 2],
                &mut scratch,
                [&mut pixels, &mut second]
            ),
            needed
        );
        let runner = Runner::new(&generator);
        assert_eq!(runner.generate(&latent, label, &mut pixels), needed);
        let labels = label.map(|label| vec![label]);
        assert_eq!(runner.generate_batch(&latent, labels.as_deref(), &mut pixels), needed);
        assert!(scratch.iter().all(|&word| word == 1));
        assert!(pixels.iter().chain(&second).chain(&line).all(|&byte| byte == 1));
    }
}
