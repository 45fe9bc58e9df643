//! A model and the images that it must make. Both are computed once, for all boards.

use gan_tests::job::{Case, Drill, Parts};
use gan_tests::vectors::Images;
use gan_tests::{make, reference};

use crate::prelude::*;

/// A blob, and everything expected of it, from the reference.
pub struct Model {
    pub blob: Blob,
    /// The model as the reference reads it.
    pub reference: reference::Model,
    /// The contents of the model's images file.
    pub images: Vec<u8>,
    /// Digests of further images.
    pub cases: Vec<Case>,
}

impl Model {
    /// Reads a blob and computes what is expected of it.
    pub fn read(path: &Path) -> Result<Self> {
        let blob = Blob::read(path)?;
        // A damaged file is told as it is everywhere; the reference has words of its own.
        blob.decode()?;
        let images = vectors::images_of(&blob)?;
        let images = shell::read(&images)?;
        Self::new(blob, images)
    }

    /// Computes what is expected of a blob besides its images file.
    pub fn new(blob: Blob, images: Vec<u8>) -> Result<Self> {
        let refused = |error| anyhow!("{}: {error}", blob.path().display());
        let reference = reference::parse(blob.bytes()).map_err(refused)?;
        let cases = make::cases(blob.bytes()).map_err(refused)?;
        Ok(Self { blob, reference, images, cases })
    }

    /// Returns the job that a board does with the model.
    pub fn job(&self, board: &Board) -> Result<Vec<u8>> {
        self.job_with(board, Drill::None, &self.blob, &self.images, &self.cases)
    }

    /// Returns a job in which something else takes the place of the blob, the images or the cases:
    /// it still passes for this model's.
    pub fn job_with(
        &self,
        board: &Board,
        drill: Drill,
        blob: &Blob,
        images: &[u8],
        cases: &[Case],
    ) -> Result<Vec<u8>> {
        let packed = blob.pack_for(board)?;
        let crc = self.blob.decode()?.crc();
        Ok(Parts {
            drill,
            crc,
            blob: packed.bytes(),
            images,
            arithmetic: &make::arithmetic(),
            cases,
        }
        .write())
    }

    /// Returns how many images are compared in each way of making them.
    pub fn images_compared(&self) -> Result<u32> {
        let images = Images::read(&self.images, self.blob.decode()?.crc())
            .map_err(|error| anyhow!("{error}"))?;
        Ok((images.iter().len() + self.cases.len()) as u32)
    }

    /// Bytes of RAM that the firmware has to find for one image.
    pub fn ram(&self, board: &Board) -> Result<u64> {
        let packed = self.blob.pack_for(board)?;
        let generator = packed.decode()?;
        let buffers = [
            generator.inputs().latent(),
            if generator.inputs().image().is_some() { generator.latent_len() } else { 0 },
            4 * generator.scratch_len(),
            generator.line_len(),
            generator.pixels_len(),
        ];
        Ok(buffers.iter().map(|bytes| bytes.next_multiple_of(4) as u64).sum())
    }
}
