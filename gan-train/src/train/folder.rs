//! `config.toml` in a run's folder.

use crate::config::{Config, with_new_names};
use crate::nn::device::DeviceName;
use anyhow::{Context, Result, ensure};
use gan_tools::files::atomic;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Name of the configuration in a run's folder.
pub const CONFIG: &str = "config.toml";
/// `config.toml`: the configuration, and what else `--resume` and `quantize` need to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// `digits`, `mnist`, `stacked-mnist`, or the folder's or file's absolute path.
    pub data: String,
    /// The data set with the images that should come out, if the run is one of pairs; as `data`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<String>,
    /// MNIST's folder, if `--data-dir` gave one: its absolute path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// Whether each image is turned about its diagonal when it is read, as `--transpose` asks.
    #[serde(default, skip_serializing_if = "is_false")]
    pub transpose: bool,
    /// What the data calls the labels 0, 1, 2 …; none if each is called by its own number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub label_names: Vec<String>,
    /// Steps of the classifier that the run is evaluated by, if `--classifier-steps` gave them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classifier_steps: Option<u64>,
    /// The run that it began with the weights of, if `--init-from` gave one: its absolute path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub init_from: Option<PathBuf>,
    /// What it is trained on; another device rounds differently.
    #[serde(default, alias = "backend")]
    pub device: DeviceName,
    /// As given, with all defaults written out.
    pub config: Config,
}

fn is_false(value: &bool) -> bool {
    !value
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
        ensure!(!path.exists() || path.is_file(), "{}: is no regular file", path.display());
        let text = std::fs::read_to_string(&path).with_context(|| {
            format!("{}: cannot be read (is this a run's folder?)", path.display())
        })?;
        // The file is ours, so nobody has to rename anything in it.
        let (text, _) = with_new_names(&text, &["config", "training"]);
        let run: Self = toml::from_str(&text).with_context(|| path.display().to_string())?;
        run.config.check().with_context(|| path.display().to_string())?;
        Ok(run)
    }
}
