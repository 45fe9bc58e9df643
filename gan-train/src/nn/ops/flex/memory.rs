//! The memory of flex's tensors: their numbers in order, and those of each shard.

use super::loops;
use crate::nn::cut::Cut;
use crate::nn::ops::NORM_EPSILON;
use crate::nn::ops::gemm::View;
use burn::backend::{TensorData, TensorMetadata, flex::FlexTensor};

/// A tensor of these numbers.
pub(super) fn tensor(values: Vec<f32>, shape: Vec<usize>) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}

/// The same numbers in the order of their indices.
pub(super) fn ordered(x: FlexTensor) -> FlexTensor {
    if x.as_slice::<f32>().is_some() {
        return x;
    }
    ordered_rows(&x).unwrap_or_else(|| x.to_contiguous())
}

/// The numbers of an [`ordered`] tensor.
pub(super) fn numbers(x: &FlexTensor) -> &[f32] {
    x.as_slice().expect("ordered before")
}

/// A tensor whose rows are in order is copied row by row, which is faster than flex's general way.
fn ordered_rows(x: &FlexTensor) -> Option<FlexTensor> {
    let (&[rows, columns], layout) = (&dims(x)[..], x.layout()) else { return None };
    let &[stride, 1] = layout.strides() else { return None };
    let (stride, numbers) = (usize::try_from(stride).ok()?, x.storage::<f32>());
    let mut values = Vec::with_capacity(rows * columns);
    for row in 0..rows {
        values.extend_from_slice(&numbers[layout.start_offset() + row * stride..][..columns]);
    }
    Some(tensor(values, vec![rows, columns]))
}

/// A tensor whose memory is its numbers in the order of their indices, and nothing else: a part of
/// another tensor is copied.
pub(super) fn own(x: FlexTensor) -> FlexTensor {
    let x = ordered(x);
    if numbers(&x).len() == x.storage::<f32>().len() {
        return x;
    }
    tensor(numbers(&x).to_vec(), dims(&x))
}

pub(super) fn dims(x: &FlexTensor) -> Vec<usize> {
    let shape = x.shape();
    (0..shape.num_dims()).map(|dim| shape[dim]).collect()
}

/// The rows of each shard of a matrix.
pub(super) fn shards<'v>(x: View<'v>, cut: &Cut) -> Vec<View<'v>> {
    let rows = x.size[0] / cut.shards();
    (0..cut.shards()).map(|shard| x.rows(shard * rows, (shard + 1) * rows)).collect()
}

/// The numbers of a shard of an [`ordered`] matrix.
pub(super) fn numbers_of<'x>(x: &'x FlexTensor, shard: usize, cut: &Cut) -> &'x [f32] {
    let len = numbers(x).len() / cut.shards();
    &numbers(x)[shard * len..][..len]
}

/// As [`loops::moments`], over the rows of all shards of all ranks.
pub(super) fn moments(x: &[f32], columns: usize, cut: &Cut) -> [Vec<f32>; 2] {
    let count = cut.rows_of_pass(x.len() / columns) as f32;
    let len = x.len() / cut.shards();
    let sum = |add: &dyn Fn(&[f32], &mut [f32])| {
        cut.sum(|shard| {
            let mut sums = vec![0.0; columns];
            add(&x[shard * len..][..len], &mut sums);
            sums
        })
    };
    let mut mean = sum(&|x, sums| loops::column_sums(x, sums));
    mean.iter_mut().for_each(|sum| *sum /= count);
    let mut inverse = sum(&|x, sums| loops::squares(x, &mean, sums));
    let root = |square: f32| 1.0 / (square / count + NORM_EPSILON as f32).sqrt();
    inverse.iter_mut().for_each(|square| *square = root(*square));
    [mean, inverse]
}
