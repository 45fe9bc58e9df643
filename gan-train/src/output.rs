//! What a run leaves behind: files that are whole or not there, pictures, pages, and text.

pub mod animation;
pub mod chart;
pub mod compare;
pub mod curves;
mod grid_file;
pub mod history;
pub mod html;
pub mod losses;
pub mod measures;
pub mod model;
pub mod report;
pub mod tensorboard;

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
