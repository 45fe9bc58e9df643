//! Many images at once: in blocks, in which several images share each load of a weight.

use super::Runner;
use super::network::Work;
use crate::error::GenerateError;
use rayon::prelude::*;
use std::vec;

/// The largest number of images of a batch that run through the layers together, which is a block
/// here. They are so few that their codes stay in a core's cache.
const BLOCK: usize = 96;

impl Runner<'_> {
    /// Makes many images, on all threads of the rayon pool that this is called in. They lie one
    /// after the other in `pixels`.
    ///
    /// There are as many images as `latents` has vectors. `labels` has a label for each image, or
    /// is `None` if the generator takes no labels.
    ///
    /// # Errors
    ///
    /// The call fails like [`Generator::generate`](crate::Generator::generate); the lengths in the
    /// errors are those of all images together. If there are fewer labels than images, the error is
    /// [`LabelMissing`](GenerateError::LabelMissing), if there are more, it is
    /// [`LabelUnexpected`](GenerateError::LabelUnexpected). Nothing is written then.
    pub fn generate_batch(
        &self,
        latents: &[u8],
        labels: Option<&[u16]>,
        pixels: &mut [u8],
    ) -> Result<(), GenerateError> {
        let count = self.check_batch(latents, labels, pixels)?;
        let Some(network) = &self.network else { return self.one_by_one(latents, labels, pixels) };
        let (latent_len, pixels_len) = (self.generator.latent_len(), self.generator.pixels_len());
        let size = block_len(count, rayon::current_num_threads(), self.kernel.images());
        let blocks =
            latents.par_chunks(size * latent_len).zip(pixels.par_chunks_mut(size * pixels_len));
        blocks.enumerate().for_each_init(
            || Work::new(network, size),
            |work, (index, (latents, pixels))| {
                let labels = of_block(labels, index * size, latents.len() / latent_len);
                self.block(network, work, latents, labels, pixels);
            },
        );
        Ok(())
    }

    /// Does the same on the calling thread alone, which no other thread has to be there for: in a
    /// process that was forked, or where the program divides its work by itself.
    ///
    /// # Errors
    ///
    /// As [`generate_batch`](Self::generate_batch).
    pub fn generate_batch_here(
        &self,
        latents: &[u8],
        labels: Option<&[u16]>,
        pixels: &mut [u8],
    ) -> Result<(), GenerateError> {
        let count = self.check_batch(latents, labels, pixels)?;
        let (latent_len, pixels_len) = (self.generator.latent_len(), self.generator.pixels_len());
        let size = count.clamp(1, BLOCK).next_multiple_of(self.kernel.images());
        let blocks = latents.chunks(size * latent_len).zip(pixels.chunks_mut(size * pixels_len));
        let Some(network) = &self.network else {
            let mut scratch = vec![0; self.generator.scratch_len()];
            let images = latents.chunks(latent_len).zip(pixels.chunks_mut(pixels_len));
            return images.enumerate().try_for_each(|(index, (latent, pixels))| {
                let label = labels.and_then(|labels| labels.get(index).copied());
                self.generator.generate(latent, label, &mut scratch, pixels)
            });
        };
        let mut work = Work::new(network, size);
        for (index, (latents, pixels)) in blocks.enumerate() {
            let labels = of_block(labels, index * size, latents.len() / latent_len);
            self.block(network, &mut work, latents, labels, pixels);
        }
        Ok(())
    }

    /// Checks what goes into a batch and what comes out of it. Returns the number of images.
    fn check_batch(
        &self,
        latents: &[u8],
        labels: Option<&[u16]>,
        pixels: &[u8],
    ) -> Result<usize, GenerateError> {
        self.generator.check_draws()?;
        let (latent_len, pixels_len) = (self.generator.latent_len(), self.generator.pixels_len());
        let count = latents.len() / latent_len;
        if !latents.len().is_multiple_of(latent_len) {
            return Err(GenerateError::LatentLen {
                expected: latents.len().next_multiple_of(latent_len),
            });
        }
        if pixels.len() / pixels_len != count || !pixels.len().is_multiple_of(pixels_len) {
            return Err(GenerateError::OutputLen { expected: count.saturating_mul(pixels_len) });
        }
        self.check(latents, labels, count)?;
        Ok(count)
    }

    /// Runs each image as [`Generator::generate`] does.
    fn one_by_one(
        &self,
        latents: &[u8],
        labels: Option<&[u16]>,
        pixels: &mut [u8],
    ) -> Result<(), GenerateError> {
        let latents = latents.par_chunks(self.generator.latent_len());
        let images = latents.zip(pixels.par_chunks_mut(self.generator.pixels_len()));
        images.enumerate().try_for_each_init(
            || vec![0; self.generator.scratch_len()],
            |scratch, (index, (latent, pixels))| {
                let label = labels.and_then(|labels| labels.get(index).copied());
                self.generator.generate(latent, label, scratch, pixels)
            },
        )
    }
}

/// The labels of the images of a block.
fn of_block(labels: Option<&[u16]>, first: usize, count: usize) -> Option<&[u16]> {
    labels?.get(first..)?.get(..count)
}

/// The number of images in a block, which is a multiple of `tile`. There are several blocks for
/// each thread, so that no thread waits long for the others.
pub(super) fn block_len(count: usize, threads: usize, tile: usize) -> usize {
    const BLOCKS_A_THREAD: usize = 8;
    (count / (BLOCKS_A_THREAD * threads)).clamp(1, BLOCK).next_multiple_of(tile)
}
