//! `checkpoint.safetensors`, which is one file so that it is whole or not there, and
//! `best.safetensors`, the best average of a run.

use super::folder::CONFIG;
use super::{Losses, Shape, State};
use crate::config::Config;
use crate::float::FloatGenerator;
use crate::network::{Mlp, Param};
use crate::tensor_file::{self, Numbers, TensorFile};
use anyhow::{Result, bail, ensure};
use gan_tools::files::atomic;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Name of the checkpoint in a run's folder.
pub const FILE: &str = "checkpoint.safetensors";
/// Name of the best average in a run's folder.
pub const BEST: &str = "best.safetensors";
/// Names what the file's tensors and description mean; another number, another meaning.
const FORMAT: &str = "gan-train checkpoint 2";

/// What a file says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Description {
    format: String,
    /// Steps done.
    pub step: u64,
    /// Seconds of training so far.
    pub seconds: f64,
    /// Pixels in a line.
    width: usize,
    /// Lines.
    height: usize,
    /// Labels; 0 if the run is not conditional.
    classes: u16,
    /// [`Split::sha256`](crate::data::Split::sha256) of what the run is trained on.
    pub data_sha256: String,
    losses: Losses,
    /// Without what may change.
    config: Config,
}

impl Description {
    fn new(config: &Config, state: &State, shape: Shape, data_sha256: &str) -> Self {
        Self {
            format: FORMAT.into(),
            step: state.step,
            seconds: state.seconds,
            width: shape.width,
            height: shape.height,
            classes: shape.classes,
            data_sha256: data_sha256.into(),
            losses: state.losses,
            config: identity(config),
        }
    }

    fn read(file: &TensorFile<'_>, config: &Config) -> Result<Self> {
        let description: Self = file.description(FORMAT)?;
        ensure!(
            description.config == identity(config),
            "config: the checkpoint was made with another {CONFIG} (only training.steps, eval_every, eval_samples and select may be changed in it)"
        );
        Ok(description)
    }

    /// Sizes that came from the data.
    pub fn shape(&self) -> Shape {
        Shape { width: self.width, height: self.height, classes: self.classes }
    }
}

/// The configuration that a checkpoint belongs to. The number of steps may change, as a run can be
/// made longer, and so may when and by what it is judged.
fn identity(config: &Config) -> Config {
    let mut config = config.clone();
    let training = &mut config.training;
    (training.steps, training.eval_every, training.eval_samples) = (0, 0, 0);
    training.select.clear();
    config
}

/// A tensor's name, shape and numbers.
type Named<'s> = (String, Vec<usize>, &'s mut Vec<f32>);

/// All tensors of a state.
fn tensors(state: &mut State) -> Vec<Named<'_>> {
    let mut all: Vec<Named<'_>> = Vec::new();
    for (network, mlp, optimizer) in [
        ("generator", &mut state.generator, &mut state.generator_optimizer),
        ("discriminator", &mut state.discriminator, &mut state.discriminator_optimizer),
    ] {
        for (moment, tensors) in
            [("first", &mut optimizer.first), ("second", &mut optimizer.second)]
        {
            // An optimizer without this moment has it empty.
            for (param, values) in
                mlp.params.iter().zip(tensors).filter(|(_, values)| !values.is_empty())
            {
                all.push((
                    format!("{network}.optimizer.{moment}.{}", param.name),
                    param.shape.clone(),
                    values,
                ));
            }
        }
        for param in mlp.params.iter_mut().chain(&mut mlp.singular) {
            all.push((format!("{network}.{}", param.name), param.shape.clone(), &mut param.values));
        }
    }
    for param in &mut state.average {
        all.push((format!("average.{}", param.name), param.shape.clone(), &mut param.values));
    }
    all
}

/// The name of one of [`State::averaged`]'s params.
fn averaged_name(config: &Config, param: &Param) -> String {
    let network = if config.training.averages() { "average" } else { "generator" };
    format!("{network}.{}", param.name)
}

/// Writes the checkpoint in place of the one before.
///
/// # Errors
///
/// Names the file, or the tensor with a number that is not finite; then the one before is still
/// there.
pub fn save(
    folder: &Path,
    config: &Config,
    state: &mut State,
    shape: Shape,
    data_sha256: &str,
) -> Result<()> {
    let description = Description::new(config, state, shape, data_sha256);
    let all = tensors(state);
    let all = all.iter().map(|(name, shape, values)| Numbers { name, shape, values }).collect();
    write(&folder.join(FILE), all, &description)
}

/// Writes the average alone, in place of the best one before.
///
/// # Errors
///
/// As [`save`].
pub fn save_best(
    folder: &Path,
    config: &Config,
    state: &State,
    shape: Shape,
    data_sha256: &str,
) -> Result<()> {
    let names: Vec<String> =
        state.averaged().iter().map(|param| averaged_name(config, param)).collect();
    let all = state.averaged().iter().zip(&names);
    let all =
        all.map(|(Param { shape, values, .. }, name)| Numbers { name, shape, values }).collect();
    write(&folder.join(BEST), all, &Description::new(config, state, shape, data_sha256))
}

fn write(path: &Path, all: Vec<Numbers<'_>>, description: &Description) -> Result<()> {
    if let Some(tensor) =
        all.iter().find(|tensor| !tensor.values.iter().all(|value| value.is_finite()))
    {
        let (step, name) = (description.step, tensor.name);
        bail!(
            "step {step}: {name} is not finite. The last checkpoint is from before; try a lower training.rate"
        );
    }
    atomic::write_with(path, |temporary| {
        let mut file = BufWriter::new(File::create(temporary)?);
        tensor_file::write(&mut file, all, description)?;
        Ok(file.flush()?)
    })
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
    tensor_file::read(&folder.join(FILE), |file| {
        let description = Description::read(file, config)?;
        let shape = description.shape();
        let mut state = State::new(config, shape);
        for (name, shape, values) in tensors(&mut state) {
            *values = file.values(&name, &shape)?;
        }
        (state.step, state.seconds, state.losses) =
            (description.step, description.seconds, description.losses);
        Ok(Checkpoint { state, shape, data_sha256: description.data_sha256 })
    })
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

/// A run's averaged generator, ready to be quantized, and the description of the file that it is
/// from.
///
/// # Errors
///
/// As [`load`].
pub fn generator(
    folder: &Path,
    config: &Config,
    which: Which,
) -> Result<(FloatGenerator, Description)> {
    let best = folder.join(BEST);
    let path = if which == Which::Best && best.exists() { best } else { folder.join(FILE) };
    let (average, description) = tensor_file::read(&path, |file| {
        let description = Description::read(file, config)?;
        let layers = description.shape().generator(config);
        let mut average = Mlp {
            params: Mlp::shapes(&layers),
            layers,
            singular: Vec::new(),
            spectral: Vec::new(),
        };
        for param in &mut average.params {
            param.values = file.values(&averaged_name(config, param), &param.shape)?;
        }
        Ok((average, description))
    })?;
    Ok((FloatGenerator::new(config, description.shape(), &average), description))
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
