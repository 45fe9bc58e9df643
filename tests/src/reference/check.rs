//! Checks a model against the limits in the format's tables.

use super::{Activation, Float, Int4, Int8, Layer, Model, Outputs, Packing, Params, Part, Refused};

/// Refuses with `what` unless `ok`.
fn ensure(ok: bool, what: &str) -> Result<(), Refused> {
    if ok { Ok(()) } else { Err(Refused(what.into())) }
}

/// Checks a model against every limit that does not concern its encoding.
///
/// # Errors
///
/// The error names the first limit that the model breaks.
pub fn check(model: &Model) -> Result<(), Refused> {
    ensure(model.name.len() <= 32, "name: more than 32 bytes")?;
    ensure(model.latent_len >= 1, "latent_len: 0")?;
    ensure(model.width >= 1 && model.height >= 1, "image: no pixels")?;
    ensure(matches!(model.channels, 1 | 3), "channels: neither 1 nor 3")?;
    if model.version() == 3 {
        check_version_3(model)?;
    }
    ensure((1..=16).contains(&model.layers.len()), "layers: not 1 to 16")?;
    let mut inputs = usize::from(model.latent_len);
    for (index, layer) in model.layers.iter().enumerate() {
        ensure(layer.outputs >= 1, "outputs: 0")?;
        ensure(usize::from(layer.inputs) == inputs, "inputs: not the outputs before")?;
        inputs = usize::from(layer.outputs);
        if let Activation::LeakyRelu(slope) = layer.activation {
            ensure((0.0..=1.0).contains(&slope), "slope: not in 0..=1")?;
        }
        let biases = model.bias_rows(index) * usize::from(layer.outputs);
        match &layer.params {
            Params::I8(int8) => {
                check_int8(
                    layer,
                    int8,
                    biases,
                    model.has_table(index),
                    index + 1 == model.layers.len(),
                )?;
                let weights: Vec<i64> = int8.weights.iter().map(|&w| w.into()).collect();
                check_sums(layer, &weights, &int8.bias)?;
            }
            Params::I4(int4) => {
                check_int4(layer, int4)?;
                check_int8(
                    layer,
                    &int4.int8,
                    biases,
                    model.has_table(index),
                    index + 1 == model.layers.len(),
                )?;
                check_sums(layer, &int4.products(layer.inputs), &int4.int8.bias)?;
            }
            Params::F32(float) => check_float(layer, float, biases)?,
        }
    }
    let float = |layer: &Layer| matches!(layer.params, Params::F32(_));
    ensure(
        model.layers.iter().all(|layer| float(layer) == float(&model.layers[0])),
        "element: of integers and of reals",
    )?;
    // In u64: an image's size need not fit into the usize of a 32-bit host.
    let pixels = u64::from(model.width) * u64::from(model.height) * u64::from(model.channels);
    ensure(inputs as u64 == pixels, "outputs: not the image")
}

fn check_version_3(model: &Model) -> Result<(), Refused> {
    ensure((1..=3).contains(&model.inputs.len()), "inputs: not 1 to 3")?;
    let mut codes = 0u64;
    for (index, part) in model.inputs.iter().enumerate() {
        let before = &model.inputs[..index];
        let kind = std::mem::discriminant(part);
        ensure(before.iter().all(|b| std::mem::discriminant(b) != kind), "inputs: twice a kind")?;
        let size = match *part {
            Part::Latent(len) => u64::from(len),
            Part::Image { width, height, channels } => {
                ensure(matches!(channels, 1 | 3), "inputs: channels neither 1 nor 3")?;
                u64::from(width) * u64::from(height) * u64::from(channels)
            }
            Part::Mask { width, height } => {
                ensure(model.takes_image(), "inputs: a mask without an image")?;
                u64::from(width) * u64::from(height)
            }
        };
        ensure(size >= 1, "inputs: a size of 0")?;
        codes += size;
    }
    ensure(codes == u64::from(model.latent_len), "inputs: not latent_len codes")?;
    let numbers = model.outputs == Outputs::Numbers;
    ensure(!numbers || model.channels == 1, "outputs: numbers in several channels")?;
    ensure(model.metadata.len() <= 65_535, "metadata: more than 65535 bytes")
}

fn check_int4(layer: &Layer, int4: &Int4) -> Result<(), Refused> {
    ensure(matches!(int4.group, 16 | 32), "group: neither 16 nor 32")?;
    ensure(
        int4.scales.len() == int4.groups(layer.inputs) * usize::from(layer.outputs),
        "scales: not outputs x groups",
    )?;
    ensure(int4.int8.weights.iter().all(|w| (-7..=7).contains(w)), "weights: not in -7..=7")
}

fn check_int8(
    layer: &Layer,
    int8: &Int8,
    biases: usize,
    has_table: bool,
    last: bool,
) -> Result<(), Refused> {
    let (inputs, outputs) = (usize::from(layer.inputs), usize::from(layer.outputs));
    ensure(int8.weights.len() == inputs * outputs, "weights: not outputs x inputs")?;
    ensure(int8.bias.len() == biases, "bias: not classes x outputs")?;
    ensure(int8.multipliers.len() == outputs, "multipliers: not one for each output")?;
    ensure(
        int8.negative_multipliers.len() == if has_table { 0 } else { outputs },
        "negative multipliers: wrong count",
    )?;
    ensure(int8.shifts.len() == outputs, "shifts: not one for each output")?;
    ensure(int8.table.len() == if has_table { 256 } else { 0 }, "table: wrong count")?;

    ensure(has_table || layer.zero_point <= 127, "zero_point: more than 127")?;
    ensure(int8.weights.iter().all(|&w| w >= -127), "weights: -128")?;
    ensure(int8.multipliers.iter().all(|&m| m <= 32767), "multipliers: more than 32767")?;
    ensure(
        int8.negative_multipliers.iter().all(|&m| m <= 32767),
        "negative multipliers: more than 32767",
    )?;
    ensure(int8.shifts.iter().all(|s| (17..=46).contains(s)), "shifts: not in 17..=46")?;
    ensure(
        last || int8.table.iter().all(|&entry| entry <= 127),
        "table: more than 127 in a hidden layer",
    )
}

/// Checks that no partial sum of these weights and biases leaves 32 bits, or the range for which
/// the packing is exact.
fn check_sums(layer: &Layer, weights: &[i64], bias: &[i32]) -> Result<(), Refused> {
    for (row, weights) in weights.chunks(layer.inputs.into()).enumerate() {
        let positive: i64 = weights.iter().filter(|&&w| w > 0).sum();
        let negative: i64 = weights.iter().filter(|&&w| w < 0).sum();
        for class in bias.chunks(layer.outputs.into()) {
            let bias = i64::from(class[row]);
            ensure(
                bias + 127 * positive <= i64::from(i32::MAX),
                "bias: the sum can exceed 2^31 - 1",
            )?;
            ensure(
                bias + 127 * negative >= i64::from(i32::MIN),
                "bias: the sum can fall below -2^31",
            )?;
            let exact = bias + 127 * positive < 1 << 23 && bias + 127 * negative >= -(1 << 23);
            let first_of_pair = layer.packing == Packing::PairedHalfword && row % 2 == 0;
            ensure(
                exact || !first_of_pair,
                "packing: the sum of a pair's first row can leave 24 bits",
            )?;
        }
    }
    Ok(())
}

fn check_float(layer: &Layer, float: &Float, biases: usize) -> Result<(), Refused> {
    ensure(
        float.weights.len() == usize::from(layer.inputs) * usize::from(layer.outputs),
        "weights: wrong count",
    )?;
    ensure(float.bias.len() == biases, "bias: not classes x outputs")?;
    ensure(layer.zero_point == 0, "zero_point: not 0 in a float layer")?;
    ensure(
        float.weights.iter().chain(&float.bias).all(|x| x.is_finite()),
        "a weight or bias is not finite",
    )
}
