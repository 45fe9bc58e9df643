//! These tests check each limit of `docs/blob-format.md` from both sides: `decode` accepts the last
//! allowed value and refuses the next one. The blobs are made by the reference's writer, and the
//! reference has to decide the same about each of them.

use gan_core::error::{DecodeError, EncodeError, LayerField};
use gan_core::{Generator, decode};
use gan_tests::reference::write::write;
use gan_tests::reference::{Activation, Float, Int8, Model, Params, parse};
use gan_tests::synthetic::{Shape, SplitMix64, float, tiny, wide_range};

#[path = "common/aligned.rs"]
mod aligned;
use aligned::Blob;

#[track_caller]
fn refused(blob: &[u8], expected: DecodeError) {
    assert_eq!(decode(&Blob::new(blob)).map(|_| "accepted"), Err(expected));
    assert!(parse(blob).is_err(), "the reference accepts it");
}

#[track_caller]
fn accepted(model: &Model) {
    let bytes = write(model);
    assert_eq!(parse(&bytes).as_ref(), Ok(model), "the reference refuses it");
    let blob = Blob::new(&bytes);
    let generator = decode(&blob).expect("valid");
    let mut out = vec![0xA5; bytes.len() + 1];
    assert_eq!(generator.encode(&mut out), Ok(bytes.len()));
    assert_eq!((&out[..bytes.len()], out[bytes.len()]), (&bytes[..], 0xA5), "encoded again");
    assert_eq!(generator.encoded_len(), bytes.len());
    assert_eq!(
        generator.encode(&mut out[1..bytes.len()]),
        Err(EncodeError::OutputLen { expected: bytes.len() })
    );
}

/// Makes a model of six pixels and two labels with these hidden layers.
fn shape(hidden: Vec<(u16, Activation)>) -> Shape {
    Shape {
        latent_len: 3,
        classes: 2,
        width: 3,
        height: 2,
        channels: 1,
        hidden,
        last: Activation::Sigmoid,
    }
}

/// Makes a model of two integer layers and two labels, whose first layer has no table.
fn plain() -> Model {
    shape(vec![(4, Activation::LeakyRelu(0.5))]).int8("plain", &mut SplitMix64(0))
}

/// Returns the parameters of a layer, which has to be an integer layer.
fn int8(model: &mut Model, layer: usize) -> &mut Int8 {
    match &mut model.layers[layer].params {
        Params::I8(int8) => int8,
        _ => panic!("layer {layer} is not an int8 layer"),
    }
}

/// Returns the parameters of a layer, which has to be a float layer.
fn f32s(model: &mut Model, layer: usize) -> &mut Float {
    match &mut model.layers[layer].params {
        Params::F32(float) => float,
        _ => panic!("layer {layer} is an integer layer"),
    }
}

/// Adds one output at the end of an integer layer.
fn widen(model: &mut Model, layer: usize) {
    let inputs = model.layers[layer].inputs.into();
    let bias = model.bias_rows(layer);
    model.layers[layer].outputs += 1;
    let int8 = int8(model, layer);
    int8.weights.extend(vec![0; inputs]);
    int8.bias.extend(vec![0; bias]);
    int8.multipliers.push(0);
    if int8.table.is_empty() {
        int8.negative_multipliers.push(0);
    }
    int8.shifts.push(17);
}

#[test]
fn header_is_read_and_blobs_are_written_back() {
    for model in [tiny(), wide_range(), float(), plain()] {
        accepted(&model);
        let blob = Blob::new(&write(&model));
        let generator = decode(&blob).expect("valid");
        assert_eq!(generator.name(), model.name);
        assert_eq!(generator.latent_len(), model.latent_len.into());
        assert_eq!(generator.classes(), model.classes);
        let image = generator.image();
        assert_eq!(
            (image.width, image.height, image.channels),
            (model.width, model.height, model.channels)
        );
        assert_eq!(generator.pixels_len(), model.pixels_len());
        assert_eq!(generator.line_len(), model.pixels_len() / usize::from(model.height));
        let sizes = |generator: &Generator<'_>| {
            Vec::from_iter(generator.header().layers.iter().map(|l| (l.inputs, l.outputs)))
        };
        assert_eq!(
            sizes(&generator),
            Vec::from_iter(model.layers.iter().map(|l| (l.inputs, l.outputs)))
        );
    }
}

/// Each case has a name, a change of the plain model, and the error that the change must cause.
type Case = (&'static str, fn(&mut Model), DecodeError);

const fn layer(index: u8, field: LayerField) -> DecodeError {
    DecodeError::Layer { index, field }
}

#[test]
fn models_beyond_a_limit_are_refused() {
    let cases: &[Case] = &[
        ("name of 33 bytes", |m| m.name = "n".repeat(33), DecodeError::Name),
        ("channels 2", |m| (m.width, m.height, m.channels) = (3, 1, 2), DecodeError::Image),
        ("channels 0", |m| m.channels = 0, DecodeError::Image),
        ("width 0", |m| m.width = 0, DecodeError::Image),
        ("height 0", |m| m.height = 0, DecodeError::Image),
        ("no layers", |m| m.layers.clear(), DecodeError::Layers),
        ("17 layers", |m| m.layers = vec![m.layers[1].clone(); 17], DecodeError::Layers),
        ("image larger than the outputs", |m| m.width = 4, layer(1, LayerField::Outputs)),
        (
            "image of 65535 x 65535 pixels",
            |m| (m.width, m.height) = (0xFFFF, 0xFFFF),
            layer(1, LayerField::Outputs),
        ),
        ("outputs larger than the image", |m| widen(m, 1), layer(1, LayerField::Outputs)),
        ("outputs not the next inputs", |m| widen(m, 0), layer(1, LayerField::Inputs)),
        ("latent not the first inputs", |m| m.latent_len = 4, layer(0, LayerField::Inputs)),
        (
            "slope below 0",
            |m| m.layers[0].activation = Activation::LeakyRelu(-0.01),
            layer(0, LayerField::Slope),
        ),
        (
            "slope above 1",
            |m| m.layers[0].activation = Activation::LeakyRelu(1.01),
            layer(0, LayerField::Slope),
        ),
        (
            "slope NaN",
            |m| m.layers[0].activation = Activation::LeakyRelu(f32::NAN),
            layer(0, LayerField::Slope),
        ),
        (
            "zero_point 128 without a table",
            |m| m.layers[0].zero_point = 128,
            layer(0, LayerField::ZeroPoint),
        ),
        ("weight -128, first", |m| int8(m, 0).weights[0] = -128, layer(0, LayerField::Weights)),
        ("weight -128, last", |m| int8(m, 1).weights[23] = -128, layer(1, LayerField::Weights)),
        (
            "multiplier 32768",
            |m| int8(m, 1).multipliers[5] = 32_768,
            layer(1, LayerField::Multiplier),
        ),
        (
            "negative multiplier 32768",
            |m| int8(m, 0).negative_multipliers[3] = 32_768,
            layer(0, LayerField::Multiplier),
        ),
        ("shift 16", |m| int8(m, 0).shifts[3] = 16, layer(0, LayerField::Shift)),
        ("shift 47", |m| int8(m, 1).shifts[0] = 47, layer(1, LayerField::Shift)),
        ("sum 2^31", |m| end_of_sum(m, 1, 1), layer(0, LayerField::Accumulator)),
        ("sum -2^31 - 1", |m| end_of_sum(m, -1, 1), layer(0, LayerField::Accumulator)),
        ("hidden table 128", |m| with_table(m, 128), layer(0, LayerField::Table)),
        (
            "float layer after an integer one",
            |m| m.layers[1].params = floats(24, 6),
            layer(1, LayerField::Element),
        ),
    ];
    for &(what, change, expected) in cases {
        println!("{what}");
        let mut model = plain();
        change(&mut model);
        refused(&write(&model), expected);
    }
}

#[test]
fn models_at_a_limit_are_accepted() {
    let cases: &[fn(&mut Model)] = &[
        |m| m.name = "é".repeat(16),
        |m| m.name.clear(),
        |m| m.layers[0].activation = Activation::LeakyRelu(0.0),
        |m| m.layers[0].activation = Activation::LeakyRelu(1.0),
        |m| (m.layers[0].zero_point, m.layers[1].zero_point) = (127, 255),
        |m| (int8(m, 0).weights[0], int8(m, 1).weights[23]) = (-127, 127),
        |m| (int8(m, 0).negative_multipliers[3], int8(m, 1).multipliers[5]) = (32_767, 32_767),
        |m| (int8(m, 0).shifts[3], int8(m, 1).shifts[0]) = (17, 46),
        |m| end_of_sum(m, 1, 0),
        |m| end_of_sum(m, -1, 0),
        |m| *m = many_layers(8),
        |m| *m = many_layers(9),
        |m| *m = many_layers(16),
        |m| with_table(m, 127),
        |m| int8(m, 1).table.fill(255),
    ];
    for change in cases {
        let mut model = plain();
        change(&mut model);
        accepted(&model);
    }
}

/// Makes a model of `count` layers. With more than eight layers its blob has version 2.
fn many_layers(count: usize) -> Model {
    let model =
        shape(vec![(3, Activation::Relu); count - 1]).int8("many layers", &mut SplitMix64(0));
    assert_eq!(write(&model)[4], if count > 8 { 2 } else { 1 });
    model
}

/// Sets the bias of label 1 in the last row so that the row's sum reaches the largest or the
/// smallest value of 32 bits, and exceeds it by `beyond`.
fn end_of_sum(model: &mut Model, sign: i64, beyond: i64) {
    let int8 = int8(model, 0);
    int8.weights[9..].copy_from_slice(&[100, -50, 7]);
    let bias = if sign > 0 {
        i64::from(i32::MAX) - 127 * 107 + beyond
    } else {
        i64::from(i32::MIN) + 127 * 50 - beyond
    };
    int8.bias[7] = bias as i32;
}

/// Gives the first layer an activation table whose last entry is `entry`.
fn with_table(model: &mut Model, entry: u8) {
    model.layers[0].activation = Activation::Tanh;
    let int8 = int8(model, 0);
    int8.negative_multipliers.clear();
    int8.table = vec![0; 256];
    int8.table[255] = entry;
}

fn floats(weights: usize, bias: usize) -> Params {
    Params::F32(Float { weights: vec![0.0; weights], bias: vec![0.0; bias] })
}

#[test]
fn float_models_beyond_a_limit_are_refused() {
    let cases: &[Case] = &[
        ("weight NaN", |m| f32s(m, 0).weights[53] = f32::NAN, layer(0, LayerField::Weights)),
        (
            "weight infinite",
            |m| f32s(m, 4).weights[0] = f32::INFINITY,
            layer(4, LayerField::Weights),
        ),
        (
            "bias of the last label infinite",
            |m| f32s(m, 0).bias[26] = f32::NEG_INFINITY,
            layer(0, LayerField::Bias),
        ),
        ("bias NaN", |m| f32s(m, 4).bias[0] = f32::NAN, layer(4, LayerField::Bias)),
        ("zero_point 1", |m| m.layers[4].zero_point = 1, layer(4, LayerField::ZeroPoint)),
    ];
    for &(what, change, expected) in cases {
        println!("{what}");
        let mut model = float();
        change(&mut model);
        refused(&write(&model), expected);
    }
}

/// A size of 0 in the header is refused, also where no other error could be found first.
#[test]
fn empty_layers_are_refused() {
    let mut latent = tiny();
    (latent.latent_len, latent.layers[0].inputs) = (0, 0);
    int8(&mut latent, 0).weights.clear();
    refused(&write(&latent), DecodeError::LatentLen);

    let mut hidden = plain();
    (hidden.layers[0].outputs, hidden.layers[1].inputs) = (0, 0);
    let table = int8(&mut hidden, 0).table.clone();
    *int8(&mut hidden, 0) = Int8 { table, ..Int8::default() };
    int8(&mut hidden, 1).weights.clear();
    refused(&write(&hidden), layer(0, LayerField::Outputs));
}
