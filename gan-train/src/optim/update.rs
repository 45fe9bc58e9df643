//! One pass over a network's parameters: gradients are clipped, penalties are added, the optimizer
//! computes the new parameter, and its average follows.

use super::average::{Averages, Ema};
use super::{Optim, Regularizer, Rule};
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::optim::{DynState, GradientsParams};
use burn::prelude::*;

/// Goes through a network and updates each parameter.
pub(super) struct Update<'u> {
    pub optim: &'u mut Optim,
    pub lr: f64,
    pub gradients: &'u mut GradientsParams,
    /// What all gradients are multiplied by.
    pub shorten: Option<Tensor<1>>,
    /// Those of the network's parameters, if it has an average.
    pub averages: Option<&'u mut Averages>,
}

impl Update<'_> {
    /// The new value of a parameter, and of its average, by the optimizer and the clip.
    fn value<const D: usize>(
        &mut self,
        id: ParamId,
        tensor: Tensor<D>,
        gradient: Tensor<D>,
        average: Option<Ema<D>>,
    ) -> (Tensor<D>, Option<Tensor<D>>) {
        let Optim { rule, regularizer, states } = &mut *self.optim;
        let state = states.remove(&id.val());
        let clip = regularizer.weight_clip;
        if let (Rule::Adam(adam), true) = (&*rule, clip == 0.0) {
            let state = state.map(DynState::downcast);
            let (tensor, state, average) = adam.update(self.lr, tensor, gradient, state, average);
            states.insert(id.val(), DynState::create(state, D));
            return (tensor, average);
        }
        let (tensor, gradient) = (tensor.into_bridge(), gradient.into_bridge());
        let (tensor, state) = rule.burn().step_dyn(D, self.lr, tensor, gradient, state);
        if let Some(state) = state {
            states.insert(id.val(), state);
        }
        let mut tensor = Tensor::<D>::from_bridge(tensor);
        if clip > 0.0 {
            tensor = tensor.clamp(-clip, clip);
        }
        let average = average.map(|average| average.after(tensor.clone()));
        (tensor, average)
    }

    /// Takes back the average of a parameter.
    fn moved<const D: usize>(&mut self, id: ParamId, average: Option<Tensor<D>>) {
        if let (Some(averages), Some(average)) = (&mut self.averages, average) {
            averages.register(id, average);
        }
    }
}

impl ModuleMapper for Update<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, tensor, mapper) = param.consume();
        let average = self.averages.as_mut().and_then(|averages| averages.remove(id));
        let Some(mut gradient) = self.gradients.remove::<D>(id) else {
            self.moved(id, average.map(|average| average.after(tensor.clone().inner())));
            return Param::from_mapped_value(id, tensor, mapper);
        };
        let Regularizer { l1, l2, clip_value, .. } = self.optim.regularizer;
        let recorded = tensor.is_autodiff();
        let tensor = if recorded { tensor.inner() } else { tensor };
        if let Some(factor) = &self.shorten {
            gradient = gradient * factor.clone().reshape([1; D]);
        }
        if clip_value > 0.0 {
            gradient = gradient.clamp(-clip_value, clip_value);
        }
        // Only matrices of weights are penalized.
        if D == 2 && l1 > 0.0 {
            gradient = gradient + tensor.clone().sign() * l1;
        }
        if D == 2 && l2 > 0.0 {
            gradient = gradient + tensor.clone() * l2;
        }
        let (tensor, average) = self.value(id, tensor, gradient, average);
        self.moved(id, average);
        let tensor = if recorded { Tensor::from_inner(tensor).require_grad() } else { tensor };
        Param::from_mapped_value(id, tensor, mapper)
    }
}

/// What to multiply a network's gradients by so that all together are at most `longest` long, as
/// `[1]` on the device; nothing if there are none.
pub(super) fn shortening<M: Module>(
    network: &M,
    gradients: &GradientsParams,
    longest: f64,
) -> Option<Tensor<1>> {
    struct Squares<'s> {
        gradients: &'s GradientsParams,
        sum: Option<Tensor<1>>,
    }
    impl ModuleVisitor for Squares<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let Some(gradient) = self.gradients.get::<D>(param.id) else { return };
            let square = gradient.square().sum();
            self.sum = Some(match self.sum.take() {
                Some(sum) => sum + square,
                None => square,
            });
        }
    }
    let mut squares = Squares { gradients, sum: None };
    network.visit(&mut squares);
    let length = squares.sum?.sqrt();
    Some((length.recip() * longest).clamp_max(1.0))
}
