//! What a checkpoint says of itself beside its tensors.

use crate::config::Config;
use crate::files::tensor_file::TensorFile;
use crate::train::folder::CONFIG;
use crate::train::{Losses, Shape, State};
use anyhow::{Result, bail, ensure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Names what the file's tensors and description mean; another number, another meaning.
const FORMAT: &str = "gan-train checkpoint 3";
/// What the formats of all versions begin with.
const FORMATS: &str = "gan-train checkpoint ";

/// Whether a file says that it is a checkpoint, of this version or another.
pub(super) fn is_ours(file: &TensorFile<'_>) -> bool {
    file.format().is_some_and(|format| format.starts_with(FORMATS))
}

/// The number of a checkpoint's format, if it is not the one that this version reads.
fn other_version(file: &TensorFile<'_>) -> Option<String> {
    let format = file.format().filter(|format| format != FORMAT)?;
    Some(format.strip_prefix(FORMATS)?.to_owned())
}

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
    /// Training images of each label, in the order of the labels; none without labels.
    pub label_counts: Vec<u64>,
    pub(super) losses: Losses,
    /// Counters of the optimizers: `<network>.<parameter>.<counter>`.
    pub(super) counters: BTreeMap<String, u64>,
    /// Without what may change.
    config: Config,
}

impl Description {
    pub(super) fn new(config: &Config, state: &State, run: &RunData) -> Self {
        let shape = run.shape;
        Self {
            format: FORMAT.into(),
            step: state.step,
            seconds: state.seconds,
            width: shape.width,
            height: shape.height,
            classes: shape.classes,
            data_sha256: run.sha256.clone(),
            label_counts: run.label_counts.clone(),
            losses: state.losses,
            counters: BTreeMap::new(),
            config: identity(config),
        }
    }

    /// With these counters of the optimizers.
    pub(super) fn with_counters(self, counters: BTreeMap<String, u64>) -> Self {
        Self { counters, ..self }
    }

    pub(super) fn read(file: &TensorFile<'_>, config: &Config) -> Result<Self> {
        if let Some(version) = other_version(file) {
            bail!(
                "made by another version of gan-train, whose checkpoints are of format {version} \
                 (this one reads {}): quantize the run with that version, or train it anew",
                FORMAT.trim_start_matches(FORMATS)
            );
        }
        let description: Self = file.description(FORMAT)?;
        ensure!(
            description.config == identity(config),
            "config: the checkpoint was made with another {CONFIG} \
             (only training.steps, eval_every, eval_samples, snapshot_every \
             and select may be changed in it)"
        );
        Ok(description)
    }

    /// What the run's data says.
    pub fn run(&self) -> RunData {
        let (sha256, label_counts) = (self.data_sha256.clone(), self.label_counts.clone());
        RunData { shape: self.shape(), sha256, label_counts }
    }

    /// Sizes that came from the data.
    pub fn shape(&self) -> Shape {
        Shape { width: self.width, height: self.height, classes: self.classes }
    }
}

/// The configuration that a checkpoint belongs to. The number of steps may change, as a run can be
/// made longer, and so may when it is judged and kept, and by what.
fn identity(config: &Config) -> Config {
    let mut config = config.clone();
    let training = &mut config.training;
    (training.steps, training.eval_every, training.eval_samples) = (0, 0, 0);
    training.snapshot_every = 0;
    training.select.clear();
    config
}

/// What a run's data says: the same in each of its checkpoints.
#[derive(Debug, Clone)]
pub struct RunData {
    /// Sizes.
    pub shape: Shape,
    /// [`Split::sha256`](crate::data::Split::sha256) of what the run is trained on.
    pub sha256: String,
    /// Training images of each label; none without labels.
    pub label_counts: Vec<u64>,
}
