//! The exponential moving average of a network's parameters, taken apart for an update.
//!
//! An update changes tensors in place only if nothing else holds them. So it takes the average's
//! tensors out of their module, and puts them back when they have moved.

use crate::nn::ops;
use burn::module::{Module, ModuleMapper, Param, ParamId};
use burn::optim::GradientsParams;
use burn::prelude::*;

/// A parameter's average and how it moves: each number becomes `decay` times itself plus
/// `1 - decay` times the parameter's.
pub(super) struct Ema<const D: usize> {
    pub of: Tensor<D>,
    pub decay: f32,
}

impl<const D: usize> Ema<D> {
    /// The average after the parameter's new value.
    pub fn after(self, param: Tensor<D>) -> Tensor<D> {
        ops::average(self.of, param, self.decay)
    }
}

/// The averages of a network's parameters by their ids.
pub(super) struct Averages {
    /// burn's container of gradients is one of tensors of any rank.
    tensors: GradientsParams,
    decay: f32,
}

impl Averages {
    /// Takes the tensors out of a network that records no operations, and leaves empty ones.
    pub fn take<M: Module>(average: M, decay: f32) -> (M, Self) {
        let mut taken = Take(GradientsParams::new());
        let hollow = average.map(&mut taken);
        (hollow, Self { tensors: taken.0, decay })
    }

    /// That of a parameter, to be moved.
    pub fn remove<const D: usize>(&mut self, id: ParamId) -> Option<Ema<D>> {
        self.tensors.remove(id).map(|of| Ema { of, decay: self.decay })
    }

    /// Takes back a parameter's average after it has moved.
    pub fn register<const D: usize>(&mut self, id: ParamId, average: Tensor<D>) {
        self.tensors.register(id, average);
    }

    /// Puts the tensors back into the network that they were taken from.
    pub fn put<M: Module>(self, hollow: M) -> M {
        hollow.map(&mut Put(self.tensors))
    }
}

struct Take(GradientsParams);

impl ModuleMapper for Take {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, tensor, mapper) = param.consume();
        let empty = Tensor::empty([0; D], &tensor.device());
        self.0.register(id, tensor);
        Param::from_mapped_value(id, empty, mapper)
    }
}

struct Put(GradientsParams);

impl ModuleMapper for Put {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, empty, mapper) = param.consume();
        Param::from_mapped_value(id, self.0.remove(id).unwrap_or(empty), mapper)
    }
}
