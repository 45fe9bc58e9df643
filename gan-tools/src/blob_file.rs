//! `.gan` files: read into a model, with the file's name in what can go wrong.

use crate::files;
use anyhow::{Context, Result};
use gan_core::host::Model;
use std::path::Path;

/// Reads a model from a file, all of which is checked but a signature: `gan verify` checks that.
///
/// # Errors
///
/// Names the file, and what is wrong with the blob in it.
pub fn read(path: &Path) -> Result<Model> {
    of_bytes(&files::read(path)?, path)
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
