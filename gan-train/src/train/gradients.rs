//! Gradients of a loss, and where a run diverges: the tensor of which a number is none first.
//!
//! One update with such a gradient spreads it over the whole network, and nothing tells any more
//! where it came from. So gradients are summed up before they are used: a sum is not finite if one
//! of its terms is not. On a device from which reading waits, that is left out; the loss of a later
//! step, or the tensors of the next checkpoint, are not finite then.

use super::Trainer;
use crate::config::Network;
use crate::nn::mlp::Mlp;
use crate::nn::params::{Reader, names};
use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::{GradientsAccumulator, GradientsParams};
use burn::prelude::*;
use std::collections::BTreeMap;

/// The gradients of an update for a network, added up over its passes.
#[derive(Default)]
pub(super) struct Sum(GradientsAccumulator<Mlp>);

impl Trainer {
    /// Adds to `sum` the gradients of the loss of one pass for a network. A loss is a mean over
    /// rows, and passes have as many rows each: so each loss counts as one of so many.
    pub(super) fn backward(&self, network: Network, loss: Tensor<1>, sum: &mut Sum) {
        let loss = match self.cut.ranks().count() * self.cut.parts() {
            1 => loss,
            passes => loss / passes as f64,
        };
        let (_, mlp) = self.network(network);
        sum.0.accumulate(mlp, GradientsParams::from_grads(loss.backward(), mlp));
    }

    /// The gradients for a network; none if a number of them is not finite, which
    /// [`Trainer::settle`] reports. Nothing is updated from then on.
    pub(super) fn finite(&mut self, network: Network, mut sum: Sum) -> Option<GradientsParams> {
        let gradients = sum.0.grads();
        if self.fault.is_none() && self.reads_at_once() {
            let (name, mlp) = self.network(network);
            // A weight that is not finite makes its gradient so, and those of the other network.
            self.fault = wrong_gradient(name, mlp, &gradients)
                .map(|gradient| {
                    self.networks().into_iter().find_map(wrong_weight).unwrap_or(gradient)
                })
                .map(|tensor| format!("{tensor} is not finite"));
        }
        self.fault.is_none().then_some(gradients)
    }

    /// A network and its name.
    fn network(&self, network: Network) -> (&'static str, &Mlp) {
        let [generator, discriminator] = self.networks();
        match network {
            Network::Generator => generator,
            Network::Discriminator => discriminator,
        }
    }

    /// In the order in which a batch goes through them.
    fn networks(&self) -> [(&'static str, &Mlp); 2] {
        [("generator", &self.state.generator), ("discriminator", &self.state.discriminator)]
    }
}

/// The first gradient of a network that is not finite. Gradients are computed from the last layer
/// to the first.
fn wrong_gradient(network: &str, mlp: &Mlp, gradients: &GradientsParams) -> Option<String> {
    let mut sums = Sums { gradients, by_id: BTreeMap::new() };
    mlp.visit(&mut sums);
    let wrong = |id: &u64| sums.by_id.get(id).is_some_and(|sum| !sum.is_finite());
    let at = mlp.ids().iter().rposition(wrong)?;
    Some(format!("the gradient of {network}.{}", names(&mlp.shapes())[at].name))
}

/// The first weight of a network that is not finite.
fn wrong_weight((network, mlp): (&str, &Mlp)) -> Option<String> {
    let wrong = |read: Reader<'_>| !read().iter().all(|value| value.is_finite());
    let at = mlp.readers().into_iter().position(wrong)?;
    Some(format!("{network}.{}", names(&mlp.shapes())[at].name))
}

/// The sum of each gradient, by the parameter's id.
struct Sums<'s> {
    gradients: &'s GradientsParams,
    by_id: BTreeMap<u64, f32>,
}

impl ModuleVisitor for Sums<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(param.id) {
            self.by_id.insert(param.id.val(), gradient.sum().into_scalar());
        }
    }
}
