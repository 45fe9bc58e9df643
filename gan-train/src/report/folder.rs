//! A run's folder as a whole: the names of the files that a command leaves in it, whether a run is
//! in it, and clearing it for another run.

use super::{animation, history, page, tensorboard};
use crate::judge::evaluations;
use crate::train::folder::CONFIG;
use crate::train::{checkpoint, metrics, snapshots};
use anyhow::{Context, Result};
use std::path::Path;

/// Name of the sample grid in a run's folder.
pub const SAMPLES: &str = "samples.png";
/// Name of the quickstart's blob in its run's folder.
pub const QUICKSTART_BLOB: &str = "digits.gan";

/// Whether there is a run, or somebody's `config.toml`, in a folder.
pub fn is_taken(folder: &Path) -> bool {
    [checkpoint::FILE, CONFIG].iter().any(|name| folder.join(name).exists())
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
        SAMPLES,
        QUICKSTART_BLOB,
    ];
    let names =
        names.into_iter().chain([animation::FILE, page::FILE]).map(|name| folder.join(name));
    let grids = history::grids(folder)?.into_iter().map(|grid| grid.path);
    let snapshots = snapshots::list(folder)?.into_iter().map(|snapshot| snapshot.path);
    for path in names.chain(grids).chain(snapshots).chain(tensorboard::files(folder)?) {
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error)
                    .with_context(|| format!("{}: cannot be removed", path.display()));
            }
            _ => {}
        }
    }
    for name in [history::GRIDS, snapshots::FOLDER, tensorboard::FOLDER] {
        // Only if it is empty by now; what else is in it is not a run's.
        let _ = std::fs::remove_dir(folder.join(name));
    }
    Ok(())
}
