//! A `.gan` file in memory, where gan-core wants it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use gan_core::tools::AlignedBytes;
use gan_core::{Generator, OutputKind, Packing};

use crate::shell;

/// A blob, with the path that it was read from.
pub struct Blob {
    path: PathBuf,
    bytes: AlignedBytes,
}

impl Blob {
    /// Reads the file, and checks nothing yet.
    pub fn read(path: &Path) -> Result<Self> {
        Ok(Self::from_bytes(path, &fs::read(path).with_context(|| shell::relative(path))?))
    }

    /// Makes a blob of bytes that lie in no file, for use in place of the one at `path`.
    pub fn from_bytes(path: &Path, bytes: &[u8]) -> Self {
        Self { path: path.into(), bytes: AlignedBytes::copy_of(bytes) }
    }

    /// The blob in another packing, as the firmware's build script makes it.
    pub fn pack(&self, packing: Packing) -> Result<Self> {
        let generator = self.decode()?;
        let bytes = generator
            .packed(packing)
            .map_err(|error| anyhow!("{}: {error}", shell::relative(&self.path)))?;
        Ok(Self { path: self.path.clone(), bytes })
    }

    /// The file's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Decodes the blob, and returns the generator in it.
    pub fn decode(&self) -> Result<Generator<'_>> {
        gan_core::decode(self.bytes())
            .map_err(|error| anyhow!("{}: {error}", shell::relative(&self.path)))
    }

    /// Whether its generator takes an image, and what it makes.
    pub fn kind(&self) -> Result<(bool, OutputKind)> {
        let generator = self.decode()?;
        Ok((generator.inputs().image().is_some(), generator.header().outputs))
    }

    /// The path that the blob was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's name without `.gan`.
    pub fn stem(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }
}
