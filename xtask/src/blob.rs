//! A `.gan` file in memory, where gan-core wants it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use gan_core::Generator;
use gan_core::blob::ALIGNMENT;

use crate::shell;

/// The bytes of a blob.
pub struct Blob {
    path: PathBuf,
    buffer: Vec<u8>,
    start: usize,
}

impl Blob {
    /// Reads the file; nothing is checked yet.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| shell::relative(path))?;
        // A Vec of bytes begins anywhere, so the blob begins at its first multiple.
        let mut buffer = vec![0; bytes.len() + ALIGNMENT - 1];
        let start = buffer.as_ptr().align_offset(ALIGNMENT);
        buffer[start..start + bytes.len()].copy_from_slice(&bytes);
        buffer.truncate(start + bytes.len());
        Ok(Self { path: path.into(), buffer, start })
    }

    /// The file's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// The generator in it.
    pub fn decode(&self) -> Result<Generator<'_>> {
        gan_core::decode(self.bytes()).map_err(|error| anyhow!("{}: {error}", shell::relative(&self.path)))
    }

    /// Where it was read.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's name without `.gan`.
    pub fn stem(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }
}
