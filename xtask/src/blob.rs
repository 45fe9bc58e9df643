//! A `.gan` file in memory, where gan-core wants it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use gan_boards::Board;
use gan_core::tools::AlignedBytes;
use gan_core::{Generator, LatentSampler, OutputKind, Packing};

use crate::shell;

/// A blob, with the path that it was read from.
pub struct Blob {
    path: PathBuf,
    bytes: AlignedBytes,
}

impl Blob {
    /// Reads the file, and checks nothing yet.
    pub fn read(path: &Path) -> Result<Self> {
        Ok(Self::from_bytes(path, &shell::read(path)?))
    }

    /// Makes a blob of bytes that lie in no file, for use in place of the one at `path`.
    pub fn from_bytes(path: &Path, bytes: &[u8]) -> Self {
        Self { path: path.into(), bytes: AlignedBytes::copy_of(bytes) }
    }

    /// Returns the blob in another packing, as the firmware's build script makes it.
    pub fn pack(&self, packing: Packing) -> Result<Self> {
        let generator = self.decode()?;
        let bytes = generator
            .packed(packing)
            .map_err(|error| anyhow!("{}: {error}", shell::relative(&self.path)))?;
        Ok(Self { path: self.path.clone(), bytes })
    }

    /// Returns the blob in the packing of a board's kernel.
    pub fn pack_for(&self, board: &Board) -> Result<Self> {
        self.pack(packing(board)?)
    }

    /// Returns the file's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Decodes the blob, and returns the generator in it.
    pub fn decode(&self) -> Result<Generator<'_>> {
        gan_core::decode(self.bytes())
            .map_err(|error| anyhow!("{}: {error}", shell::relative(&self.path)))
    }

    /// Returns whether its generator takes an image, and what it makes.
    pub fn kind(&self) -> Result<(bool, OutputKind)> {
        let generator = self.decode()?;
        Ok((generator.inputs().image().is_some(), generator.header().outputs))
    }

    /// Returns the path that the blob was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the file's name without `.gan`.
    pub fn stem(&self) -> String {
        shell::stem(&self.path)
    }
}

/// Returns the packing of a board's kernel.
pub fn packing(board: &Board) -> Result<Packing> {
    Packing::of_kernel(&board.kernel)
        .with_context(|| format!("{}: kernel {:?}", board.name, board.kernel))
}

/// Makes on the host the images that a board has to make.
pub struct Maker<'g> {
    /// What makes them.
    pub generator: Generator<'g>,
    scratch: Vec<u32>,
}

impl<'g> Maker<'g> {
    /// Makes images of a blob.
    pub fn new(blob: &'g Blob) -> Result<Self> {
        let generator = blob.decode()?;
        Ok(Self { scratch: vec![0; generator.scratch_len()], generator })
    }

    /// Returns the sampler's next latent vector.
    pub fn latent(&self, sampler: &mut LatentSampler) -> Vec<u8> {
        let mut latent = vec![0; self.generator.latent_len()];
        sampler.fill(&mut latent);
        latent
    }

    /// Returns the pixels of a latent vector.
    pub fn image(&mut self, latent: &[u8], label: Option<u16>) -> Result<Vec<u8>> {
        let mut pixels = vec![0; self.generator.pixels_len()];
        self.generator.generate(latent, label, &mut self.scratch, &mut pixels)?;
        Ok(pixels)
    }

    /// Returns the pixels of the sampler's next latent vector.
    pub fn next(&mut self, sampler: &mut LatentSampler, label: Option<u16>) -> Result<Vec<u8>> {
        self.image(&self.latent(sampler), label)
    }
}
