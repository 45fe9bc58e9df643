//! Optimizers: burn's, one for each network, and what is done with gradients and weights around
//! them.
//!
//! An update goes through a network's parameters once: the gradient is clipped, weight penalties
//! are added, burn's [`DynOptimizer`] computes the new parameter from it, and a clip bounds the
//! result. The average of a network moves in the same pass. States are kept by parameter, and read
//! and restored by name for checkpoints.

mod adam;
mod average;
mod update;

use crate::config::{Config, Network, OptimizerKind, TrainingConfig};
use adam::FusedAdam;
use anyhow::{Context, Result};
use average::Averages;
use burn::module::Module;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{
    AdamWConfig, DynOptimizer, DynState, GradientsParams, LionConfig, RmsPropConfig, SgdConfig,
    StateSink, StateSource,
};
use burn::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What changes a gradient before the optimizer gets it, and a parameter after it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Regularizer {
    /// Weight of the sum of the weights' magnitudes in the loss (biases are not penalized).
    pub l1: f64,
    /// Weight of half the sum of the weights' squares in the loss.
    pub l2: f64,
    /// After an update all parameters are cut to `-clip..=clip`; 0 leaves them.
    pub weight_clip: f64,
    /// Each component of a gradient is cut to `-clip..=clip`; 0 leaves them.
    pub clip_value: f64,
    /// The gradient of the whole network is shortened to this length; 0 leaves it.
    pub clip_norm: f64,
}

/// The optimizer of a network, and what it remembers.
#[derive(Clone)]
pub struct Optim {
    rule: Rule,
    regularizer: Regularizer,
    /// By the parameters' ids.
    states: BTreeMap<u64, DynState>,
}

impl std::fmt::Debug for Optim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let states = self.states.keys().collect::<Vec<_>>();
        f.debug_struct("Optim")
            .field("regularizer", &self.regularizer)
            .field("states", &states)
            .finish()
    }
}

/// A tensor of an optimizer's state: its name after that of the parameter, shape and numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// `momentum.moment_1`, say.
    pub name: String,
    /// The parameter's shape.
    pub shape: Vec<usize>,
    /// Row-major.
    pub values: Vec<f32>,
}

/// What an optimizer remembers of one parameter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Memory {
    /// Its tensors.
    pub moments: Vec<Moment>,
    /// Its counters.
    pub counters: BTreeMap<String, u64>,
}

/// How a parameter is computed from its gradient.
#[derive(Clone)]
enum Rule {
    /// Ours, which can move an average too.
    Adam(FusedAdam),
    /// One of burn's.
    Burn(Arc<dyn DynOptimizer>),
}

impl Rule {
    fn burn(&self) -> &dyn DynOptimizer {
        match self {
            Self::Adam(adam) => adam,
            Self::Burn(rule) => &**rule,
        }
    }
}

fn rule(training: &TrainingConfig) -> Rule {
    let [beta1, beta2, epsilon] =
        [training.beta1, training.beta2, training.epsilon].map(|constant| constant as f32);
    Rule::Burn(match training.optimizer {
        OptimizerKind::Adam => return Rule::Adam(FusedAdam { beta1, beta2, epsilon }),
        OptimizerKind::AdamW => Arc::new(
            AdamWConfig::new()
                .with_beta_1(beta1)
                .with_beta_2(beta2)
                .with_epsilon(epsilon)
                .with_weight_decay(training.weight_decay as f32)
                .build(),
        ),
        OptimizerKind::RmsProp => {
            let config = RmsPropConfig::new().with_alpha(beta2).with_momentum(0.0);
            Arc::new(config.with_epsilon(epsilon).build())
        }
        OptimizerKind::Sgd => {
            let momentum = MomentumConfig::new().with_momentum(training.beta1).with_dampening(0.0);
            let momentum = (training.beta1 > 0.0).then_some(momentum);
            Arc::new(SgdConfig::new().with_momentum(momentum).build())
        }
        OptimizerKind::Lion => Arc::new(
            LionConfig::new()
                .with_beta_1(beta1)
                .with_beta_2(beta2)
                .with_weight_decay(training.weight_decay as f32)
                .build(),
        ),
    })
}

impl Optim {
    /// A new optimizer for a network of a run.
    pub fn new(config: &Config, network: Network) -> Self {
        let training = &config.training;
        let (l1, l2, weight_clip) = match network {
            Network::Generator => (config.generator.l1, config.generator.l2, 0.0),
            Network::Discriminator => {
                (config.discriminator.l1, config.discriminator.l2, training.weight_clip)
            }
        };
        let (clip_value, clip_norm) = (training.clip_grad_value, training.clip_grad_norm);
        let regularizer = Regularizer { l1, l2, weight_clip, clip_value, clip_norm };
        Self { rule: rule(training), regularizer, states: BTreeMap::new() }
    }

    /// Changes the network by these gradients. Parameters without one stay as they are.
    pub fn step<M: Module>(&mut self, lr: f64, network: M, gradients: GradientsParams) -> M {
        self.update(lr, network, gradients, None)
    }

    /// The same, and moves `average` towards what the network has become: each number becomes
    /// `decay` times itself plus `1 - decay` times the network's. Both have the same parameters;
    /// the average records no operations.
    pub fn step_averaging<M: Module>(
        &mut self,
        lr: f64,
        network: M,
        gradients: GradientsParams,
        (average, decay): (M, f32),
    ) -> (M, M) {
        let (hollow, mut averages) = Averages::take(average, decay);
        let network = self.update(lr, network, gradients, Some(&mut averages));
        (network, averages.put(hollow))
    }

    fn update<M: Module>(
        &mut self,
        lr: f64,
        network: M,
        mut gradients: GradientsParams,
        averages: Option<&mut Averages>,
    ) -> M {
        let shorten = (self.regularizer.clip_norm > 0.0)
            .then(|| update::shortening(&network, &gradients, self.regularizer.clip_norm))
            .flatten();
        network.map(&mut update::Update {
            optim: self,
            lr,
            gradients: &mut gradients,
            shorten,
            averages,
        })
    }

    /// What it remembers of a parameter; nothing before the first update.
    ///
    /// # Errors
    ///
    /// A counter that is no whole number.
    pub fn memory(&self, id: u64) -> Result<Option<Memory>> {
        let Some(state) = self.states.get(&id) else { return Ok(None) };
        let mut sink = StateSink::default();
        self.rule.burn().state_flatten("", state, &mut sink);
        let mut memory = Memory::default();
        for (name, data) in sink.tensors {
            let shape = data.shape().to_vec();
            let values = data.try_into_vec().ok().context("a moment is not of f32")?;
            memory.moments.push(Moment { name, shape, values });
        }
        for (name, value) in sink.scalars {
            let value = u64::try_from(value).ok();
            let value = value.with_context(|| format!("{name} is not a whole number"))?;
            memory.counters.insert(name, value);
        }
        Ok(Some(memory))
    }

    /// Takes back what was remembered of a parameter of this rank, on a device that records
    /// nothing.
    ///
    /// # Errors
    ///
    /// Something is missing.
    pub fn restore(&mut self, id: u64, rank: usize, memory: Memory, device: &Device) -> Result<()> {
        let counters = memory.counters.into_iter();
        let mut source =
            StateSource::new(counters.map(|(name, value)| (name, value.into())).collect());
        for Moment { name, shape, values } in memory.moments {
            source.insert_tensor(name, TensorData::new(values, shape));
        }
        let state = self.rule.burn().state_unflatten(rank, "", &mut source, device);
        self.states.insert(id, state.context("a moment is missing")?);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
