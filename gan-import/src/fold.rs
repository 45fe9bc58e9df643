//! From steps, one after the other, to layers: normalization that follows sums is a part of their
//! layer, and normalization that follows an activation is a part of the next one.

use crate::{Activation, Layer};
use anyhow::{Context, Result, bail, ensure};

/// What happens to the numbers.
#[derive(Debug, Clone)]
pub enum Step {
    /// Sums with weights `[input][output]`.
    Linear { name: String, inputs: usize, outputs: usize, weights: Vec<f32>, bias: Vec<f32> },
    /// Each number `x` becomes `factor x + offset`.
    Affine { name: String, factor: Vec<f64>, offset: Vec<f64> },
    /// An activation.
    Act { name: String, act: Activation },
}

impl Step {
    /// Batch normalization by the statistics of training:
    /// `gain (x - mean) / sqrt(variance + epsilon) + shift`.
    pub fn norm(name: &str, [gain, shift, mean, variance]: [&[f32]; 4], epsilon: f32) -> Self {
        let wide = |values: &[f32], at: usize| f64::from(values[at]);
        let factor: Vec<f64> = (0..gain.len())
            .map(|at| wide(gain, at) / (wide(variance, at) + f64::from(epsilon)).sqrt())
            .collect();
        let offset = (0..gain.len()).map(|at| wide(shift, at) - wide(mean, at) * factor[at]);
        Self::Affine { name: name.into(), offset: offset.collect(), factor }
    }
}

/// The layers that the steps are.
pub fn layers(steps: Vec<Step>) -> Result<Vec<Layer>> {
    let mut layers: Vec<Layer> = Vec::new();
    // Whether the last layer has its activation, and the normalization behind that.
    let mut acted = false;
    let mut waiting: Option<(String, Vec<f64>, Vec<f64>)> = None;
    for step in steps {
        match step {
            Step::Linear { name, inputs, outputs, mut weights, mut bias } => {
                if let Some(before) = layers.last() {
                    ensure!(
                        before.outputs == inputs,
                        "{name}: takes {inputs} numbers, and {} gives {}",
                        before.name,
                        before.outputs
                    );
                }
                if let Some((norm, factor, offset)) = waiting.take() {
                    ensure!(factor.len() == inputs, "{norm}: {} numbers", factor.len());
                    fold_before(&mut weights, &mut bias, outputs, &factor, &offset);
                }
                let activation = Activation::Linear;
                layers.push(Layer { name, inputs, outputs, weights, bias, activation });
                acted = false;
            }
            Step::Affine { name, factor, offset } => {
                let layer = layers.last_mut().with_context(|| {
                    format!("{name}: normalizes what goes in, and latents are not normalized")
                })?;
                ensure!(
                    factor.len() == layer.outputs && waiting.is_none(),
                    "{name}: normalizes {} numbers, and {} gives {}",
                    factor.len(),
                    layer.name,
                    layer.outputs
                );
                if acted {
                    waiting = Some((name, factor, offset));
                } else {
                    fold_after(layer, &factor, &offset);
                }
            }
            Step::Act { name, act } => {
                let layer = layers.last_mut().context("an activation before any layer")?;
                if act == Activation::Linear {
                    continue;
                }
                ensure!(
                    !acted && waiting.is_none(),
                    "{name}: a second activation after {}",
                    layer.name
                );
                (layer.activation, acted) = (act, true);
            }
        }
    }
    if let Some((name, ..)) = waiting {
        bail!("{name}: normalizes the pixels, after the last activation");
    }
    ensure!(!layers.is_empty(), "no fully connected layer was found");
    Ok(layers)
}

/// `factor (w x + b) + offset`
fn fold_after(layer: &mut Layer, factor: &[f64], offset: &[f64]) {
    for (at, weight) in layer.weights.iter_mut().enumerate() {
        *weight = (f64::from(*weight) * factor[at % layer.outputs]) as f32;
    }
    for (at, bias) in layer.bias.iter_mut().enumerate() {
        *bias = (f64::from(*bias) * factor[at] + offset[at]) as f32;
    }
}

/// `w (factor x + offset) + b`
fn fold_before(
    weights: &mut [f32],
    bias: &mut [f32],
    outputs: usize,
    factor: &[f64],
    offset: &[f64],
) {
    let mut added = vec![0.0; outputs];
    for (row, (factor, offset)) in weights.chunks_exact_mut(outputs).zip(factor.iter().zip(offset))
    {
        for (weight, sum) in row.iter_mut().zip(&mut added) {
            *sum += f64::from(*weight) * offset;
            *weight = (f64::from(*weight) * factor) as f32;
        }
    }
    bias.iter_mut().zip(added).for_each(|(bias, sum)| *bias = (f64::from(*bias) + sum) as f32);
}
