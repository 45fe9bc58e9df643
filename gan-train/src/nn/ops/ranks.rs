//! Sums of tensors over the ranks that share a batch.

use crate::nn::cut::Cut;
use burn::backend::distributed::ReduceOperation;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, DeviceOps, TensorData, TensorMetadata};
use burn::tensor::try_read_sync;

/// The sum of the ranks' tensors `x`, number by number: added up by their devices, if these can, or
/// else in this computer's memory by the tree of [`crate::ranks`].
pub fn over_ranks<B: Backend>(x: FloatTensor<B>, cut: &Cut) -> FloatTensor<B> {
    let ranks = cut.ranks();
    if ranks.count() == 1 {
        return x;
    }
    let device = x.device();
    if let Some(devices) = ranks.devices(device.id()) {
        return B::all_reduce(x, ReduceOperation::Sum, devices).resolve();
    }
    let shape = x.shape();
    let data = try_read_sync(B::float_into_data(x)).expect("reading waits, outside a browser");
    let numbers = data.expect("the device failed").try_into_vec().expect("numbers are f32");
    B::float_from_data(TensorData::new(ranks.sum(numbers), shape), &device)
}
