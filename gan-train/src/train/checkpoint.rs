//! `checkpoint.safetensors`, which is one file so that it is whole or not there, and
//! `best.safetensors`, the best average of a run. A snapshot is a file like the latter.

mod description;
mod tensors;
mod which;

pub use description::{Description, RunData};
pub(super) use tensors::tensors;
pub use which::Which;

use super::{State, snapshots};
use crate::config::Config;
use crate::files::tensor_file::{self, Source, TensorFile};
use crate::nn::mlp::{LayerShape, Mlp};
use crate::nn::params::{HostParam, names, spectral_names};
use crate::optim::{Memory, Moment, Optim};
use anyhow::{Context, Result};
use burn::prelude::Device;
use gan_tools::files::atomic;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use tensors::{as_pytorch, check_finite, params};

/// Name of the checkpoint in a run's folder.
pub const FILE: &str = "checkpoint.safetensors";
/// Name of the best average in a run's folder.
pub const BEST: &str = "best.safetensors";

/// Writes the checkpoint in place of the one before.
///
/// # Errors
///
/// Names the file, or the tensor with a number that is not finite; then the one before is still
/// there.
pub fn save(folder: &Path, config: &Config, state: &State, run: &RunData) -> Result<()> {
    let (all, counters) = tensors(state)?;
    let description = Description::new(config, state, run).with_counters(counters);
    write(&folder.join(FILE), all, &description)
}

/// The bytes of the file that [`save`] would write, for other processes.
///
/// # Errors
///
/// Names the tensor with a number that is not finite.
pub(super) fn bytes(config: &Config, state: &State, run: &RunData) -> Result<Vec<u8>> {
    let (all, counters) = tensors(state)?;
    let description = Description::new(config, state, run).with_counters(counters);
    let mut bytes = Vec::new();
    check_finite(&all, description.step)?;
    tensor_file::write(&mut bytes, all, &description)?;
    Ok(bytes)
}

/// Writes the average alone, in place of the best one before.
///
/// # Errors
///
/// As [`save`].
pub fn save_best(folder: &Path, config: &Config, state: &State, run: &RunData) -> Result<()> {
    save_average(&folder.join(BEST), config, state, run)
}

/// Writes the average alone as the snapshot of the state's step.
///
/// # Errors
///
/// As [`save`].
pub fn save_snapshot(folder: &Path, config: &Config, state: &State, run: &RunData) -> Result<()> {
    atomic::create_inner_folder(&folder.join(snapshots::FOLDER))?;
    save_average(&snapshots::path(folder, state.step), config, state, run)
}

fn save_average(path: &Path, config: &Config, state: &State, run: &RunData) -> Result<()> {
    let all = params(averaged_name(config), state.averaged());
    write(path, all, &Description::new(config, state, run))
}

/// The name of [`State::averaged`] in a file.
fn averaged_name(config: &Config) -> &'static str {
    if config.training.averages() { "average" } else { "generator" }
}

fn write(path: &Path, all: Vec<Source<'_>>, description: &Description) -> Result<()> {
    check_finite(&all, description.step)?;
    atomic::write_with(path, |temporary| {
        let mut file = BufWriter::new(File::create(temporary)?);
        tensor_file::write(&mut file, all, description)?;
        Ok(file.flush()?)
    })
}

/// What a checkpoint file holds.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// The networks on a device, and all else that a run goes on from.
    pub state: State,
    /// What the run's data says.
    pub run: RunData,
}

/// Reads the parameters of a network with these layers.
fn read_params(
    file: &TensorFile<'_>,
    network: &str,
    shapes: &[LayerShape],
) -> Result<Vec<HostParam>> {
    let read = |param: HostParam| read_tensor(file, network, param);
    names(shapes).into_iter().map(read).collect()
}

/// Reads a tensor of this name and shape.
fn read_tensor(file: &TensorFile<'_>, network: &str, param: HostParam) -> Result<HostParam> {
    let mut shape = param.shape.clone();
    shape.reverse();
    let values = file.values(&format!("{network}.{}", param.name), &shape)?;
    let read = as_pytorch(HostParam { name: param.name, shape, values });
    Ok(HostParam { shape: param.shape, ..read })
}

/// Reads the checkpoint of a run with this configuration; its networks are on `device` then.
///
/// # Errors
///
/// Names the file and the tensor or field that is missing or has another shape.
pub fn load(folder: &Path, config: &Config, device: &Device) -> Result<Checkpoint> {
    tensor_file::read(&folder.join(FILE), |file| parse(file, config, device))
}

/// The same from the bytes of such a file.
///
/// # Errors
///
/// As [`load`].
pub(super) fn of_bytes(bytes: &[u8], config: &Config, device: &Device) -> Result<Checkpoint> {
    parse(&TensorFile::parse(bytes)?, config, device)
}

fn parse(file: &TensorFile<'_>, config: &Config, device: &Device) -> Result<Checkpoint> {
    let (plain, device) = (device.clone().inner(), device.clone().autodiff());
    let description = Description::read(file, config)?;
    let shape = description.shape();
    let (g, d) = (shape.generator(config), shape.discriminator(config));
    let network = |name: &str, shapes: &[LayerShape], device: &Device| -> Result<Mlp> {
        Ok(Mlp::from_params(shapes, &read_params(file, name, shapes)?, device))
    };
    let generator = network("generator", &g, &device)?;
    let discriminator = network("discriminator", &d, &device)?;
    let average = config.training.averages().then(|| network("average", &g, &plain)).transpose()?;
    let vectors = config.discriminator.spectral_norm.then(|| {
        let vector = |param: HostParam| read_tensor(file, "discriminator", param);
        spectral_names(&d).into_iter().map(vector).collect::<Result<Vec<_>>>()
    });
    let mut state = State::of(config, generator, average, discriminator, vectors.transpose()?);
    for (optimizer, name, mlp) in [
        (&mut state.generator_optimizer, "generator", &state.generator),
        (&mut state.discriminator_optimizer, "discriminator", &state.discriminator),
    ] {
        restore(optimizer, file, &description, (name, mlp), &plain)?;
    }
    (state.step, state.seconds, state.losses) =
        (description.step, description.seconds, description.losses);
    Ok(Checkpoint { state, run: description.run() })
}

/// Gives an optimizer its memory of a network back.
fn restore(
    optimizer: &mut Optim,
    file: &TensorFile<'_>,
    description: &Description,
    (network, mlp): (&str, &Mlp),
    device: &Device,
) -> Result<()> {
    for (param, id) in names(&mlp.shapes()).into_iter().zip(mlp.ids()) {
        let mut memory = Memory::default();
        let prefix = format!("optimizer.{}.", param.name);
        for name in file.names_after(&format!("{network}.{prefix}")) {
            let moment = HostParam { name: format!("{prefix}{name}"), ..param.clone() };
            let HostParam { shape, values, .. } = read_tensor(file, network, moment)?;
            memory.moments.push(Moment { name: name.to_owned(), shape, values });
        }
        let prefix = format!("{network}.{}.", param.name);
        for (name, &count) in &description.counters {
            if let Some(name) = name.strip_prefix(&prefix) {
                memory.counters.insert(name.to_owned(), count);
            }
        }
        // Before a network's first update there is nothing to remember.
        if memory != Memory::default() {
            let restored = optimizer.restore(id, param.shape.len(), memory, device);
            restored.with_context(|| format!("tensor {network}.optimizer.{}", param.name))?;
        }
    }
    Ok(())
}

/// The parameters of a run's averaged generator, and the description of the file that they are
/// from.
///
/// # Errors
///
/// As [`load`]; there is no snapshot of the step.
pub fn averaged(
    folder: &Path,
    config: &Config,
    which: Which,
) -> Result<(Vec<HostParam>, Description)> {
    tensor_file::read(&which.path(folder)?, |file| {
        let description = Description::read(file, config)?;
        let shapes = description.shape().generator(config);
        Ok((read_params(file, averaged_name(config), &shapes)?, description))
    })
}

/// Whether a file is a checkpoint of this program, of this version or another.
pub fn is_ours(path: &Path) -> bool {
    let of_ours = |file: &TensorFile<'_>| Ok(description::is_ours(file));
    path.is_file() && tensor_file::read(path, of_ours).unwrap_or(false)
}

/// The step of the best average, if there is one.
///
/// # Errors
///
/// Names the file.
pub fn best_step(folder: &Path, config: &Config) -> Result<Option<u64>> {
    let path = folder.join(BEST);
    path.exists()
        .then(|| tensor_file::read(&path, |file| Ok(Description::read(file, config)?.step)))
        .transpose()
}
