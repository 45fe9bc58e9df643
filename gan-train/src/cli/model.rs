//! A model that a command makes images with: a blob, or a run's best generator.

use anyhow::{Context, Result};
use gan_tools::blob_file::BlobFile;
use gan_tools::files::labels::LabelNames;
use gan_tools::numbers::thousands;
use gan_tools::say;
use gan_train::export;
use gan_train::train::checkpoint::{self, Which};
use gan_train::train::folder::{CONFIG, RunConfig};
use std::path::{Path, PathBuf};

/// What is known of a model.
pub struct Model {
    /// The blob, or what a run gives as one.
    pub blob: BlobFile,
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
            let blob = BlobFile::read(path)?;
            let header = super::decode(&blob, path)?;
            let names = LabelNames::beside(path, header.crc(), header.classes())?;
            return Ok(Self { blob, names, inputs: vec![path.to_owned()], run: None });
        }
        let run = RunConfig::read(path)?;
        let (float, description) = export::generator(path, &run.config, Which::Best)?;
        let blob = export::quantize::quantize(&float, run.config.training.bits())
            .with_context(|| path.display().to_string())?;
        say!(
            "drawing from the {} generator of {}, that of step {}, quantized to {} bits",
            if path.join(checkpoint::BEST).exists() { "best" } else { "last" },
            path.display(),
            thousands(description.step),
            run.config.training.weight_bits
        );
        let inputs = [checkpoint::FILE, checkpoint::BEST, CONFIG].map(|name| path.join(name));
        Ok(Self {
            blob: BlobFile::new(&blob),
            names: run.label_names.clone().into(),
            inputs: inputs.to_vec(),
            run: Some(run),
        })
    }
}
