//! A run's folder: `config.toml`, and `checkpoint.safetensors`, which is one file so that it is whole or not there.

use super::{Shape, State};
use crate::adam::Adam;
use crate::backend::Backend;
use crate::config::Config;
use crate::output::atomic;
use anyhow::{Context, Result, bail, ensure};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Name of the checkpoint in a run's folder.
pub const FILE: &str = "checkpoint.safetensors";
/// Name of the configuration in a run's folder.
pub const CONFIG: &str = "config.toml";
/// Name of the loss curves in a run's folder.
pub const LOSSES: &str = "losses.svg";
/// Name of the sample grid in a run's folder.
pub const SAMPLES: &str = "samples.png";
/// Name of the quickstart's blob in its run's folder.
pub const QUICKSTART_BLOB: &str = "digits.gan";
/// Names what the file's metadata mean; another number, another meaning.
const FORMAT: &str = "gan-train checkpoint 1";

/// `config.toml`: the configuration, and what else `--resume` and `quantize` need to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// `digits`, `mnist`, or the folder's absolute path.
    pub data: String,
    /// MNIST's folder, if `--data-dir` gave one: its absolute path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// What computes; another one rounds differently.
    #[serde(default)]
    pub backend: Backend,
    /// As given, with all defaults written out.
    pub config: Config,
}

impl RunConfig {
    /// Writes `config.toml`.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn write(&self, folder: &Path) -> Result<()> {
        atomic::write(&folder.join(CONFIG), toml::to_string_pretty(self)?.as_bytes())
    }

    /// Reads `config.toml`.
    ///
    /// # Errors
    ///
    /// Names the file and the field.
    pub fn read(folder: &Path) -> Result<Self> {
        ensure!(folder.is_dir(), "{}: no such run folder", folder.display());
        let path = folder.join(CONFIG);
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("{}: cannot be read (is this a run's folder?)", path.display()))?;
        let run: Self = toml::from_str(&text).with_context(|| path.display().to_string())?;
        run.config.check().with_context(|| path.display().to_string())?;
        Ok(run)
    }
}

/// Calls `visit` with the name and the numbers of every tensor of a state, always in the same order.
fn tensors<'s>(state: &'s State, mut visit: impl FnMut(String, &'s [usize], &'s [f32])) {
    let networks = [
        ("generator", &state.generator.params, &state.generator_adam),
        ("discriminator", &state.discriminator.params, &state.discriminator_adam),
    ];
    for (network, params, Adam { first, second, .. }) in networks {
        for ((param, first), second) in params.iter().zip(first).zip(second) {
            visit(format!("{network}.{}", param.name), &param.shape, &param.values);
            visit(format!("{network}.adam.first.{}", param.name), &param.shape, first);
            visit(format!("{network}.adam.second.{}", param.name), &param.shape, second);
        }
    }
    for param in &state.average {
        visit(format!("average.{}", param.name), &param.shape, &param.values);
    }
}

/// The configuration that a checkpoint belongs to. The number of steps may change: a run can be made longer.
fn identity(config: &Config) -> Result<String> {
    let mut config = config.clone();
    config.training.steps = 0;
    Ok(toml::to_string(&config)?)
}

/// Writes the checkpoint in place of the one before.
///
/// # Errors
///
/// Names the file, or the tensor with a number that is not finite; then the one before is still there.
pub fn save(folder: &Path, config: &Config, state: &State, shape: Shape, data_sha256: &str) -> Result<()> {
    let mut all: Vec<(String, &[usize], Vec<u8>)> = Vec::new();
    let mut broken = None;
    tensors(state, |name, shape, values| {
        if !values.iter().all(|value| value.is_finite()) {
            broken.get_or_insert_with(|| name.clone());
        }
        all.push((name, shape, values.iter().flat_map(|value| value.to_le_bytes()).collect()));
    });
    if let Some(name) = broken {
        bail!("step {}: {name} is not finite. The last checkpoint is from before; try a lower training.rate", state.step);
    }
    let views = all
        .iter()
        .map(|(name, shape, bytes)| Ok((name.as_str(), TensorView::new(Dtype::F32, shape.to_vec(), bytes)?)))
        .collect::<Result<Vec<_>>>()?;
    let metadata = HashMap::from([
        ("format".to_owned(), FORMAT.to_owned()),
        ("step".to_owned(), state.step.to_string()),
        ("seconds".to_owned(), state.seconds.to_string()),
        ("width".to_owned(), shape.width.to_string()),
        ("height".to_owned(), shape.height.to_string()),
        ("classes".to_owned(), shape.classes.to_string()),
        ("data_sha256".to_owned(), data_sha256.to_owned()),
        ("config".to_owned(), identity(config)?),
    ]);
    let bytes = safetensors::serialize(views, Some(metadata))?;
    atomic::write(&folder.join(FILE), &bytes)
}

/// What a checkpoint file holds.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// All tensors.
    pub state: State,
    /// Sizes that came from the data.
    pub shape: Shape,
    /// [`Split::sha256`](crate::data::Split::sha256) of what the run is trained on.
    pub data_sha256: String,
}

/// Reads the checkpoint of a run with this configuration.
///
/// # Errors
///
/// Names the file and the tensor or field that is missing or has another shape.
pub fn load(folder: &Path, config: &Config) -> Result<Checkpoint> {
    let path = folder.join(FILE);
    let bytes = std::fs::read(&path).with_context(|| format!("{}: cannot be read", path.display()))?;
    parse(&bytes, config).with_context(|| path.display().to_string())
}

fn parse(bytes: &[u8], config: &Config) -> Result<Checkpoint> {
    let (_, header) = SafeTensors::read_metadata(bytes).context("not a checkpoint, or cut short")?;
    let metadata = header.metadata().as_ref().context("metadata: missing")?;
    let field = |name: &str| metadata.get(name).with_context(|| format!("metadata {name}: missing"));
    let format = field("format")?;
    ensure!(format == FORMAT, "format: {format:?} (expected {FORMAT:?})");
    ensure!(
        *field("config")? == identity(config)?,
        "config: the checkpoint was made with another {CONFIG} (only training.steps may be changed in it)"
    );
    let number = |name: &str| -> Result<u64> { field(name)?.parse().with_context(|| format!("metadata {name}: not a number")) };
    let shape =
        Shape { width: number("width")? as usize, height: number("height")? as usize, classes: number("classes")?.try_into()? };

    let file = SafeTensors::deserialize(bytes).context("not a checkpoint, or cut short")?;
    let mut state = State::new(config, shape);
    let mut read = Vec::new();
    let mut wrong = None;
    tensors(&state, |name, shape, _| match values(&file, &name, shape) {
        Ok(values) => read.push(values),
        Err(error) => wrong = wrong.take().or(Some(error)),
    });
    if let Some(error) = wrong {
        return Err(error);
    }
    fill(&mut state, read);
    state.step = number("step")?;
    state.seconds = field("seconds")?.parse().context("metadata seconds: not a number")?;
    Ok(Checkpoint { state, shape, data_sha256: field("data_sha256")?.clone() })
}

fn values(file: &SafeTensors<'_>, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
    let view = file.tensor(name).with_context(|| format!("tensor {name}: missing"))?;
    ensure!(view.dtype() == Dtype::F32, "tensor {name}: type {:?} (expected F32)", view.dtype());
    ensure!(view.shape() == shape, "tensor {name}: shape {:?} (expected {shape:?})", view.shape());
    Ok(view.data().as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect())
}

/// Puts numbers in the order of [`tensors`] into a state.
fn fill(state: &mut State, values: Vec<Vec<f32>>) {
    let mut values = values.into_iter();
    let mut next = || values.next().expect("one for each tensor that was visited");
    let networks = [
        (&mut state.generator.params, &mut state.generator_adam),
        (&mut state.discriminator.params, &mut state.discriminator_adam),
    ];
    for (params, Adam { first, second, .. }) in networks {
        for ((param, first), second) in params.iter_mut().zip(first).zip(second) {
            (param.values, *first, *second) = (next(), next(), next());
        }
    }
    state.average.iter_mut().for_each(|param| param.values = next());
}

/// Removes what an earlier run left, so that none of it is ever taken for the run's that starts now.
///
/// # Errors
///
/// Names the file.
pub fn remove(folder: &Path) -> Result<()> {
    for name in [FILE, super::metrics::FILE, LOSSES, SAMPLES, QUICKSTART_BLOB] {
        let path = folder.join(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("{}: cannot be removed", path.display()));
            }
            _ => {}
        }
    }
    Ok(())
}
