//! The layers of a model in reals: the scales that a blob's multipliers stand for.
//!
//! A row's multiplier is `M = S_w S_x / S_y` (`docs/quantization.md`), with the scales `S_x` of
//! what goes in, `S_y` of what comes out and `S_w` of the row's weights. A blob has `M` alone. A
//! latent has `S_x = 1/16`. What a table is made of and made for has the scales of
//! `gan_core::activation`. The codes of a hidden layer without a table may have any scale, because
//! the next layer's `S_w` makes up for it; here they have 1. So `S_w = M S_y / S_x`.

use anyhow::{Context, Result, bail, ensure};
use gan_core::activation::{Scaling, hidden_codes, hidden_table, output_index, output_table};
use gan_core::generator::{Layer, Output};
use gan_core::{Activation, CODE_MAX, Generator, LayerSpec, latent};

/// A layer in reals, and the codes of what goes in and comes out.
pub struct Real {
    /// Codes that go in.
    pub inputs: usize,
    /// Codes that come out.
    pub outputs: usize,
    /// What the codes that go in stand for.
    pub from: Scaling,
    /// `[input][output]`
    pub weights: Vec<i8>,
    /// The scale of the weights, `[output]`.
    pub scales: Vec<f32>,
    /// `[class][output]`, in [`steps`](Self::steps), for inputs less their zero point.
    pub bias: Vec<i32>,
    /// Of the sum.
    pub activation: Activation,
    /// What is added to the activation: 1 to a tanh whose -1 is a black pixel.
    pub offset: f32,
    /// What the codes that come out stand for.
    pub to: Scaling,
    /// The largest of them.
    pub top: u8,
}

impl Real {
    /// What a step of each output's sum stands for: `S_w S_x`.
    pub fn steps(&self) -> impl Iterator<Item = f64> {
        self.scales.iter().map(|&scale| f64::from(scale) / self.from.steps)
    }
}

/// The layers of a model.
///
/// # Errors
///
/// Names a layer, and what of it has no words in this form.
pub fn layers(generator: &Generator<'_>) -> Result<Vec<Real>> {
    ensure!(
        generator.inputs().image().is_none(),
        "--qdq: the model takes an image, and pairs of QuantizeLinear and DequantizeLinear are \
         written of models that take a latent; without --qdq the graph is exact"
    );
    let specs = &generator.header().layers;
    let mut from = latent::SCALING;
    let numbered = specs.iter().zip(generator.layers()).enumerate();
    numbered
        .map(|(index, (spec, numbers))| {
            let classes = if index == 0 { usize::from(generator.classes()).max(1) } else { 1 };
            let layer = layer(spec, &numbers, from, classes, index + 1 == specs.len())
                .with_context(|| format!("--qdq: layer {index}"))?;
            from = layer.to;
            Ok(layer)
        })
        .collect()
}

fn layer(
    spec: &LayerSpec,
    numbers: &Layer<'_>,
    from: Scaling,
    classes: usize,
    last: bool,
) -> Result<Real> {
    let &Layer::I8 { weights: rows, output, .. } = numbers else {
        bail!(
            "has weights of four bits with a scale for each group, which DequantizeLinear of \
             opset 17 does not have; without --qdq the graph is exact"
        )
    };
    let (inputs, outputs) = (usize::from(spec.inputs), usize::from(spec.outputs));
    let [sums, to] = scalings(spec, output, last)?;
    let rescaled = |row: usize| -> Result<f32> {
        let (factor, _) = numbers.rescale(row).context("a multiplier is missing")?;
        let factor = f64::from(factor.multiplier) * (-f64::from(factor.shift)).exp2();
        Ok((factor * from.steps / sums.steps) as f32)
    };
    // A blob's bias has the zero point of the inputs in it, which DequantizeLinear subtracts.
    let zero_point = i64::from(from.zero_point);
    let totals: Vec<i64> = rows
        .chunks_exact(inputs)
        .map(|row| row.iter().map(|&weight| i64::from(weight)).sum())
        .collect();
    let bias = |at: usize| -> Result<i32> {
        let (class, row) = (at / outputs, at % outputs);
        let bias = numbers.bias(outputs, class, row).context("a bias is missing")?;
        i32::try_from(i64::from(bias) + zero_point * totals[row])
            .with_context(|| format!("output {row}: without its zero point its bias has 33 bits"))
    };
    let last_tanh = last && spec.activation == Activation::Tanh;
    Ok(Real {
        inputs,
        outputs,
        from,
        weights: (0..inputs * outputs)
            .map(|at| rows[at % outputs * inputs + at / outputs])
            .collect(),
        scales: (0..outputs).map(rescaled).collect::<Result<_>>()?,
        bias: (0..classes * outputs).map(bias).collect::<Result<_>>()?,
        activation: spec.activation,
        offset: if last_tanh { 1.0 } else { 0.0 },
        to,
        top: if last { u8::MAX } else { CODE_MAX },
    })
}

/// How the sums of a layer, requantized, stand for reals, and how its outputs do.
fn scalings(spec: &LayerSpec, output: Output<'_>, last: bool) -> Result<[Scaling; 2]> {
    let Output::Table(table) = output else {
        let own = Scaling { steps: 1.0, zero_point: spec.zero_point };
        return Ok([own, own]);
    };
    let activation = spec.activation;
    let sums = output_index(activation);
    ensure!(
        spec.zero_point == sums.zero_point,
        "has the zero point {}, and {activation:?} has {}",
        spec.zero_point,
        sums.zero_point
    );
    let (expected, to) = if last {
        let steps = if activation == Activation::Tanh { 127.5 } else { 255.0 };
        (Some(output_table(activation)), Some(Scaling { steps, zero_point: 0 }))
    } else {
        (hidden_table(activation), hidden_codes(activation))
    };
    ensure!(
        expected.as_ref() == Some(table),
        "has a table of its own, of a function that the blob does not name; without --qdq the \
         graph is exact"
    );
    Ok([sums, to.context("has a table, which its activation has not")?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use gan_core::host::Model;

    /// The numbers of docs/blob-format.md: multipliers 16384 / 2^20 and 32767 / 2^21 to steps of
    /// 1/16, as latents have them, rows of 64, -32 and 16, 96, and a zero point of 64.
    #[test]
    fn scales_and_biases_follow_from_the_blob() {
        let file = Model::new(include_bytes!("../../../data/v1-tiny.gan")).unwrap();
        let layers = layers(&file.generator()).unwrap();
        let [layer] = layers.as_slice() else { panic!("{} layers", layers.len()) };
        assert_eq!(layer.scales, [1.0 / 64.0, 32767.0 / 2_097_152.0]);
        assert_eq!(layer.weights, [64, 16, -32, 96]);
        let [first, second] = [-2048 + 64 * 32, -7168 + 64 * 112];
        assert_eq!(layer.bias, [first, second, -512 + 64 * 32, -8704 + 64 * 112]);
        assert_eq!((layer.to.steps, layer.to.zero_point, layer.top), (255.0, 0, 255));
    }

    #[test]
    fn a_table_of_another_function_is_refused() {
        let spec = |zero_point| {
            let mut spec = LayerSpec::new(1, 1, gan_core::Element::I8, Activation::Tanh);
            spec.zero_point = zero_point;
            spec
        };
        let mut table = output_table(Activation::Tanh);
        assert!(scalings(&spec(128), Output::Table(&table), true).is_ok());
        let error = scalings(&spec(127), Output::Table(&table), true).unwrap_err();
        assert_eq!(error.to_string(), "has the zero point 127, and Tanh has 128");
        table[7] += 1;
        let error = scalings(&spec(128), Output::Table(&table), true).unwrap_err();
        assert!(error.to_string().starts_with("has a table of its own"), "{error}");
    }
}
