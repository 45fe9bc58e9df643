//! Runs a model as the section "Running it" of the format says, in 64 bits.

use super::{Activation, Float, Int8, Layer, Model, Params};

/// The pixels, `[height][width][channels]`, for `latent` (codes 0..=127) and, of a conditional
/// model, `label`.
///
/// # Panics
///
/// If the latent's length or the label does not fit the model, or the model is not valid.
#[must_use]
pub fn generate(model: &Model, latent: &[u8], label: Option<u16>) -> Vec<u8> {
    let class = class(model, latent, label);
    if !is_float(model) {
        layers(model, latent, label).pop().unwrap_or_default()
    } else {
        let mut values: Vec<f64> =
            latent.iter().map(|&code| (f64::from(code) - 64.0) / 16.0).collect();
        for (index, layer) in model.layers.iter().enumerate() {
            values = float_layer(layer, float(layer), &values, if index == 0 { class } else { 0 });
        }
        let last = model.layers[model.layers.len() - 1].activation;
        values.into_iter().map(|y| pixel(last, y)).collect()
    }
}

/// What each layer of an integer model puts out for `latent` and `label`, first to last: codes,
/// then pixels.
///
/// # Panics
///
/// As [`generate`], and if the model is a float model.
#[must_use]
pub fn layers(model: &Model, latent: &[u8], label: Option<u16>) -> Vec<Vec<u8>> {
    let class = class(model, latent, label);
    let mut outputs: Vec<Vec<u8>> = Vec::new();
    for (index, layer) in model.layers.iter().enumerate() {
        let input = outputs.last().map_or(latent, Vec::as_slice);
        outputs.push(integer_layer(layer, input, if index == 0 { class } else { 0 }));
    }
    outputs
}

/// Whether the layers are float layers: all are, or none is.
#[must_use]
pub fn is_float(model: &Model) -> bool {
    matches!(model.layers[0].params, Params::F32(_))
}

/// The first layer's row of biases.
fn class(model: &Model, latent: &[u8], label: Option<u16>) -> usize {
    assert_eq!(latent.len(), usize::from(model.latent_len), "latent codes");
    assert_eq!(label.is_some(), model.classes > 0, "a label exactly if the model has classes");
    assert!(
        label.is_none_or(|label| label < model.classes),
        "label {label:?} of {}",
        model.classes
    );
    usize::from(label.unwrap_or(0))
}

/// The output codes of one integer layer, with its first row of biases.
pub(crate) fn layer(layer: &Layer, input: &[u8]) -> Vec<u8> {
    integer_layer(layer, input, 0)
}

/// `(acc * multiplier + 2^(shift - 1)) >> shift`, rounding towards minus infinity after the half
/// was added.
#[must_use]
pub fn rescale(acc: i64, multiplier: u16, shift: u8) -> i64 {
    (acc * i64::from(multiplier) + (1i64 << (shift - 1))) >> shift
}

fn integer_layer(layer: &Layer, input: &[u8], class: usize) -> Vec<u8> {
    let (int8, weights): (&Int8, Vec<i64>) = match &layer.params {
        Params::I8(int8) => (int8, int8.weights.iter().map(|&w| w.into()).collect()),
        Params::I4(int4) => (&int4.int8, int4.products(layer.inputs)),
        Params::F32(_) => panic!("float layer in an integer model"),
    };
    let has_table = !int8.table.is_empty();
    let (inputs, outputs) = (usize::from(layer.inputs), usize::from(layer.outputs));
    let mut output = Vec::new();
    for row in 0..outputs {
        let mut acc = i64::from(int8.bias[class * outputs + row]);
        for (&w, &x) in weights[row * inputs..][..inputs].iter().zip(input) {
            acc += w * i64::from(x);
        }
        let negative = !has_table && acc < 0;
        let multiplier =
            if negative { int8.negative_multipliers[row] } else { int8.multipliers[row] };
        let top = if has_table { 255 } else { 127 };
        let q = (i64::from(layer.zero_point) + rescale(acc, multiplier, int8.shifts[row]))
            .clamp(0, top);
        output.push(if has_table { int8.table[q as usize] } else { q as u8 });
    }
    output
}

fn float_layer(layer: &Layer, float: &Float, input: &[f64], class: usize) -> Vec<f64> {
    let (inputs, outputs) = (usize::from(layer.inputs), usize::from(layer.outputs));
    let mut output = Vec::new();
    for row in 0..outputs {
        let mut x = f64::from(float.bias[class * outputs + row]);
        for (&weight, &value) in float.weights[row * inputs..][..inputs].iter().zip(input) {
            x += f64::from(weight) * value;
        }
        output.push(match layer.activation {
            Activation::Linear => x,
            Activation::Relu => x.max(0.0),
            Activation::LeakyRelu(slope) => x * if x < 0.0 { f64::from(slope) } else { 1.0 },
            Activation::Tanh => libm::tanh(x),
            Activation::Sigmoid => 1.0 / (1.0 + libm::exp(-x)),
        });
    }
    output
}

/// The pixel of a float model's output `y`.
fn pixel(last: Activation, y: f64) -> u8 {
    let level = if last == Activation::Tanh { 127.5 * (y + 1.0) } else { 255.0 * y };
    (level.clamp(0.0, 255.0) + 0.5).floor() as u8
}

fn float(layer: &Layer) -> &Float {
    match &layer.params {
        Params::F32(float) => float,
        Params::I8(_) | Params::I4(_) => panic!("integer layer in a float model"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// These are worked out by hand: halves go up, also below zero.
    #[test]
    fn halves_round_up() {
        for (acc, expected) in
            [(3 << 16, 2), (-3 << 16, -1), ((3 << 16) - 1, 1), ((-3 << 16) - 1, -2)]
        {
            assert_eq!(rescale(acc, 1, 17), expected, "{acc}");
        }
    }
}
