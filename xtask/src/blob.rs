//! A `.gan` file in memory, where gan-core wants it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use gan_core::blob::{self, ALIGNMENT};
use gan_core::{EncodeError, Generator, Packing};

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
        Ok(Self::from_bytes(path, &fs::read(path).with_context(|| shell::relative(path))?))
    }

    /// A blob that lies nowhere, in place of the one at `path`.
    pub fn from_bytes(path: &Path, bytes: &[u8]) -> Self {
        let mut blob = Self::zeros(path, bytes.len());
        blob.buffer[blob.start..].copy_from_slice(bytes);
        blob
    }

    fn zeros(path: &Path, len: usize) -> Self {
        // A Vec of bytes begins anywhere, so the blob begins at its first multiple.
        let mut buffer = vec![0; len + ALIGNMENT - 1];
        let start = buffer.as_ptr().align_offset(ALIGNMENT);
        buffer.truncate(start + len);
        Self { path: path.into(), buffer, start }
    }

    /// The blob in another packing, as the firmware's build script makes it.
    pub fn pack(&self, packing: Packing) -> Result<Self> {
        let generator = self.decode()?;
        let header = generator.packed_header(packing);
        let pack = || {
            let mut packed = Self::zeros(&self.path, blob::encoded_len(&header)?);
            blob::encode(&header, generator.layers(), &mut packed.buffer[packed.start..])?;
            Ok(packed)
        };
        pack().map_err(|error: EncodeError| anyhow!("{}: {error}", shell::relative(&self.path)))
    }

    /// The file's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// The generator in it.
    pub fn decode(&self) -> Result<Generator<'_>> {
        gan_core::decode(self.bytes())
            .map_err(|error| anyhow!("{}: {error}", shell::relative(&self.path)))
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
