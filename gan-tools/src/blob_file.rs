//! `.gan` files on a host: read into memory at the alignment that `decode` asks for.

use crate::files;
use anyhow::{Context, Result};
use gan_core::tools::AlignedBytes;
use gan_core::{DecodeError, Generator};
use std::io::Read;
use std::path::Path;

/// The bytes of a blob, aligned.
#[derive(Debug)]
pub struct BlobFile(AlignedBytes);

impl BlobFile {
    /// Copies a blob to an aligned place.
    pub fn new(blob: &[u8]) -> Self {
        Self(AlignedBytes::copy_of(blob))
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn read(path: &Path) -> Result<Self> {
        let mut bytes = Vec::new();
        let read = files::open(path)?.read_to_end(&mut bytes);
        read.with_context(|| format!("{}: cannot be read", path.display()))?;
        Ok(Self::new(&bytes))
    }

    /// The blob.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The generator in it.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the blob.
    pub fn decode(&self) -> Result<Generator<'_>, DecodeError> {
        gan_core::decode(self.bytes())
    }
}

impl From<AlignedBytes> for BlobFile {
    fn from(bytes: AlignedBytes) -> Self {
        Self(bytes)
    }
}
