//! What goes into a model, as codes, and what of it is put into the result.
//!
//! docs/blob-format.md prescribes both: a byte of an image or a mask becomes the code `byte / 2`, a
//! pixel under a missing cell of the mask the code 64; and a result of the image's size has the
//! image's own pixels where nothing is missing.

use super::graph::{Builder, Value, integer};
use super::proto::Type;
use gan_core::{Generator, ImageShape, InputPart, MaskShape};

/// The code of a pixel that is missing.
const MISSING: u8 = 64;

/// The values that go in.
pub struct Inputs {
    /// All codes, (count, codes).
    pub codes: Value,
    /// The label, if the model takes one.
    pub label: Option<Value>,
    /// The pixels that go in, (count, bytes).
    image: Option<Value>,
    /// For each byte of the image, whether it is missing.
    missing: Option<Value>,
}

/// Adds the inputs of a model.
pub fn add(graph: &mut Builder, generator: &Generator<'_>) -> Inputs {
    let parts = generator.inputs();
    let mask = parts.mask().map(|mask| {
        let shape = [mask.height.into(), mask.width.into()];
        let about = "128 and more where the image is missing";
        let cells = graph.input("mask", Type::Uint8, &shape, about);
        (mask, graph.reshape(&cells, &[mask.len()]))
    });
    let image = parts.image().map(|shape| {
        let sizes = [shape.height.into(), shape.width.into(), shape.channels.into()];
        let pixels = graph.input("image", Type::Uint8, &sizes, "height, width, channels: 0 to 255");
        (shape, graph.reshape(&pixels, &[shape.len()]))
    });
    let missing = image
        .as_ref()
        .zip(mask.as_ref())
        .map(|((shape, _), (mask, cells))| hidden(graph, *shape, *mask, cells));
    let codes: Vec<Value> = parts
        .as_slice()
        .iter()
        .filter_map(|part| match part {
            InputPart::Latent(codes) => {
                let about = "codes 0 to 127: (code - 64) / 16 is normally distributed";
                Some(graph.input("latent", Type::Uint8, &[usize::from(*codes)], about))
            }
            InputPart::Image(_) => {
                let codes = halved(graph, &image.as_ref()?.1);
                let Some(missing) = &missing else { return Some(codes) };
                let unknown = graph.constant("missing", Type::Uint8, &[1], vec![MISSING]);
                Some(graph.op("Where", &[missing, &unknown, &codes]))
            }
            InputPart::Mask(_) => Some(halved(graph, &mask.as_ref()?.1)),
        })
        .collect();
    let codes = match codes.as_slice() {
        [one] => one.clone(),
        several => {
            let several: Vec<&Value> = several.iter().collect();
            graph.op_with("Concat", &several, vec![integer("axis", 1)])
        }
    };
    let label = (generator.classes() > 0).then(|| {
        let about = format!("0 to {}", generator.classes() - 1);
        graph.input("label", Type::Int64, &[], &about)
    });
    Inputs { codes, label, image: image.map(|(_, pixels)| pixels), missing }
}

/// Puts the pixels that are not missing into a result of the image's size.
pub fn compose(
    graph: &mut Builder,
    generator: &Generator<'_>,
    inputs: &Inputs,
    outputs: &Value,
) -> Value {
    match (&inputs.missing, &inputs.image) {
        (Some(missing), Some(image)) if generator.inputs().image() == Some(generator.image()) => {
            graph.op("Where", &[missing, outputs, image])
        }
        _ => outputs.clone(),
    }
}

/// Bytes 0..=255 as codes 0..=127.
fn halved(graph: &mut Builder, bytes: &Value) -> Value {
    let wide = graph.cast(bytes, Type::Int32);
    let two = graph.int("two", &[1], &[2]);
    let half = graph.op("Div", &[&wide, &two]);
    graph.cast(&half, Type::Uint8)
}

/// For each byte of an image, whether the cell over it is missing.
fn hidden(graph: &mut Builder, image: ImageShape, mask: MaskShape, cells: &Value) -> Value {
    let channels = usize::from(image.channels);
    let places: Vec<i64> = (0..image.len())
        .map(|byte| {
            let (pixel, width) = (byte / channels, usize::from(image.width));
            mask.cell(image, pixel % width, pixel / width) as i64
        })
        .collect();
    let places = graph.long("cell", &[places.len()], &places);
    let over = graph.op_with("Gather", &[cells, &places], vec![integer("axis", 1)]);
    let over = graph.cast(&over, Type::Int32);
    let limit = graph.int("limit", &[1], &[i32::from(MaskShape::MISSING) - 1]);
    graph.op("Less", &[&limit, &over])
}
