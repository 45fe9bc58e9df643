//! A run's folder: `config.toml`, and `checkpoint.safetensors`, which is one file so that it is whole or not there.

use super::{Shape, State};
use crate::backend::Backend;
use crate::config::Config;
use crate::float::FloatGenerator;
use crate::network::Param;
use crate::output::{animation, atomic, history, report, tensorboard};
use anyhow::{Context, Result, bail, ensure};
use safetensors::{Dtype, SafeTensors, View};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Name of the checkpoint in a run's folder.
pub const FILE: &str = "checkpoint.safetensors";
/// Name of the best average in a run's folder.
pub const BEST: &str = "best.safetensors";
/// Name of the configuration in a run's folder.
pub const CONFIG: &str = "config.toml";
/// Name of the loss curves in a run's folder.
pub const LOSSES: &str = "losses.svg";
/// Name of the sample grid in a run's folder.
pub const SAMPLES: &str = "samples.png";
/// Name of the quickstart's blob in its run's folder.
pub const QUICKSTART_BLOB: &str = "digits.gan";
/// Names what the file's metadata mean; another number, another meaning.
const FORMAT: &str = "gan-train checkpoint 2";

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

/// A tensor's name, shape and numbers.
type Named<'s> = (String, Vec<usize>, &'s mut Vec<f32>);

/// The names, shapes and numbers of all tensors of a state, always in the same order.
fn tensors(state: &mut State) -> Vec<Named<'_>> {
    let mut all = Vec::new();
    for (network, mlp, optimizer) in [
        ("generator", &mut state.generator, &mut state.generator_optimizer),
        ("discriminator", &mut state.discriminator, &mut state.discriminator_optimizer),
    ] {
        for (index, param) in mlp.params.iter().enumerate() {
            debug_assert_eq!(optimizer.first[index].len().max(optimizer.second[index].len()), param.values.len());
        }
        let moments = [("first", &mut optimizer.first), ("second", &mut optimizer.second)];
        for (moment, tensors) in moments {
            // An optimizer without this moment has it empty.
            for (param, values) in mlp.params.iter().zip(tensors).filter(|(_, values)| !values.is_empty()) {
                all.push((format!("{network}.optimizer.{moment}.{}", param.name), param.shape.clone(), values));
            }
        }
        for param in mlp.params.iter_mut().chain(&mut mlp.singular) {
            all.push((format!("{network}.{}", param.name), param.shape.clone(), &mut param.values));
        }
    }
    all.extend(averages(&mut state.average));
    all
}

fn averages(average: &mut [Param]) -> Vec<Named<'_>> {
    average.iter_mut().map(|param| (format!("average.{}", param.name), param.shape.clone(), &mut param.values)).collect()
}

/// A tensor's numbers as safetensors wants them. Bytes are made when they are asked for, so that no second copy of a whole network
/// is ever in memory.
struct Numbers<'s> {
    shape: Vec<usize>,
    values: &'s [f32],
}

impl View for Numbers<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        self.values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    fn data_len(&self) -> usize {
        size_of_val(self.values)
    }
}

/// The configuration that a checkpoint belongs to. The number of steps may change, as a run can be made longer, and so may when and by
/// what it is judged.
fn identity(config: &Config) -> Result<String> {
    let mut config = config.clone();
    let training = &mut config.training;
    (training.steps, training.eval_every, training.eval_samples) = (0, 0, 0);
    training.select.clear();
    Ok(toml::to_string(&config)?)
}

/// Writes the checkpoint in place of the one before.
///
/// # Errors
///
/// Names the file, or the tensor with a number that is not finite; then the one before is still there.
pub fn save(folder: &Path, config: &Config, state: &mut State, shape: Shape, data_sha256: &str) -> Result<()> {
    let metadata = metadata(config, state, shape, data_sha256)?;
    write(&folder.join(FILE), state.step, tensors(state), metadata)
}

/// Writes the average alone, in place of the best one before.
///
/// # Errors
///
/// As [`save`].
pub fn save_best(folder: &Path, config: &Config, state: &mut State, shape: Shape, data_sha256: &str) -> Result<()> {
    let metadata = metadata(config, state, shape, data_sha256)?;
    write(&folder.join(BEST), state.step, averages(&mut state.average), metadata)
}

fn metadata(config: &Config, state: &State, shape: Shape, data_sha256: &str) -> Result<HashMap<String, String>> {
    Ok(HashMap::from([
        ("format".to_owned(), FORMAT.to_owned()),
        ("step".to_owned(), state.step.to_string()),
        ("seconds".to_owned(), state.seconds.to_string()),
        ("width".to_owned(), shape.width.to_string()),
        ("height".to_owned(), shape.height.to_string()),
        ("classes".to_owned(), shape.classes.to_string()),
        ("data_sha256".to_owned(), data_sha256.to_owned()),
        ("config".to_owned(), identity(config)?),
    ]))
}

fn write(path: &Path, step: u64, all: Vec<Named<'_>>, metadata: HashMap<String, String>) -> Result<()> {
    if let Some((name, ..)) = all.iter().find(|(_, _, values)| !values.iter().all(|value| value.is_finite())) {
        bail!("step {step}: {name} is not finite. The last checkpoint is from before; try a lower training.rate");
    }
    let views = all.into_iter().map(|(name, shape, values)| (name, Numbers { shape, values }));
    atomic::write_with(path, |temporary| Ok(safetensors::serialize_to_file(views, Some(metadata), temporary)?))
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
    read(&folder.join(FILE), config, tensors)
}

/// The average that was best by `training.select`, if the run was evaluated; of the state everything else is as at step 0.
///
/// # Errors
///
/// As [`load`].
pub fn load_best(folder: &Path, config: &Config) -> Result<Option<Checkpoint>> {
    let path = folder.join(BEST);
    path.exists().then(|| read(&path, config, |state| averages(&mut state.average))).transpose()
}

/// Which generator of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Which {
    /// The one that scored best in an evaluation; the last one if there was none.
    #[default]
    Best,
    /// That of the last checkpoint.
    Last,
}

/// A run's averaged generator, ready to be quantized, and the step that it is of.
///
/// # Errors
///
/// As [`load`].
pub fn generator(folder: &Path, config: &Config, which: Which) -> Result<(FloatGenerator, u64)> {
    let best = if which == Which::Best { load_best(folder, config)? } else { None };
    let Checkpoint { state, shape, .. } = match best {
        Some(best) => best,
        None => load(folder, config)?,
    };
    Ok((FloatGenerator::new(config, shape, &state), state.step))
}

fn read(path: &Path, config: &Config, tensors: fn(&mut State) -> Vec<Named<'_>>) -> Result<Checkpoint> {
    let bytes = std::fs::read(path).with_context(|| format!("{}: cannot be read", path.display()))?;
    parse(&bytes, config, tensors).with_context(|| path.display().to_string())
}

fn parse(bytes: &[u8], config: &Config, tensors: fn(&mut State) -> Vec<Named<'_>>) -> Result<Checkpoint> {
    let (_, header) = SafeTensors::read_metadata(bytes).context("not a checkpoint, or cut short")?;
    let metadata = header.metadata().as_ref().context("metadata: missing")?;
    let field = |name: &str| metadata.get(name).with_context(|| format!("metadata {name}: missing"));
    let format = field("format")?;
    ensure!(format == FORMAT, "format: {format:?} (expected {FORMAT:?})");
    ensure!(
        *field("config")? == identity(config)?,
        "config: the checkpoint was made with another {CONFIG} (only training.steps, eval_every, eval_samples and select may be changed in it)"
    );
    let number = |name: &str| -> Result<u64> { field(name)?.parse().with_context(|| format!("metadata {name}: not a number")) };
    let shape =
        Shape { width: number("width")? as usize, height: number("height")? as usize, classes: number("classes")?.try_into()? };

    let file = SafeTensors::deserialize(bytes).context("not a checkpoint, or cut short")?;
    let mut state = State::new(config, shape);
    for (name, shape, numbers) in tensors(&mut state) {
        *numbers = values(&file, &name, &shape)?;
    }
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

/// Removes what an earlier run left, so that none of it is ever taken for the run's that starts now.
///
/// # Errors
///
/// Names the file.
pub fn remove(folder: &Path) -> Result<()> {
    let files = [FILE, BEST, super::metrics::FILE, super::evaluations::FILE, LOSSES, SAMPLES, QUICKSTART_BLOB];
    for name in files.into_iter().chain([animation::FILE, report::FILE]) {
        gone(std::fs::remove_file(folder.join(name)), &folder.join(name))?;
    }
    for name in [history::GRIDS, tensorboard::FOLDER] {
        gone(std::fs::remove_dir_all(folder.join(name)), &folder.join(name))?;
    }
    Ok(())
}

fn gone(removed: std::io::Result<()>, path: &Path) -> Result<()> {
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{}: cannot be removed", path.display()))
        }
        _ => Ok(()),
    }
}
