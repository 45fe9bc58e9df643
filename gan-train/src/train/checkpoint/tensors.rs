//! The tensors of a state as a file has them. One after the other is read from the device when it
//! is written: a state of gigabytes is not in memory twice.

use crate::files::tensor_file::Source;
use crate::nn::mlp::Mlp;
use crate::nn::params::{HostParam, names};
use crate::optim::{Moment, Optim};
use crate::train::State;
use anyhow::{Context, Result, bail};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The networks of a state by their names in a file, with their optimizers.
fn networks(state: &State) -> [(&'static str, &Mlp, Option<&Optim>); 3] {
    let average = state.averaged();
    [
        ("generator", &state.generator, Some(&state.generator_optimizer)),
        ("discriminator", &state.discriminator, Some(&state.discriminator_optimizer)),
        ("average", average, None),
    ]
}

/// A tensor as a file has it: with PyTorch's name and layout.
fn source<'s>(
    network: &str,
    HostParam { name, mut shape, .. }: HostParam,
    read: impl Fn() -> Result<Vec<f32>> + 's,
) -> Source<'s> {
    let stored = shape.clone();
    shape.reverse();
    let values = move || {
        let param = HostParam { name: String::new(), shape: stored.clone(), values: read()? };
        Ok(Cow::Owned(as_pytorch(param).values))
    };
    Source { name: format!("{network}.{name}"), shape, values: Box::new(values) }
}

/// A network's parameters.
pub(super) fn params<'s>(network: &str, mlp: &'s Mlp) -> Vec<Source<'s>> {
    let named = names(&mlp.shapes()).into_iter().zip(mlp.readers());
    named.map(|(param, read)| source(network, param, move || Ok(read()))).collect()
}

/// Weights as PyTorch has them, `[outputs, inputs]`, or back; vectors as they are.
pub(super) fn as_pytorch(param: HostParam) -> HostParam {
    let &[rows, columns] = &param.shape[..] else { return param };
    let values = transposed(&param.values, rows, columns);
    HostParam { shape: vec![columns, rows], values, ..param }
}

fn transposed(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    (0..values.len()).map(|at| values[at % rows * columns + at / rows]).collect()
}

/// All tensors of a state as a file has them, and the counters of the optimizers.
pub(in super::super) fn tensors(state: &State) -> Result<(Vec<Source<'_>>, BTreeMap<String, u64>)> {
    let (mut all, mut counters) = (Vec::new(), BTreeMap::new());
    for (network, mlp, optimizer) in networks(state) {
        if network == "average" && state.average.is_none() {
            continue;
        }
        for (param, id) in names(&mlp.shapes()).into_iter().zip(mlp.ids()) {
            let Some(optimizer) = optimizer else { break };
            let memory = optimizer.memory(id)?.unwrap_or_default();
            for (at, Moment { name, shape, .. }) in memory.moments.into_iter().enumerate() {
                let name = format!("optimizer.{}.{name}", param.name);
                // Read again when it is written: only one layer's moments are in memory twice.
                let read = move || {
                    let memory = optimizer.memory(id)?.unwrap_or_default();
                    let moment = memory.moments.into_iter().nth(at);
                    Ok(moment.context("a moment is gone")?.values)
                };
                let moment = HostParam { name, shape, values: Vec::new() };
                all.push(source(network, moment, read));
            }
            for (name, count) in memory.counters {
                counters.insert(format!("{network}.{}.{name}", param.name), count);
            }
        }
        all.extend(params(network, mlp));
        for HostParam { name, shape, values } in mlp.spectral_vectors() {
            let vector = HostParam { name, shape, values: Vec::new() };
            all.push(source(network, vector, move || Ok(values.clone())));
        }
    }
    Ok((all, counters))
}

/// Refuses a state that no run could go on from.
pub(super) fn check_finite(all: &[Source<'_>], step: u64) -> Result<()> {
    for tensor in all {
        if !(tensor.values)()?.iter().all(|value| value.is_finite()) {
            bail!(
                "step {step}: {} is not finite. The last checkpoint is from before; try a lower \
                 training.lr",
                tensor.name
            );
        }
    }
    Ok(())
}
