//! A model as a graph of reals between quantized values ("QDQ"), for tools that take no other.
//!
//! Such a graph has no integer arithmetic. `DequantizeLinear` turns codes and weights into reals,
//! `MatMul`, `Add` and the activation compute with them, and `QuantizeLinear` turns what comes out
//! into the next layer's codes. A tool that compiles for a chip reads the scales and zero points
//! off these pairs, and puts its own integer kernels in their place.
//!
//! The outputs are not the blob's bytes: the last activation is a function here and a table of 256
//! steps there, and `QuantizeLinear` rounds halves to even numbers. [`difference`] measures how far
//! they are apart.

mod difference;
mod real;

pub use difference::{Difference, difference};

use super::graph::{Builder, Value, integer, real};
use super::inputs::Inputs;
use super::proto::Type;
use anyhow::Result;
use gan_core::activation::Scaling;
use gan_core::{Activation, Generator};
use real::Real;

/// Adds all layers; returns the last one's outputs, (count, outputs) of u8.
///
/// # Errors
///
/// The model takes an image, or has a layer that this form has no words for.
pub fn layers(graph: &mut Builder, generator: &Generator<'_>, inputs: &Inputs) -> Result<Value> {
    let mut codes = inputs.codes.clone();
    let mut label = inputs.label.as_ref();
    for layer in real::layers(generator)? {
        codes = add(graph, &layer, &codes, label);
        label = None;
    }
    Ok(codes)
}

/// Adds a layer of codes (count, inputs); returns its outputs, (count, outputs) of u8.
fn add(graph: &mut Builder, layer: &Real, codes: &Value, label: Option<&Value>) -> Value {
    let (inputs, outputs) = (layer.inputs, layer.outputs);
    // Weights and biases have a scale for each output, which are along this axis.
    let by_output = || vec![integer("axis", 1)];
    let [scale, zero] = coding(graph, layer.from);
    let x = graph.op("DequantizeLinear", &[codes, &scale, &zero]);
    let bytes = layer.weights.iter().map(|weight| weight.cast_unsigned()).collect();
    let weights = graph.constant("weights", Type::Int8, &[inputs, outputs], bytes);
    let scales = graph.float("weight_scales", &[outputs], &layer.scales);
    let weights = graph.op_with("DequantizeLinear", &[&weights, &scales], by_output());
    let sums = graph.op("MatMul", &[&x, &weights]);
    let bias = graph.int("bias", &[layer.bias.len() / outputs, outputs], &layer.bias);
    let steps: Vec<f32> = layer.steps().map(|step| step as f32).collect();
    let steps = graph.float("bias_scales", &[outputs], &steps);
    let bias = graph.op_with("DequantizeLinear", &[&bias, &steps], by_output());
    let bias = match label {
        Some(label) => graph.op("Gather", &[&bias, label]),
        None => bias,
    };
    let sums = graph.op("Add", &[&sums, &bias]);
    let mut y = match layer.activation {
        Activation::Linear => sums,
        Activation::Relu => graph.op("Relu", &[&sums]),
        Activation::LeakyRelu(slope) => {
            graph.op_with("LeakyRelu", &[&sums], vec![real("alpha", slope)])
        }
        Activation::Tanh => graph.op("Tanh", &[&sums]),
        Activation::Sigmoid => graph.op("Sigmoid", &[&sums]),
    };
    if layer.offset != 0.0 {
        let offset = graph.float("offset", &[], &[layer.offset]);
        y = graph.op("Add", &[&y, &offset]);
    }
    if layer.top < u8::MAX {
        // QuantizeLinear has eight bits, and codes have seven.
        let most = f64::from(layer.top - layer.to.zero_point) / layer.to.steps;
        let most = graph.float("most", &[], &[most as f32]);
        y = graph.op("Min", &[&y, &most]);
    }
    let [scale, zero] = coding(graph, layer.to);
    graph.op("QuantizeLinear", &[&y, &scale, &zero])
}

/// The scale and the zero point of codes, as two constants.
fn coding(graph: &mut Builder, scaling: Scaling) -> [Value; 2] {
    let scale = graph.float("scale", &[], &[(1.0 / scaling.steps) as f32]);
    [scale, graph.constant("zero_point", Type::Uint8, &[], vec![scaling.zero_point])]
}
