//! What a synthetic set is made of, and `manifest.json` in its folder, which says so and has the
//! digest of each file.

use super::{Format, LabelRule};
use crate::files::{self, atomic};
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;

/// Name of the file.
pub const FILE: &str = "manifest.json";
/// What says that such a file is ours, and of which version.
const KIND: &str = "gan-train synthetic data 1";

/// The file's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    kind: String,
    /// What decides every byte of the set.
    pub made_of: Description,
    /// Whether all files are there.
    pub complete: bool,
    /// The files that are there, in the order of their images.
    pub files: Vec<Made>,
}

/// What decides every byte of a set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// SHA-256 of the blob, in hexadecimal.
    pub blob_sha256: String,
    /// The name that the blob has in it.
    pub blob_name: String,
    /// Seed of the latents.
    pub seed: u64,
    /// Which label each image is made for.
    pub labels: LabelRule,
    /// What the labels 0, 1, 2 … are called; none if each is called by its own number.
    pub label_names: Vec<String>,
    /// Pixels in a line.
    pub width: usize,
    /// Lines of an image.
    pub height: usize,
    /// Format of the files.
    pub format: Format,
    /// Index of the first image.
    pub first: u64,
    /// How many images.
    pub count: u64,
    /// Images of a whole shard.
    pub shard: u32,
}

impl Description {
    /// Refuses a set that is made of something else than `wanted`, by what `path` says.
    ///
    /// # Errors
    ///
    /// Names the file and the first field that differs.
    pub fn check_same(&self, wanted: &Self, path: &Path) -> Result<()> {
        let fields = |description: &Self| serde_json::to_value(description);
        let (there, wanted) = (fields(self)?, fields(wanted)?);
        for (name, wanted) in wanted.as_object().into_iter().flatten() {
            ensure!(
                there[name] == *wanted,
                "{}: {name} is {}, and that of what would be made is {wanted}: give another folder",
                path.display(),
                there[name]
            );
        }
        Ok(())
    }
}

/// A file of the set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Made {
    /// Its path from the folder, with `/` between the parts.
    pub name: String,
    /// Index of its first image.
    pub first: u64,
    /// How many images are in it.
    pub count: u32,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Of a set that is not complete.
    pub fn new(made_of: Description, files: Vec<Made>) -> Self {
        Self { kind: KIND.into(), made_of, complete: false, files }
    }

    /// Reads the manifest of a folder; none if there is no such file, or it is of another program.
    ///
    /// # Errors
    ///
    /// Names the file: it cannot be read, or is ours and damaged.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(FILE);
        if !path.is_file() {
            return Ok(None);
        }
        Self::of_bytes(&files::read(&path)?, &path.display().to_string())
    }

    /// The manifest that a file of this name holds; none if it is of another program.
    ///
    /// # Errors
    ///
    /// Names the file, which is ours and damaged.
    pub fn of_bytes(bytes: &[u8], shown: &str) -> Result<Option<Self>> {
        let is_ours = |value: &Value| value.get("kind").and_then(Value::as_str) == Some(KIND);
        match serde_json::from_slice::<Value>(bytes) {
            Ok(value) if is_ours(&value) => {
                let manifest = serde_json::from_value(value);
                manifest.with_context(|| format!("{shown}: is damaged")).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Writes it into a folder.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn write(&self, folder: &Path) -> Result<()> {
        atomic::write(&folder.join(FILE), self.text()?.as_bytes())
    }

    /// The file's text.
    ///
    /// # Errors
    ///
    /// None that is known: all of it has a place in JSON.
    pub fn text(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}
