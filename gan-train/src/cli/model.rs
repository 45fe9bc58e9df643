//! A model that a command makes images with: a blob, or a run's generator, which is quantized.

use super::dataset;
use anyhow::{Context, Result};
use gan_core::Generator;
use gan_core::host;
use gan_tools::blob_file;
use gan_tools::files::labels::LabelNames;
use gan_tools::layers::Bits;
use gan_tools::numbers::thousands;
use gan_tools::say;
use gan_train::config::TaskKind;
use gan_train::data::Split;
use gan_train::export::float::FloatGenerator;
use gan_train::export::{self, quantize};
use gan_train::judge::agreement::Agreement;
use gan_train::task::Task;
use gan_train::train::checkpoint::{self, Description, Which};
use gan_train::train::folder::{CONFIG, RunConfig};
use std::path::{Path, PathBuf};

/// What is known of a model.
pub struct Model {
    /// The blob, or what a run gives as one.
    pub blob: host::Model,
    /// What its labels are called.
    pub names: LabelNames,
    /// The files that it was read from.
    pub inputs: Vec<PathBuf>,
    /// The run, if it is one.
    pub run: Option<RunConfig>,
}

impl Model {
    /// Reads a blob, or quantizes a run's best generator in memory.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.is_dir() {
            let blob = blob_file::read(path)?;
            let header = blob.generator();
            let names = LabelNames::beside(path, header.crc(), header.classes())?;
            return Ok(Self { blob, names, inputs: vec![path.to_owned()], run: None });
        }
        let run = RunConfig::read(path)?;
        let bits = Some(run.config.training.bits());
        let exported = Exported::of(path, &run, Which::Best, bits)
            .with_context(|| path.display().to_string())?;
        say!(
            "running the {} generator of {}, that of step {}, quantized to {} bits",
            if path.join(checkpoint::BEST).exists() { "best" } else { "last" },
            path.display(),
            thousands(exported.description.step),
            run.config.training.weight_bits
        );
        let inputs = [checkpoint::FILE, checkpoint::BEST, CONFIG].map(|name| path.join(name));
        Ok(Self {
            blob: host::Model::new(&exported.blob)?,
            names: label_names(&run).into(),
            inputs: inputs.to_vec(),
            run: Some(run),
        })
    }
}

/// What the labels of a run's generator are called: the styles of a task that has such, or what the
/// data calls its labels.
pub fn label_names(run: &RunConfig) -> Vec<String> {
    match &run.config.task {
        Some(task) if task.kind == TaskKind::Stylize => {
            task.styles.iter().map(|style| style.name().to_owned()).collect()
        }
        _ => run.label_names.clone(),
    }
}

/// A run's generator, and a blob of it.
pub struct Exported {
    pub float: FloatGenerator,
    /// Of the file that it was read from.
    pub description: Description,
    /// The blob, of integers or of floats.
    pub blob: Vec<u8>,
    /// The run's task, and the images that it was trained on: they calibrate what takes images.
    task: Option<(Task, Split)>,
}

impl Exported {
    /// Exports the generator `which` of the run in `folder`: in integers whose weights have so many
    /// bits, or else in floats. The generator of a task is calibrated by, and compared on, the
    /// run's own data, which has to be there.
    pub fn of(folder: &Path, run: &RunConfig, which: Which, bits: Option<Bits>) -> Result<Self> {
        let config = &run.config;
        if config.task.is_none() {
            let (float, description) = export::generator(folder, config, which)?;
            let blob = match bits {
                Some(bits) => quantize::quantize(&float, bits)?,
                None => float.to_blob()?,
            };
            return Ok(Self { float, description, blob, task: None });
        }
        let (task, float, description) = export::task::generator(folder, config, which)?;
        let data = dataset::of_run(run, folder)?;
        let (_, trained_on) = data.train.hold_out(config.training.validation);
        let blob = match bits {
            Some(bits) => export::task::quantized(&task, &float, bits, &trained_on)?,
            None => float.to_blob()?,
        };
        Ok(Self { float, description, blob, task: Some((task, trained_on)) })
    }

    /// How far the images of a blob's generator are from those of the floats.
    pub fn agreement(&self, generator: &Generator<'_>, seed: u64) -> Result<Agreement> {
        match &self.task {
            None => export::agreement(generator, &self.float, seed),
            Some((task, data)) => export::task::agreement(task, generator, &self.float, data, seed),
        }
    }
}
