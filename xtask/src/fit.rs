//! The tables that `gan fit` has in it: what the application takes of each board, and what
//! layers and starts cost.

pub mod boards;
pub mod speeds;
pub mod starts;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::shell;

/// A file in gan-tools' folder for them.
fn path(name: &str) -> PathBuf {
    shell::root().join("gan-tools/src/fit").join(name)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path).with_context(|| shell::relative(path))?;
    toml::from_str(&text).with_context(|| shell::relative(path))
}

fn write(path: &Path, about: &str, table: &impl Serialize) -> Result<()> {
    let text = format!("# {about}\n\n{}", toml::to_string(table)?);
    shell::write(path, text.as_bytes())
}
