//! What the discriminator sees of images: several groups of them, labels, and noise.

use super::batch::Batch;
use crate::nn::cut::Cut;
use crate::nn::mlp::Inputs;
use crate::random::extend_normal;
use burn::prelude::*;
use burn::tensor::TensorData;
use rand_pcg::Pcg64Mcg;

/// All groups' images as the rows of a pass, each with its label.
pub(super) fn labelled(groups: Vec<Tensor<2>>, batch: &Batch, cut: &Cut) -> Inputs {
    let labels = batch.labels.clone().map(|labels| cut.joined(vec![labels; groups.len()]));
    Inputs { x: cut.joined(groups), labels }
}

/// The images, with normal noise of standard deviation `sigma` if that is not 0.
pub(super) fn with_noise(
    images: Tensor<2>,
    sigma: f32,
    rng: &mut Pcg64Mcg,
    cut: &Cut,
) -> Tensor<2> {
    if sigma <= 0.0 {
        return images;
    }
    let [rows, columns] = images.dims();
    let count = cut.rows_of_batch(rows) * columns;
    let mut noise = Vec::with_capacity(count);
    extend_normal(&mut noise, count, rng);
    let noise = TensorData::new(cut.own(noise), [rows, columns]);
    let noise = Tensor::<2>::from_data(noise, &images.device().inner());
    images + noise * sigma
}
