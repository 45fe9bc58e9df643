//! `.gan` files on a host: read into memory at the alignment that `decode` asks for.

use crate::files;
use anyhow::{Context, Result};
use gan_core::blob::{self, ALIGNMENT};
use gan_core::{DecodeError, Generator, Packing};
use std::io::Read;
use std::path::Path;

/// The bytes of a blob, aligned.
// Not Clone: a copy may lie at another alignment.
#[derive(Debug)]
pub struct BlobFile {
    /// The blob begins at `start`, a multiple of 16 in memory; a vector's heap block does not move
    /// with it.
    bytes: Vec<u8>,
    start: usize,
}

impl BlobFile {
    /// Copies a blob to an aligned place.
    pub fn new(blob: &[u8]) -> Self {
        let mut bytes = vec![0; blob.len() + ALIGNMENT];
        let start = bytes.as_ptr().align_offset(ALIGNMENT);
        bytes[start..start + blob.len()].copy_from_slice(blob);
        bytes.truncate(start + blob.len());
        Self { bytes, start }
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
        &self.bytes[self.start..]
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

/// The blob of a generator in another packing.
///
/// # Errors
///
/// More bytes than memory can hold.
pub fn pack(generator: &Generator<'_>, packing: Packing) -> Result<Vec<u8>> {
    let header = generator.packed_header(packing);
    let mut bytes = vec![0; blob::encoded_len(&header)?];
    blob::encode(&header, generator.layers(), &mut bytes)?;
    Ok(bytes)
}
