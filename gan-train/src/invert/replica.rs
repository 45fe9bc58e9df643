//! A blob's integer arithmetic in real numbers, so that burn can follow a change of the image back
//! to the latent.
//!
//! Each layer is what docs/blob-format.md says of it, without rounding: with `acc` the sum of a
//! row, `m 2^-s` its factor and `z` the zero point, an output is `clamp(z + m 2^-s acc, 0, top)`.
//! A table is read between its entries, on the straight line from one to the next. So the replica
//! differs from the device's image by what the device rounds, a level or two.

use anyhow::{Result, bail};
use burn::prelude::*;
use burn::tensor::{Int, TensorData, activation};
use gan_core::generator::{Layer, Output};
use gan_core::host::Model;
use gan_core::{Generator, LayerSpec, Packing};

/// The largest code of a layer without a table, and the largest index of a table.
const TOP: [f32; 2] = [127.0, 255.0];

/// A generator of integers in real numbers.
pub struct Replica {
    layers: Vec<Linear>,
}

/// A layer.
struct Linear {
    /// `[inputs, outputs]`.
    weights: Tensor<2>,
    /// `[classes, outputs]`.
    bias: Tensor<2>,
    /// `[1, outputs]`: the factors of sums that are not negative, and of those that are.
    factors: [Tensor<2>; 2],
    zero_point: f32,
    /// The 256 entries, if the layer has a table.
    table: Option<Tensor<1>>,
}

impl Replica {
    /// The replica of a blob's generator.
    ///
    /// # Errors
    ///
    /// A generator of reals.
    pub fn new(generator: &Generator<'_>, device: &Device) -> Result<Self> {
        let rows = Model::from_aligned(generator.packed(Packing::Rows)?)?;
        let rows = rows.generator();
        let layers = rows.header().layers.iter().zip(rows.layers());
        let layers = layers.map(|(spec, layer)| Linear::new(spec, &layer, device));
        Ok(Self { layers: layers.collect::<Result<_>>()? })
    }

    /// The images, `[count, pixels]` of 0 to 255, of codes `[count, latent]` that need not be
    /// whole, and of a label each.
    pub fn images(&self, codes: Tensor<2>, labels: &[u16]) -> Tensor<2> {
        let device = codes.device();
        let mut values = codes;
        for (index, layer) in self.layers.iter().enumerate() {
            let classes = labels.iter().map(|&label| if index == 0 { label.into() } else { 0 });
            let classes: Vec<i64> = classes.collect();
            let classes =
                Tensor::<1, Int>::from_data(TensorData::from(classes.as_slice()), &device);
            let bias = layer.bias.clone().select(0, classes);
            values = layer.outputs(values.matmul(layer.weights.clone()) + bias);
        }
        values
    }
}

impl Linear {
    fn new(spec: &LayerSpec, layer: &Layer<'_>, device: &Device) -> Result<Self> {
        let (inputs, outputs) = (usize::from(spec.inputs), usize::from(spec.outputs));
        let (weights, bias, multipliers, shifts, output) = match layer {
            Layer::I8 { weights, bias, multipliers, shifts, output } => {
                let weights = weights.iter().map(|&weight| f32::from(weight)).collect();
                (weights, bias, multipliers, shifts, output)
            }
            Layer::I4(half) => {
                let columns = spec.padded_inputs();
                let mut weights = Vec::with_capacity(inputs * outputs);
                for row in 0..outputs {
                    let bytes = &half.weights[row * columns / 2..];
                    let scales = &half.scales[row * spec.groups()..];
                    weights.extend((0..inputs).map(|column| {
                        let byte = bytes[column / 2] >> (column % 2 * 4) & 15;
                        let scale = scales[column / usize::from(half.group)];
                        (f32::from(byte) - 8.0) * f32::from(scale)
                    }));
                }
                (weights, &half.bias, &half.multipliers, &half.shifts, &half.output)
            }
            _ => bail!("expected a model of integers"),
        };
        let factors = |multipliers: &[u8]| {
            let factors = multipliers.chunks_exact(2).zip(shifts.iter());
            let factors = factors.map(|(bytes, &shift)| {
                f32::from(u16::from_le_bytes([bytes[0], bytes[1]])) * (-f32::from(shift)).exp2()
            });
            matrix(factors.collect(), outputs, device)
        };
        let (negative, table) = match output {
            Output::Code { negative_multipliers } => (factors(negative_multipliers), None),
            Output::Table(table) => {
                let entries: Vec<f32> = table.iter().map(|&entry| f32::from(entry)).collect();
                let table = Tensor::from_data(TensorData::from(entries.as_slice()), device);
                (factors(multipliers), Some(table))
            }
        };
        let bias = bias.as_chunks().0.iter().map(|&bytes| i32::from_le_bytes(bytes) as f32);
        Ok(Self {
            weights: matrix(weights, inputs, device).transpose(),
            bias: matrix(bias.collect(), outputs, device),
            factors: [factors(multipliers), negative],
            zero_point: spec.zero_point.into(),
            table,
        })
    }

    /// What the layer makes of its sums, `[count, outputs]`.
    fn outputs(&self, sums: Tensor<2>) -> Tensor<2> {
        let [positive, negative] = self.factors.clone();
        let scaled = activation::relu(sums.clone()) * positive
            - activation::relu(sums.neg()) * negative
            + self.zero_point;
        let Some(table) = &self.table else { return scaled.clamp(0.0, TOP[0]) };
        let places = scaled.clamp(0.0, TOP[1]);
        // The entry below each place; the last stretch begins at the last entry but one.
        let below = places.clone().detach().floor().clamp(0.0, TOP[1] - 1.0);
        let shape = places.dims();
        let index: Tensor<1, Int> = below.clone().int().reshape([-1]);
        let entries = |index| table.clone().select(0, index).reshape(shape);
        let (low, high): (Tensor<2>, Tensor<2>) = (entries(index.clone()), entries(index + 1));
        low.clone() + (high - low) * (places - below)
    }
}

/// Rows of so many numbers.
fn matrix(values: Vec<f32>, columns: usize, device: &Device) -> Tensor<2> {
    let rows = values.len() / columns.max(1);
    Tensor::from_data(TensorData::new(values, [rows, columns]), device)
}
