//! `.gan` files: read into a model, with the file's name in what can go wrong.

use crate::files;
use anyhow::{Context, Result};
use gan_core::host::Model;
use std::io::Read;
use std::path::Path;

/// Reads a model from a file, all of which is checked but a signature: `gan verify` checks that.
///
/// # Errors
///
/// Names the file, and what is wrong with the blob in it.
pub fn read(path: &Path) -> Result<Model> {
    of_bytes(&bytes(path)?, path)
}

/// The bytes of a file.
///
/// # Errors
///
/// Names the file.
pub fn bytes(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = files::open(path)?.read_to_end(&mut bytes);
    read.with_context(|| format!("{}: cannot be read", path.display()))?;
    Ok(bytes)
}

/// The model of a file's bytes, without its signature if it is signed.
///
/// # Errors
///
/// Names the file, and what is wrong with the blob in it.
pub fn of_bytes(bytes: &[u8], path: &Path) -> Result<Model> {
    let blob = gan_sign::split(bytes).map_or(bytes, |(blob, _)| blob);
    Model::new(blob).with_context(|| path.display().to_string())
}
