//! The layers of a quantized model in integers, bit for bit.
//!
//! gan-core's requantization, with the multiplier `m`, the shift `s`, the zero point `z` and the
//! largest output `top`, is (see `docs/quantization.md`)
//!
//! ```text
//! clamp( z + floor( (acc m + 2^(s-1)) / 2^s ), 0, top )
//! ```
//!
//! `z` is an integer, so it may be added before the division, as `z 2^s`. What is negative then
//! becomes 0 in the end, so it may be made 0 at once: from there on the division of ONNX, which
//! rounds towards 0, rounds down. So the graph computes
//!
//! ```text
//! min( max( acc m + (2^(s-1) + z 2^s), 0 ) / 2^s, top )
//! ```
//!
//! in i64: `|acc m| < 2^46`, and `z 2^s < 2^54`. A sum of products is exact in i32, as decode has
//! proven. Codes have seven bits, and weights a sign and seven: two products do not leave 16 bits,
//! where instructions that saturate would make other sums of them (x86 without VNNI).

use super::graph::{Builder, Value, integer, integers};
use super::inputs::Inputs;
use super::proto::Type;
use anyhow::{Context, Result, bail};
use gan_core::generator::{Layer, Nibbles, Output};
use gan_core::{CODE_MAX, Generator, LayerSpec};

/// Adds all layers; returns the last one's outputs, (count, outputs) of u8.
///
/// # Errors
///
/// A layer is of a kind that this does not know.
pub fn layers(graph: &mut Builder, generator: &Generator<'_>, inputs: &Inputs) -> Result<Value> {
    let mut codes = inputs.codes.clone();
    let mut label = inputs.label.as_ref();
    for (spec, layer) in generator.header().layers.iter().zip(generator.layers()) {
        let sums = match layer {
            Layer::I8 { weights, .. } => whole_bytes(graph, spec, weights, &codes),
            Layer::I4(nibbles) => half_bytes(graph, spec, &nibbles, &codes),
            _ => bail!("holds a layer of a kind that ONNX is not written of"),
        };
        let classes = if label.is_some() { usize::from(generator.classes()) } else { 1 };
        let bias = bias(graph, spec, &layer, classes, label)?;
        let sums = graph.op("Add", &[&sums, &bias]);
        codes = requantized(graph, spec, &layer, &sums)?;
        label = None;
    }
    Ok(codes)
}

/// The sums of products of int8 weights.
fn whole_bytes(graph: &mut Builder, spec: &LayerSpec, weights: &[i8], codes: &Value) -> Value {
    let (inputs, outputs) = (usize::from(spec.inputs), usize::from(spec.outputs));
    let columns = (0..inputs * outputs)
        .map(|at| weights[at % outputs * inputs + at / outputs].cast_unsigned())
        .collect();
    let weights = graph.constant("weights", Type::Int8, &[inputs, outputs], columns);
    graph.op("MatMulInteger", &[codes, &weights])
}

/// The sums of a layer of half bytes: each group's sum times its scale, and all groups of a row
/// together. The inputs come in groups, (groups, count, inputs of a group). Those of padding have
/// weights of 0, so that any input may stand for them.
fn half_bytes(
    graph: &mut Builder,
    spec: &LayerSpec,
    nibbles: &Nibbles<'_>,
    codes: &Value,
) -> Value {
    let (inputs, outputs) = (usize::from(spec.inputs), usize::from(spec.outputs));
    let (group, groups, padded) = (usize::from(nibbles.group), spec.groups(), spec.padded_inputs());
    let places: Vec<i64> = (0..padded).map(|at| if at < inputs { at as i64 } else { 0 }).collect();
    let places = graph.long("grouped", &[groups, group], &places);
    let grouped = graph.op_with("Gather", &[codes, &places], vec![integer("axis", 1)]);
    let grouped = graph.op_with("Transpose", &[&grouped], vec![integers("perm", &[1, 0, 2])]);
    // In rows, the even column of two is in the lower half of a byte, and 8 was added to both.
    let weight = |row: usize, column: usize| {
        let both = nibbles.weights[(row * padded + column) / 2];
        let half = if column.is_multiple_of(2) { both & 15 } else { both >> 4 };
        (half as i8 - 8).cast_unsigned()
    };
    let columns = (0..padded * outputs).map(|at| weight(at % outputs, at / outputs)).collect();
    let weights = graph.constant("weights", Type::Int8, &[groups, group, outputs], columns);
    let sums = graph.op("MatMulInteger", &[&grouped, &weights]);
    let scales: Vec<i32> = (0..groups * outputs)
        .map(|at| nibbles.scales[at % outputs * groups + at / outputs].into())
        .collect();
    let scales = graph.int("scales", &[groups, 1, outputs], &scales);
    let scaled = graph.op("Mul", &[&sums, &scales]);
    let axis = graph.long("axis", &[1], &[0]);
    graph.op_with("ReduceSum", &[&scaled, &axis], vec![integer("keepdims", 0)])
}

/// The biases, in the first layer those of the label.
fn bias(
    graph: &mut Builder,
    spec: &LayerSpec,
    layer: &Layer<'_>,
    classes: usize,
    label: Option<&Value>,
) -> Result<Value> {
    let outputs = usize::from(spec.outputs);
    let numbers: Option<Vec<i32>> =
        (0..classes * outputs).map(|at| layer.bias(outputs, at / outputs, at % outputs)).collect();
    let numbers = numbers.context("a bias is missing")?;
    let bias = graph.int("bias", &[classes, outputs], &numbers);
    Ok(match label {
        Some(label) => graph.op("Gather", &[&bias, label]),
        None => bias,
    })
}

/// The codes that the sums become.
fn requantized(
    graph: &mut Builder,
    spec: &LayerSpec,
    layer: &Layer<'_>,
    sums: &Value,
) -> Result<Value> {
    let outputs = usize::from(spec.outputs);
    let factors: Option<Vec<_>> = (0..outputs).map(|row| layer.rescale(row)).collect();
    let factors = factors.context("a multiplier is missing")?;
    let long = |graph: &mut Builder, name: &str, number: &dyn Fn(usize) -> i64| {
        let numbers: Vec<i64> = (0..outputs).map(number).collect();
        graph.long(name, &[outputs], &numbers)
    };
    let wide = graph.cast(sums, Type::Int64);
    let positive = long(graph, "multiplier", &|row| factors[row].0.multiplier.into());
    let multiplier = if factors.iter().all(|(above, below)| below.is_none_or(|it| it == *above)) {
        positive
    } else {
        let negative = long(graph, "negative_multiplier", &|row| {
            factors[row].1.unwrap_or(factors[row].0).multiplier.into()
        });
        let zero = graph.int("zero", &[1], &[0]);
        let below = graph.op("Less", &[sums, &zero]);
        graph.op("Where", &[&below, &negative, &positive])
    };
    let shift = |row: usize| i64::from(factors[row].0.shift);
    let zero_point = i64::from(spec.zero_point);
    let start = long(graph, "start", &|row| (1 << (shift(row) - 1)) + (zero_point << shift(row)));
    let divisor = long(graph, "divisor", &|row| 1 << shift(row));
    let scaled = graph.op("Mul", &[&wide, &multiplier]);
    let scaled = graph.op("Add", &[&scaled, &start]);
    let least = graph.long("least", &[], &[0]);
    let scaled = graph.op("Clip", &[&scaled, &least]);
    let scaled = graph.op("Div", &[&scaled, &divisor]);
    let table = output(layer).and_then(|output| match output {
        Output::Table(table) => Some(table),
        Output::Code { .. } => None,
    });
    let top = if table.is_some() { u8::MAX } else { CODE_MAX };
    let most = graph.long("most", &[], &[top.into()]);
    let clipped = graph.op("Clip", &[&scaled, &least, &most]);
    Ok(match table {
        // A table of all numbers in turn changes nothing.
        Some(table) if table.iter().enumerate().any(|(at, &code)| at != usize::from(code)) => {
            let table = graph.constant("table", Type::Uint8, &[table.len()], table.to_vec());
            graph.op("Gather", &[&table, &clipped])
        }
        _ => graph.cast(&clipped, Type::Uint8),
    })
}

/// What follows the sums of a layer of integers.
fn output<'a>(layer: &Layer<'a>) -> Option<Output<'a>> {
    match *layer {
        Layer::I8 { output, .. } | Layer::I4(Nibbles { output, .. }) => Some(output),
        _ => None,
    }
}
