//! What people see: of a run the report page, comparisons, charts, the animation, TensorBoard; of a
//! synthetic set its data sheet; of a latent a page with sliders.

pub mod animation;
pub mod audit;
pub mod chart;
pub mod compare;
pub mod curves;
pub mod explore;
pub mod folder;
mod grid_file;
pub mod history;
pub mod html;
pub mod measures;
pub mod model;
pub mod page;
pub mod tensorboard;
pub mod watch;

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// What lies in a folder, in no order; nothing if there is no such folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let cannot = || format!("{}: cannot be read", folder.display());
    let entries = std::fs::read_dir(folder).with_context(cannot)?;
    entries.map(|entry| Ok(entry.with_context(cannot)?.path())).collect()
}
