//! Models that only version 3 of the format can say: what they take is more than a latent, or what
//! they make is no image.

use super::{ACTIVATIONS, Shape, SplitMix64};
use crate::reference::tables::output_table;
use crate::reference::{Activation, Int8, Layer, Model, Outputs, Packing, Params, Part};

/// The golden blob of version 3 in `docs/blob-format.md`: two pixels, of which the mask may call
/// each missing. Numbers are in the units of [`tiny`](super::tiny); each bias takes back the zero
/// point of the four codes (-64 x the row's sum).
#[must_use]
pub fn tiny() -> Model {
    let int8 = Int8 {
        weights: vec![64, -32, 0, 16, 16, 96, -8, 0],
        bias: vec![-64 * 48, -64 * 104],
        multipliers: vec![16_384, 32_767],
        negative_multipliers: vec![],
        shifts: vec![20, 21],
        table: output_table(Activation::Sigmoid).into(),
    };
    let mut model = Model::plain("tiny", 4, 0, [2, 1], 1);
    model.inputs = vec![image(2, 1, 1), Part::Mask { width: 2, height: 1 }];
    model.layers.push(Layer {
        inputs: 4,
        outputs: 2,
        activation: Activation::Sigmoid,
        zero_point: 128,
        packing: Packing::Rows,
        params: Params::I8(int8),
    });
    model
}

/// An RGB image that comes out twice as wide and high.
#[must_use]
pub fn enlarge() -> Model {
    let [_, relu, leaky, tanh, _] = ACTIVATIONS;
    let shape = Shape {
        latent_len: 36,
        classes: 0,
        width: 8,
        height: 6,
        channels: 3,
        hidden: vec![(37, leaky), (24, relu)],
        last: tanh,
    };
    let mut model = shape.int8("image", &mut SplitMix64(31));
    model.inputs = vec![image(4, 3, 3)];
    model
}

/// A grey image and a mask whose cells have unequal sizes: nine columns in four, seven lines in
/// three.
#[must_use]
pub fn mask() -> Model {
    let [_, relu, leaky, _, sigmoid] = ACTIVATIONS;
    let shape = Shape {
        latent_len: 9 * 7 + 4 * 3,
        classes: 0,
        width: 9,
        height: 7,
        channels: 1,
        hidden: vec![(40, relu), (33, leaky)],
        last: sigmoid,
    };
    let mut model = shape.int8("mask", &mut SplitMix64(32));
    model.inputs = vec![image(9, 7, 1), Part::Mask { width: 4, height: 3 }];
    model
}

/// A latent and an RGB image, labels, half bytes in two layers.
#[must_use]
pub fn latent_image() -> Model {
    let [_, relu, leaky, _, sigmoid] = ACTIVATIONS;
    let shape = Shape {
        latent_len: 6 + 5 * 4 * 3,
        classes: 3,
        width: 5,
        height: 4,
        channels: 3,
        hidden: vec![(35, leaky), (32, relu)],
        last: sigmoid,
    };
    let mut model = shape.quantized_int4("latent and image", &mut SplitMix64(33), 16);
    model.inputs = vec![Part::Latent(6), image(5, 4, 3)];
    model
}

/// Three steps of five numbers each, from a latent, with metadata whose length takes two bytes.
#[must_use]
pub fn numbers() -> Model {
    let [_, relu, leaky, tanh, _] = ACTIVATIONS;
    let shape = Shape {
        latent_len: 9,
        classes: 0,
        width: 5,
        height: 3,
        channels: 1,
        hidden: vec![(21, leaky), (18, relu)],
        last: tanh,
    };
    let mut model = shape.int8("numbers", &mut SplitMix64(34));
    model.outputs = Outputs::Numbers;
    model.metadata = (0..=199).collect();
    model
}

/// The bytes of a table, which `docs/blob-format.md` lists one by one.
pub const TABLE: &[u8] = b"\x01\x03\
    \x08pressure\x03hPa\x00\x00\x03\x80\x0f\xd0\x0f\xa0\x10\
    \x0btemperature\x03\xc2\xb0C\x00\x01\x02\xf9\x01\xa0\x06\
    \x07weather\x00\x01\x03\x03sun\x05cloud\x04rain\
    \x01\x06season\x01\x02\x06winter\x06summer";

/// A window of four steps of two numbers and a category, from a latent and a label.
#[must_use]
pub fn table() -> Model {
    let [_, relu, leaky, _, sigmoid] = ACTIVATIONS;
    let shape = Shape {
        latent_len: 7,
        classes: 2,
        width: 5,
        height: 4,
        channels: 1,
        hidden: vec![(18, leaky), (23, relu)],
        last: sigmoid,
    };
    let mut model = shape.packable("table", &mut SplitMix64(35));
    model.outputs = Outputs::Numbers;
    model.metadata = TABLE.to_vec();
    model
}

fn image(width: u16, height: u16, channels: u8) -> Part {
    Part::Image { width, height, channels }
}
