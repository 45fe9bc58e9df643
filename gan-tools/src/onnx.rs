//! A model in the ONNX format, of standard operators that compute the same integers as gan-core:
//! `docs/import-export.md` has the formulas.
//!
//! What goes in and comes out are bytes. Inputs: `latent` (codes 0..=127), `label` (i64), `image`
//! and `mask`, each as far as the model takes it. Output: `pixels`, or `numbers` of a model of a
//! table, of the shape (count, height, width, channels).

mod exact;
pub mod graph;
mod inputs;
pub mod proto;

use anyhow::{Result, ensure};
use gan_core::host::Model;
use gan_core::{Element, Generator, OutputKind, Packing};
use graph::Builder;
use prost::Message;
use proto::{Property, Type};

/// The file of a model.
///
/// # Errors
///
/// The model has float layers, whose results depend on who computes them.
pub fn encode(generator: &Generator<'_>) -> Result<Vec<u8>> {
    let floats = generator.header().layers.iter().any(|spec| spec.element == Element::F32);
    ensure!(
        !floats,
        "is a float model, and ONNX is written of the integers of a quantized one; gan-train \
         quantize makes it"
    );
    // All packings have the same numbers.
    let rows = Model::from_aligned(generator.packed(Packing::Rows)?)?;
    let rows = rows.generator();
    let mut graph = Builder::default();
    let inputs = inputs::add(&mut graph, &rows);
    let outputs = exact::layers(&mut graph, &rows, &inputs)?;
    let outputs = inputs::compose(&mut graph, &rows, &inputs, &outputs);
    let shape = rows.image();
    let shape = [shape.height.into(), shape.width.into(), shape.channels.into()];
    let shaped = graph.reshape(&outputs, &shape);
    let (name, about) = match rows.header().outputs {
        OutputKind::Image => ("pixels", "height, width, channels: 0 to 255"),
        OutputKind::Numbers => ("numbers", "steps, numbers of a step: their places in the scales"),
    };
    graph.output(&shaped, name, Type::Uint8, &shape, about);
    Ok(file(graph, generator))
}

/// The bytes of a finished graph, with what identifies the model.
fn file(graph: Builder, generator: &Generator<'_>) -> Vec<u8> {
    let mut model = graph.finish(generator.name());
    model.doc_string = format!("{}, from a .gan model of int8", generator.name());
    for (key, value) in [
        ("gan.crc32", format!("{:08x}", generator.crc())),
        ("gan.classes", generator.classes().to_string()),
    ] {
        model.metadata_props.push(Property { key: key.into(), value });
    }
    model.encode_to_vec()
}
