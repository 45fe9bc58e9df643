//! These tests check the limits of int4 layers from both sides: what the reference and gan-core
//! refuse, and what both accept.

use gan_core::error::{DecodeError, EncodeError, LayerField};
use gan_core::{blob, decode};
use gan_tests::reference::write::{seal, write};
use gan_tests::reference::{self, Activation, Float, Int4, Model, Params};
use gan_tests::synthetic::{self, Shape, SplitMix64};

#[path = "common/aligned.rs"]
mod aligned;
use aligned::Blob;

/// Makes a model with an int4 hidden layer and an int4 last layer. Its rows have 19 inputs in two
/// groups of 16.
fn plain() -> Model {
    let hidden = vec![(19, Activation::LeakyRelu(0.5))];
    let shape = Shape {
        latent_len: 19,
        classes: 2,
        width: 3,
        height: 2,
        channels: 1,
        hidden,
        last: Activation::Sigmoid,
    };
    let mut seed = 0;
    loop {
        let model = shape.int4("plain", &mut SplitMix64(seed));
        if model
            .layers
            .iter()
            .all(|layer| matches!(layer.params, Params::I4(Int4 { group: 16, .. })))
        {
            return model;
        }
        seed += 1;
    }
}

fn int4(model: &mut Model, layer: usize) -> &mut Int4 {
    match &mut model.layers[layer].params {
        Params::I4(int4) => int4,
        _ => panic!("layer {layer} has no half bytes"),
    }
}

const fn layer(index: u8, field: LayerField) -> DecodeError {
    DecodeError::Layer { index, field }
}

#[track_caller]
fn refused(bytes: &[u8], expected: DecodeError) {
    assert_eq!(decode(&Blob::new(bytes)).map(|_| "accepted"), Err(expected));
    assert!(reference::parse(bytes).is_err(), "the reference accepts it");
}

/// Sets the bias of label 1 in the last row of the first layer so that the row's sum reaches the
/// largest or the smallest value of 32 bits, and exceeds it by `beyond`.
fn end_of_sum(model: &mut Model, sign: i64, beyond: i64) {
    let int4 = int4(model, 0);
    int4.scales[36..].copy_from_slice(&[255, 3]);
    int4.int8.weights[18 * 19..].fill(0);
    (int4.int8.weights[18 * 19], int4.int8.weights[18 * 19 + 1], int4.int8.weights[18 * 19 + 16]) =
        (7, -5, 6);
    let (most, least) = (127 * (255 * 7 + 3 * 6), 127 * 255 * 5);
    let bias = if sign > 0 {
        i64::from(i32::MAX) - most + beyond
    } else {
        i64::from(i32::MIN) + least - beyond
    };
    int4.int8.bias[2 * 19 - 1] = bias as i32;
}

#[test]
fn models_beyond_a_limit_are_refused() {
    type Case = (&'static str, fn(&mut Model), DecodeError);
    let cases: &[Case] = &[
        ("group of 8", |m| group(m, 8), layer(0, LayerField::Element)),
        ("group of 64", |m| group(m, 64), layer(0, LayerField::Element)),
        ("weight -8, first", |m| int4(m, 0).int8.weights[0] = -8, layer(0, LayerField::Weights)),
        (
            "weight -8, last",
            |m| int4(m, 1).int8.weights[6 * 19 - 1] = -8,
            layer(1, LayerField::Weights),
        ),
        (
            "multiplier 32768",
            |m| int4(m, 1).int8.multipliers[5] = 32_768,
            layer(1, LayerField::Multiplier),
        ),
        (
            "negative multiplier 32768",
            |m| int4(m, 0).int8.negative_multipliers[3] = 32_768,
            layer(0, LayerField::Multiplier),
        ),
        ("shift 16", |m| int4(m, 0).int8.shifts[3] = 16, layer(0, LayerField::Shift)),
        ("shift 47", |m| int4(m, 1).int8.shifts[0] = 47, layer(1, LayerField::Shift)),
        (
            "zero_point 128 without a table",
            |m| m.layers[0].zero_point = 128,
            layer(0, LayerField::ZeroPoint),
        ),
        ("sum 2^31", |m| end_of_sum(m, 1, 1), layer(0, LayerField::Accumulator)),
        ("sum -2^31 - 1", |m| end_of_sum(m, -1, 1), layer(0, LayerField::Accumulator)),
        (
            "float layer after half bytes",
            |m| m.layers[1].params = floats(),
            layer(1, LayerField::Element),
        ),
    ];
    for &(what, change, expected) in cases {
        println!("{what}");
        let mut model = plain();
        change(&mut model);
        refused(&write(&model), expected);
    }
    // Int4 weights in a packing for int8, with as many rows as its groups need, and int8 weights in
    // a packing for int4, are refused.
    let shape = Shape {
        latent_len: 16,
        classes: 0,
        width: 16,
        height: 7,
        channels: 1,
        hidden: vec![],
        last: Activation::Sigmoid,
    };
    for packing in [
        reference::Packing::ByteLane,
        reference::Packing::Blocks7x16,
        reference::Packing::Blocks16x4,
    ] {
        let mut model = shape.int4("packed", &mut SplitMix64(1));
        int4(&mut model, 0);
        model.layers[0].packing = packing;
        refused(&write(&model), layer(0, LayerField::Packing));
    }
    let mut model = synthetic::tiny();
    model.layers[0].packing = reference::Packing::NibbleLane;
    refused(&write(&model), layer(0, LayerField::Packing));
}

/// Sets another group size, with as many scales as it needs.
fn group(model: &mut Model, group: u8) {
    let first = int4(model, 0);
    first.group = group;
    first.scales.resize(first.groups(19) * 19, 1);
}

fn floats() -> Params {
    Params::F32(Float { weights: vec![0.0; 6 * 19], bias: vec![0.0; 6] })
}

#[test]
fn models_at_a_limit_are_accepted() {
    let cases: &[fn(&mut Model)] = &[
        |_| {},
        |m| end_of_sum(m, 1, 0),
        |m| end_of_sum(m, -1, 0),
        |m| (int4(m, 0).int8.weights[0], int4(m, 1).int8.weights[6 * 19 - 1]) = (-7, 7),
        |m| (int4(m, 0).int8.shifts[3], int4(m, 1).int8.shifts[0]) = (17, 46),
        |m| int4(m, 0).scales.fill(0),
        |m| (m.layers[0].zero_point, m.layers[1].zero_point) = (127, 255),
    ];
    for (case, change) in cases.iter().enumerate() {
        println!("case {case}");
        let mut model = plain();
        change(&mut model);
        let bytes = write(&model);
        assert_eq!(bytes[4], 2, "version");
        assert_eq!(reference::parse(&bytes).as_ref(), Ok(&model), "the reference refuses it");
        let blob = Blob::new(&bytes);
        let generator = decode(&blob).expect("valid");
        let mut out = vec![0xA5; bytes.len()];
        assert_eq!(generator.encode(&mut out), Ok(bytes.len()));
        assert_eq!(out, bytes, "encoded again");
    }
}

/// The padding after the columns and after the rows consists of int4 zeros.
#[test]
fn padding_is_refused_unless_it_is_zero() {
    for packing in [reference::Packing::Rows, reference::Packing::NibbleLane] {
        let mut model = plain();
        model.layers[0].packing = packing;
        let good = write(&model);
        decode(&Blob::new(&good)).expect("valid");
        let start = payload_start(&good);
        // These are row 0 with columns 20 and 21; or rows 0 and 2 with column 20, and rows 20 and
        // 22 with column 0.
        let places: &[usize] =
            if packing == reference::Packing::Rows { &[10] } else { &[4 * 20, 4 * 2 * 32 + 1] };
        for &at in places {
            for byte in [0x78, 0x87, 0x08, 0x80] {
                let mut bytes = good[..good.len() - 4].to_vec();
                assert_eq!(bytes[start + at], 0x88);
                bytes[start + at] = byte;
                refused(&seal(bytes), layer(0, LayerField::Weights));
            }
        }
        if packing == reference::Packing::NibbleLane {
            // This is the first scale of row 19, behind 24 rows of weights.
            let mut bytes = good[..good.len() - 4].to_vec();
            let at = start + 24 * 16 + 2 * 16 + 3;
            assert_eq!(bytes[at], 0);
            bytes[at] = 1;
            refused(&seal(bytes), layer(0, LayerField::Weights));
        }
    }
}

/// Returns where the payload of a [`plain`] model begins: the first multiple of 16 behind the
/// header. The payload has more than 127 and fewer than 16384 bytes, so its length takes two bytes.
fn payload_start(bytes: &[u8]) -> usize {
    let header = reference::write::header(&reference::parse(bytes).expect("valid"));
    (header.len() + 1 + 2).next_multiple_of(16)
}

/// The encoder refuses a layer of another type than its header names.
#[test]
fn layers_of_another_type_are_not_encoded() {
    let half_bytes = Blob::new(&write(&plain()));
    let half_bytes = decode(&half_bytes).expect("valid");
    let shape = Shape {
        latent_len: 19,
        classes: 2,
        width: 3,
        height: 2,
        channels: 1,
        hidden: vec![(19, Activation::LeakyRelu(0.5))],
        last: Activation::Sigmoid,
    };
    let bytes = Blob::new(&write(&shape.int8("plain", &mut SplitMix64(0))));
    let bytes = decode(&bytes).expect("valid");
    let mut out = vec![0; 1 << 16];
    for (header, layers) in [(half_bytes.header(), &bytes), (bytes.header(), &half_bytes)] {
        assert_eq!(
            blob::encode(header, layers.layers(), &mut out),
            Err(EncodeError::Layer { index: 0 })
        );
    }
}
