//! A run's folder: the names in it, its `config.toml`, and clearing it for another run.

use super::{checkpoint, evaluations, metrics};
use crate::backend::Backend;
use crate::config::Config;
use crate::output::{animation, history, report, tensorboard};
use anyhow::{Context, Result, ensure};
use gan_tools::files::atomic;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Name of the configuration in a run's folder.
pub const CONFIG: &str = "config.toml";
/// Name of the loss curves in a run's folder.
pub const LOSSES: &str = "losses.svg";
/// Name of the sample grid in a run's folder.
pub const SAMPLES: &str = "samples.png";
/// Name of the quickstart's blob in its run's folder.
pub const QUICKSTART_BLOB: &str = "digits.gan";

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
        let text = std::fs::read_to_string(&path).with_context(|| {
            format!("{}: cannot be read (is this a run's folder?)", path.display())
        })?;
        let run: Self = toml::from_str(&text).with_context(|| path.display().to_string())?;
        run.config.check().with_context(|| path.display().to_string())?;
        Ok(run)
    }
}

/// Removes what an earlier run left, so that none of it is ever taken for the run's that starts
/// now. Files of other names stay.
///
/// # Errors
///
/// Names the file.
pub fn clear(folder: &Path) -> Result<()> {
    let names = [
        checkpoint::FILE,
        checkpoint::BEST,
        metrics::FILE,
        evaluations::FILE,
        LOSSES,
        SAMPLES,
        QUICKSTART_BLOB,
    ];
    let names =
        names.into_iter().chain([animation::FILE, report::FILE]).map(|name| folder.join(name));
    let grids = history::grids(folder)?.into_iter().map(|grid| grid.path);
    for path in names.chain(grids).chain(tensorboard::files(folder)?) {
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error)
                    .with_context(|| format!("{}: cannot be removed", path.display()));
            }
            _ => {}
        }
    }
    for name in [history::GRIDS, tensorboard::FOLDER] {
        // Only if it is empty by now; what else is in it is not a run's.
        let _ = std::fs::remove_dir(folder.join(name));
    }
    Ok(())
}
