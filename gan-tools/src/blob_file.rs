//! `.gan` files: read into a model, with the file's name in what can go wrong.

use crate::files;
use anyhow::{Context, Result};
use gan_core::host::Model;
use std::io::Read;
use std::path::Path;

/// Reads a model from a file, all of which is checked.
///
/// # Errors
///
/// Names the file, and what is wrong with the blob in it.
pub fn read(path: &Path) -> Result<Model> {
    let mut bytes = Vec::new();
    let read = files::open(path)?.read_to_end(&mut bytes);
    read.with_context(|| format!("{}: cannot be read", path.display()))?;
    Model::new(&bytes).with_context(|| path.display().to_string())
}
