//! Inputs of a layer that never vary, such as dead units.

use crate::export::float::FloatLayer;
use std::borrow::Cow;

/// The value of each column that is the same in all rows.
pub(super) fn constants_of(outputs: &[f32], columns: usize) -> Vec<Option<f32>> {
    let mut rows = outputs.chunks_exact(columns);
    let mut constants: Vec<Option<f32>> =
        rows.next().unwrap_or_default().iter().copied().map(Some).collect();
    for row in rows {
        for (constant, value) in constants.iter_mut().zip(row) {
            *constant = constant.filter(|constant| constant == value);
        }
    }
    constants
}

/// The layer with what its constant inputs add moved into the bias. Their weights become 0, so that
/// a weight that changes nothing, which may be of any size, costs the others no precision.
pub(super) fn without_constants<'l>(
    layer: &'l FloatLayer,
    constants: &[Option<f32>],
) -> Cow<'l, FloatLayer> {
    if constants.iter().all(Option::is_none) {
        return Cow::Borrowed(layer);
    }
    let mut moved = layer.clone();
    let mut added = vec![0.0f64; layer.outputs];
    for (weights, constant) in moved.weights.chunks_exact_mut(layer.outputs).zip(constants) {
        let Some(constant) = *constant else { continue };
        for (weight, added) in weights.iter_mut().zip(&mut added) {
            *added += f64::from(*weight) * f64::from(constant);
            *weight = 0.0;
        }
    }
    for row in moved.bias.chunks_exact_mut(layer.outputs) {
        for (bias, added) in row.iter_mut().zip(&added) {
            *bias = (f64::from(*bias) + added) as f32;
        }
    }
    Cow::Owned(moved)
}
