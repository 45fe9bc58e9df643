//! These tests make calls that `Generator` refuses. Each call returns its error and writes to no
//! buffer.

use gan_core::blob::encode;
use gan_core::decode;
use gan_core::error::{EncodeError, GenerateError};
use gan_tests::reference::write::write;
use gan_tests::reference::{Activation, Params};
use gan_tests::synthetic::{Shape, SplitMix64};

#[path = "common/aligned.rs"]
mod aligned;

/// A call with wrong arguments returns the error for them, and leaves the buffers unchanged.
#[test]
fn wrong_calls_are_refused() {
    let mut shape = Shape {
        latent_len: 5,
        classes: 3,
        width: 4,
        height: 3,
        channels: 3,
        hidden: vec![(7, Activation::Relu), (9, Activation::Tanh)],
        last: Activation::Sigmoid,
    };
    for (classes, float) in [(3, false), (0, false), (3, true)] {
        shape.classes = classes;
        let model = if float {
            shape.float("calls", &mut SplitMix64(0))
        } else {
            shape.int8("calls", &mut SplitMix64(0))
        };
        assert_eq!(matches!(model.layers[0].params, Params::F32(_)), float);
        let blob = aligned::Blob::new(&write(&model));
        let generator = decode(&blob).expect("the model is valid");
        let scratch = generator.scratch_len();
        let good = (classes > 0).then_some(0);
        let code = |code| vec![64, 64, code, 64, 64];
        let labels = match classes {
            0 => vec![(Some(0), GenerateError::LabelUnexpected)],
            _ => vec![
                (None, GenerateError::LabelMissing),
                (Some(3), GenerateError::Label { classes: 3 }),
                (Some(65535), GenerateError::Label { classes: 3 }),
            ],
        };
        let mut cases = vec![
            (vec![64; 4], good, scratch, 0, GenerateError::LatentLen { expected: 5 }),
            (vec![64; 6], good, scratch, 0, GenerateError::LatentLen { expected: 5 }),
            (vec![], good, scratch, 0, GenerateError::LatentLen { expected: 5 }),
            (code(128), good, scratch, 0, GenerateError::LatentCode),
            (code(255), good, scratch, 0, GenerateError::LatentCode),
            (code(64), good, scratch - 1, 0, GenerateError::ScratchLen { expected: scratch }),
            (code(64), good, 0, 0, GenerateError::ScratchLen { expected: scratch }),
        ];
        cases.extend(labels.into_iter().map(|(label, error)| (code(64), label, scratch, 0, error)));
        for (extra, expected) in [(-1, 36), (1, 36)] {
            cases.push((code(64), good, scratch, extra, GenerateError::OutputLen { expected }));
        }
        for (latent, label, scratch, extra, error) in cases {
            let mut scratch = vec![1; scratch];
            let mut pixels = vec![2; (36 + extra) as usize];
            assert_eq!(generator.generate(&latent, label, &mut scratch, &mut pixels), Err(error));
            assert!(
                pixels.iter().all(|&pixel| pixel == 2) && scratch.iter().all(|&byte| byte == 1),
                "{error:?}: written to"
            );

            let error = if extra == 0 { error } else { GenerateError::OutputLen { expected: 12 } };
            let mut line = vec![2; (12 + extra) as usize];
            let sink = |_: usize, _: &[u8]| panic!("a line of a refused image");
            assert_eq!(
                generator.generate_rows(&latent, label, &mut scratch, &mut line, sink),
                Err(error)
            );
            assert!(
                line.iter().all(|&pixel| pixel == 2) && scratch.iter().all(|&byte| byte == 1),
                "{error:?}: written to"
            );
        }
    }
}

/// If an argument of a pair's second image is wrong, the first image is not made either.
#[test]
fn wrong_pairs_are_refused() {
    let shape = Shape {
        latent_len: 5,
        classes: 3,
        width: 4,
        height: 3,
        channels: 1,
        hidden: vec![(7, Activation::Relu)],
        last: Activation::Sigmoid,
    };
    let blob = aligned::Blob::new(&write(&shape.int8("pairs", &mut SplitMix64(0))));
    let generator = decode(&blob).expect("the model is valid");
    let needed = generator.pair_scratch_len();
    let (good, code, short) = ([64; 5], [64, 64, 128, 64, 64], [64; 4]);
    let length = GenerateError::OutputLen { expected: 12 };
    for (latent, label, scratch, len, error) in [
        (&good[..], Some(3), needed, 12, GenerateError::Label { classes: 3 }),
        (&good[..], None, needed, 12, GenerateError::LabelMissing),
        (&code[..], Some(0), needed, 12, GenerateError::LatentCode),
        (&short[..], Some(0), needed, 12, GenerateError::LatentLen { expected: 5 }),
        (&good[..], Some(0), needed - 1, 12, GenerateError::ScratchLen { expected: needed }),
        (&good[..], Some(0), needed, 11, length),
    ] {
        let (mut first, mut second) = (vec![2; 12], vec![2; len]);
        let pixels = [&mut first[..], &mut second[..]];
        let mut scratch = vec![1; scratch];
        let made = generator.generate_pair([&good, latent], [Some(0), label], &mut scratch, pixels);
        assert_eq!(made, Err(error));
        assert!(first.iter().chain(&second).all(|&pixel| pixel == 2), "{error:?}: written to");
    }
}

#[test]
fn layers_that_no_header_announces_are_refused() {
    let shape = Shape {
        latent_len: 2,
        classes: 0,
        width: 2,
        height: 2,
        channels: 1,
        hidden: vec![(4, Activation::Relu)],
        last: Activation::Sigmoid,
    };
    let blob = aligned::Blob::new(&write(&shape.int8("surplus", &mut SplitMix64(0))));
    let generator = decode(&blob).expect("the model is valid");
    let mut out = vec![0; blob.len()];
    let twice = generator.layers().chain(generator.layers());
    let refused = encode(generator.header(), twice, &mut out);
    assert_eq!(refused, Err(EncodeError::Layer { index: 2 }));
}
