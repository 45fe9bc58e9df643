//! A model in the ONNX format, of standard operators that compute the same integers as gan-core, or
//! of reals between quantized values: `docs/import-export.md` has the formulas.
//!
//! What goes in and comes out are bytes. Inputs: `latent` (codes 0..=127), `label` (i64), `image`
//! and `mask`, each as far as the model takes it. Output: `pixels`, or `numbers` of a model of a
//! table, of the shape (count, height, width, channels).

mod exact;
pub mod graph;
mod inputs;
pub mod proto;
mod qdq;

pub use qdq::{Difference, difference};

use anyhow::{Result, ensure};
use gan_core::host::Model;
use gan_core::{Element, Generator, OutputKind, Packing};
use graph::Builder;
use prost::Message;
use proto::{Property, Type};

/// How a graph computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// In integers, bit for bit as gan-core does.
    Exact,
    /// In reals between `QuantizeLinear` and `DequantizeLinear`. [`difference`] measures how far
    /// that is from the exact results.
    Qdq,
}

/// The file of a model.
///
/// # Errors
///
/// The model has float layers, whose results depend on who computes them; or, as [`Form::Qdq`],
/// takes an image, or has half bytes or a table of its own.
pub fn encode(generator: &Generator<'_>, form: Form) -> Result<Vec<u8>> {
    let floats = generator.header().layers.iter().any(|spec| spec.element == Element::F32);
    ensure!(
        !floats,
        "is a float model, and ONNX is written of the integers of a quantized one; gan-train \
         quantize makes it"
    );
    let rows = in_rows(generator)?;
    let rows = rows.generator();
    let mut graph = Builder::default();
    let inputs = inputs::add(&mut graph, &rows);
    let outputs = match form {
        Form::Exact => exact::layers(&mut graph, &rows, &inputs)?,
        Form::Qdq => qdq::layers(&mut graph, &rows, &inputs)?,
    };
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

/// The same model with its weights in rows: all packings have the same numbers.
fn in_rows(generator: &Generator<'_>) -> Result<Model> {
    Ok(Model::from_aligned(generator.packed(Packing::Rows)?)?)
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
