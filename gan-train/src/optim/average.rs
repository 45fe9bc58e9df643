//! The exponential moving average of a network's parameters.

use crate::nn::ops;
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::prelude::*;

/// Moves `average` towards `network`: each number becomes `decay` times itself plus `1 - decay`
/// times the network's. Both have the same parameters; the average records no operations.
pub fn update<M: Module>(average: M, network: &M, decay: f32) -> M {
    let mut new = Collect(GradientsParams::new());
    network.visit(&mut new);
    average.map(&mut Average { new: new.0, decay })
}

/// Collects parameters by id. burn's container of gradients is one of tensors of any rank.
struct Collect(GradientsParams);

impl ModuleVisitor for Collect {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.register(param.id, param.base().without_autodiff());
    }
}

struct Average {
    new: GradientsParams,
    decay: f32,
}

impl ModuleMapper for Average {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(new) = self.new.remove::<D>(param.id) else { return param };
        param.map(|average| ops::average(average, new, self.decay))
    }
}
