//! The outputs of hidden layers that gan-core's trace reports are those of the reference, in every
//! packing.

use gan_core::error::GenerateError;
use gan_core::{Packing, decode};
use gan_tests::reference::write::write;
use gan_tests::reference::{layers, sampler};
use gan_tests::synthetic::{ACTIVATIONS, Shape, SplitMix64};
use gan_tests::{reference, synthetic};

#[path = "common/aligned.rs"]
mod aligned;
#[path = "common/packed.rs"]
mod packed;

/// Traces a model in all packings and compares the outputs with the reference.
fn check(model: &reference::Model, seed: u64) {
    let rows = aligned::Blob::new(&write(model));
    let rows = decode(&rows).expect("the model is valid");
    let latent = sampler::codes(seed, 0, rows.latent_len());
    let label = model.classes.checked_sub(1);
    let mut expected = layers(model, &latent, label);
    expected.pop();
    for packing in [
        Packing::Rows,
        Packing::PairedHalfword,
        Packing::ByteLane,
        Packing::Blocks7x16,
        Packing::Blocks16x4,
    ] {
        let blob = aligned::Blob::new(&packed::packed(&rows, packing));
        let generator = decode(&blob).expect("a packed model is valid");
        let mut got = Vec::new();
        let mut scratch = vec![0xA5A5_A5A5; generator.scratch_len()];
        let each = |layer: usize, codes: &[u8]| {
            assert_eq!(layer, got.len());
            got.push(codes.to_vec());
        };
        generator.trace(&latent, label, &mut scratch, each).expect("the buffers fit");
        assert_eq!(got, expected, "{}, {packing:?}", model.name);
    }
}

#[test]
fn hidden_layers_are_the_reference_s() {
    for model in
        [synthetic::tiny(), synthetic::wide_range(), synthetic::int4(), synthetic::packed()]
    {
        check(&model, 1);
    }
    let mut rng = SplitMix64(5);
    for seed in 0..60 {
        let hidden = (0..seed % 6)
            .map(|_| (rng.range(1, 70) as u16, ACTIVATIONS[rng.range(0, 4) as usize]))
            .collect();
        let [latent_len, classes, width] =
            [rng.range(1, 40), rng.range(0, 3), rng.range(1, 30)].map(|number| number as u16);
        let shape = Shape {
            latent_len,
            classes,
            width,
            height: 1,
            channels: 1,
            hidden,
            last: ACTIVATIONS[4],
        };
        check(&shape.packable("packable", &mut rng), seed);
        check(&shape.int4("int4", &mut rng), seed);
    }
}

#[test]
fn a_float_model_has_none() {
    let blob = aligned::Blob::new(&write(&synthetic::float()));
    let generator = decode(&blob).expect("the model is valid");
    let mut scratch = vec![0; generator.scratch_len()];
    let latent = vec![64; generator.latent_len()];
    generator
        .trace(&latent, Some(0), &mut scratch, |_, _| panic!("a float layer has no codes"))
        .expect("the buffers fit");
    let missing = generator.trace(&latent, None, &mut scratch, |_, _| ());
    assert_eq!(missing, Err(GenerateError::LabelMissing), "as generate refuses it");
}

/// The first layer needs less scratch memory than the whole model. With too little for the model no
/// layer is reported.
#[test]
fn nothing_is_told_if_the_scratch_is_too_short() {
    let shape = Shape {
        latent_len: 3,
        classes: 0,
        width: 2,
        height: 1,
        channels: 1,
        hidden: vec![(4, ACTIVATIONS[0]), (200, ACTIVATIONS[0])],
        last: ACTIVATIONS[0],
    };
    let blob = aligned::Blob::new(&write(&shape.int8("short", &mut SplitMix64(0))));
    let generator = decode(&blob).expect("the model is valid");
    let expected = generator.scratch_len();
    let each = |layer: usize, _: &[u8]| panic!("layer {layer} was told");
    assert_eq!(
        generator.trace(&[64; 3], None, &mut vec![0; expected - 1], each),
        Err(GenerateError::ScratchLen { expected })
    );
}
