//! These tests check packed layers: they have the bytes that the reference writes, give the same
//! pixels as before packing, and unpack to the same blob.

use gan_core::error::{DecodeError, LayerField};
use gan_core::{Generator, Packing, decode};
use gan_tests::reference::write::write;
use gan_tests::reference::{self, Activation, Int8, Model, Params, sampler};
use gan_tests::synthetic::{ACTIVATIONS, Shape, SplitMix64};
use proptest::prelude::*;

#[path = "common/aligned.rs"]
mod aligned;
#[path = "common/packed.rs"]
mod packed;
#[path = "common/random.rs"]
mod random;
use packed::packed;

const PACKINGS: [(Packing, reference::Packing); 5] = [
    (Packing::Rows, reference::Packing::Rows),
    (Packing::PairedHalfword, reference::Packing::PairedHalfword),
    (Packing::ByteLane, reference::Packing::ByteLane),
    (Packing::Blocks7x16, reference::Packing::Blocks7x16),
    (Packing::Blocks16x4, reference::Packing::Blocks16x4),
];

fn image(generator: &Generator<'_>, latent: &[u8], label: Option<u16>) -> Vec<u8> {
    let mut scratch = vec![0xA5A5_A5A5; generator.scratch_len()];
    let mut pixels = vec![0xA5; generator.pixels_len()];
    generator.generate(latent, label, &mut scratch, &mut pixels).expect("the buffers fit");
    pixels
}

fn shape() -> impl Strategy<Value = Shape> {
    let activation = prop_oneof![
        prop::sample::select(&ACTIVATIONS[..]),
        (0.0..=1.0f32).prop_map(Activation::LeakyRelu)
    ];
    let hidden = prop::collection::vec((1..=70u16, activation), 0..=3);
    (1..=40u16, 0..=3u16, 1..=9u16, 1..=7u16, hidden, prop::sample::select(&ACTIVATIONS[..]))
        .prop_map(|(latent_len, classes, width, height, hidden, last)| Shape {
            latent_len,
            classes,
            width,
            height,
            channels: 1,
            hidden,
            last,
        })
}

/// `kernel::PACKING` says what this build's kernel takes.
#[test]
fn a_model_is_native_in_the_packing_of_the_build_alone() {
    let shape = Shape {
        latent_len: 16,
        classes: 0,
        width: 4,
        height: 4,
        channels: 1,
        hidden: vec![(16, Activation::Relu)],
        last: Activation::Sigmoid,
    };
    let rows = aligned::Blob::new(&write(&shape.packable("native", &mut SplitMix64(3))));
    let rows = decode(&rows).expect("the model is valid");
    for (packing, _) in PACKINGS {
        let blob = aligned::Blob::new(&packed(&rows, packing));
        let generator = decode(&blob).expect("the model is valid");
        assert_eq!(generator.is_native(), packing == gan_core::kernel::PACKING, "{packing:?}");
    }
}

proptest! {
    #![proptest_config(random::inputs(500, random::kept!("packing")))]

    #[test]
    fn packing_changes_the_order_and_nothing_else(shape in shape(), seed in any::<u64>()) {
        let mut model = shape.packable("random", &mut SplitMix64(seed));
        let bytes = write(&model);
        let rows = aligned::Blob::new(&bytes);
        let rows = decode(&rows).expect("the model is valid");
        let latent = sampler::codes(seed, 0, rows.latent_len());
        let label = model.classes.checked_sub(1);
        let expected = reference::generate(&model, &latent, label);
        for (packing, in_reference) in PACKINGS {
            model.layers.iter_mut().for_each(|layer| layer.packing = in_reference);
            let ours = packed(&rows, packing);
            prop_assert!(ours == write(&model), "{:?}: other bytes than the reference's", packing);
            let parsed = reference::parse(&ours);
            prop_assert!(parsed.as_ref() == Ok(&model), "{:?}: {:?}", packing, parsed.err());
            let blob = aligned::Blob::new(&ours);
            let generator = decode(&blob).expect("a packed model is valid");
            prop_assert!(generator.header().layers.iter().all(|spec| spec.packing == packing));
            prop_assert_eq!(image(&generator, &latent, label), &expected[..], "{:?}", packing);
            prop_assert!(
                packed(&generator, Packing::Rows) == bytes,
                "{:?}: unpacking gives another blob",
                packing
            );
        }
    }
}

/// Makes a model of one layer with two rows. The second row has the negated weights of the first.
fn two_rows(bias: i32, shift: u8) -> Model {
    let shape = Shape {
        latent_len: 3,
        classes: 0,
        width: 2,
        height: 1,
        channels: 1,
        hidden: vec![],
        last: Activation::Sigmoid,
    };
    let mut model = shape.int8("two rows", &mut SplitMix64(0));
    let Params::I8(Int8 { weights, bias: biases, shifts, .. }) = &mut model.layers[0].params else {
        unreachable!()
    };
    weights.copy_from_slice(&[127, 100, -3, -127, -100, 3]);
    biases.copy_from_slice(&[bias, -bias]);
    shifts.copy_from_slice(&[shift, shift]);
    model
}

/// Returns the packing that gan-core chooses for a model's only layer, and the packing that the
/// reference chooses.
#[track_caller]
fn gets(model: &Model, packing: Packing, expected: Packing) {
    let blob = aligned::Blob::new(&write(model));
    let header = decode(&blob).expect("the model is valid").packed_header(packing);
    assert_eq!(header.layers[0].packing, expected);
}

/// The sums of the first row range from `bias - 381` to `bias + 28829`. Of a pair's rows the first
/// has 24 bits for its sum, and the second has all 32.
#[test]
fn layers_that_a_packing_is_not_exact_for_stay_in_rows() {
    let (most, least) = ((1 << 23) - 1 - 127 * 227, -(1 << 23) + 127 * 3);
    for (bias, fits) in [(most, true), (most + 1, false), (least, true), (least - 1, false)] {
        let expected = if fits { Packing::PairedHalfword } else { Packing::Rows };
        gets(&two_rows(bias, 20), Packing::PairedHalfword, expected);
        gets(&two_rows(bias, 20), Packing::ByteLane, Packing::ByteLane);
    }
    for (_, packing) in [
        (0, Packing::PairedHalfword),
        (0, Packing::ByteLane),
        (0, Packing::Blocks7x16),
        (0, Packing::Blocks16x4),
    ] {
        gets(&two_rows(0, 32), packing, packing);
        gets(&two_rows(0, 33), packing, Packing::Rows);
    }
}

/// A packed blob with sums, padding, shifts or factors that the format does not allow is refused by
/// gan-core and by the reference.
#[test]
fn wrong_packed_layers_are_refused() {
    let refused = |bytes: &[u8], field: LayerField| {
        assert_eq!(
            decode(&aligned::Blob::new(bytes)).err(),
            Some(DecodeError::Layer { index: 0, field })
        );
        assert!(reference::parse(bytes).is_err(), "{field:?}: the reference takes it");
    };
    let paired = |model: &mut Model| {
        model.layers[0].packing = reference::Packing::PairedHalfword;
        write(model)
    };
    refused(&paired(&mut two_rows((1 << 23) - 127 * 227, 20)), LayerField::Accumulator);
    let good = paired(&mut two_rows(5, 20));
    decode(&aligned::Blob::new(&good)).expect("the model is valid");
    // The payload has weights of 4 x 8 bytes, 4 biases, 4 factors, 2 shifts with zeros, and the
    // table.
    let payload = good.len() - 4 - (32 + 16 + 16 + 16 + 256);
    for (at, byte, field) in [
        (7, 1, LayerField::Weights),   // the fourth row of the second column
        (12, 1, LayerField::Weights),  // a column of padding
        (32 + 8, 1, LayerField::Bias), // a row of padding
        (48 + 8, 1, LayerField::Multiplier), // a row of padding
        (48, 1, LayerField::Multiplier), // a bit below 2^-20
        (64, 33, LayerField::Shift),
        (64 + 2, 17, LayerField::Shift), // a row of padding
    ] {
        let mut bytes = good[..good.len() - 4].to_vec();
        assert_ne!(bytes[payload + at], byte);
        bytes[payload + at] = byte;
        refused(&reference::write::seal(bytes), field);
    }
    // This is the pair of 128 and -1: 128 is no weight, and is -128 in eight bits.
    let mut bytes = good[..good.len() - 4].to_vec();
    bytes[payload..payload + 2].copy_from_slice(&[0xFF, 0x7F]);
    refused(&reference::write::seal(bytes), LayerField::Weights);
}

/// Each label has its own row of biases, and each of these rows has its own padding.
#[test]
fn padding_of_any_labels_biases_is_refused() {
    let shape = Shape {
        latent_len: 3,
        classes: 3,
        width: 5,
        height: 1,
        channels: 1,
        hidden: vec![],
        last: Activation::Sigmoid,
    };
    let mut model = shape.int8("labels", &mut SplitMix64(0));
    model.layers[0].packing = reference::Packing::ByteLane;
    let good = write(&model);
    let blob = aligned::Blob::new(&good);
    let header = decode(&blob).expect("the model is valid").header().clone();
    let payload = good.len() - 4 - gan_core::blob::payload_len(&header);
    for label in 0..3 {
        // The weights take 8 x 8 bytes. Behind them are eight biases for each label, of which five
        // belong to rows.
        for row in 5..8 {
            let mut bytes = good[..good.len() - 4].to_vec();
            bytes[payload + 64 + 4 * (8 * label + row)] = 1;
            let bytes = reference::write::seal(bytes);
            assert_eq!(
                decode(&aligned::Blob::new(&bytes)).err(),
                Some(DecodeError::Layer { index: 0, field: LayerField::Bias })
            );
            assert!(reference::parse(&bytes).is_err(), "the reference takes it");
        }
    }
}
