//! `.gan` files on a host: read into memory at the alignment that `decode` asks for.

use crate::data::idx::Images;
use crate::samples::Samples;
use anyhow::{Context, Result, ensure};
use gan_core::blob::{self, ALIGNMENT};
use gan_core::host::Runner;
use gan_core::{DecodeError, Generator, Packing};
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
        Ok(Self::new(
            &std::fs::read(path).with_context(|| format!("{}: cannot be read", path.display()))?,
        ))
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

/// Makes one image for each sample, by gan-core's [`Runner`] on all cores.
///
/// # Errors
///
/// Samples of another latent length, or labels that the generator does not have.
pub fn generate(generator: &Generator<'_>, samples: &Samples) -> Result<Images> {
    let shape = generator.image();
    let mut pixels = vec![0; samples.count * generator.pixels_len()];
    draw(&Runner::new(generator), samples, &mut pixels)?;
    Ok(Images {
        count: samples.count,
        width: shape.width.into(),
        height: shape.height.into(),
        pixels,
    })
}

/// The same into `pixels`, for a generator that is prepared and makes more than these.
///
/// # Errors
///
/// As [`generate`], or pixels that are not as many as those of the samples.
pub fn draw(runner: &Runner<'_>, samples: &Samples, pixels: &mut [u8]) -> Result<()> {
    let generator = runner.generator();
    let channels = generator.image().channels;
    ensure!(channels == 1, "channels: {channels} (gan-train draws grey images only)");
    let labels = (generator.classes() > 0).then_some(samples.labels.as_slice());
    Ok(runner.generate_batch(&samples.codes, labels, pixels)?)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Enough images that every core makes some.
    #[test]
    fn images_are_in_the_samples_order_whoever_made_them() {
        let file = BlobFile::new(include_bytes!("../../tests/vectors/v1-tiny.gan"));
        let generator = file.decode().unwrap();
        let samples = Samples::new(3, 5000, generator.latent_len() as u16, generator.classes());
        let images = generate(&generator, &samples).unwrap();
        assert_eq!(images.count, 5000);
        let mut scratch = vec![0; generator.scratch_len()];
        let mut expected = vec![0; generator.pixels_len()];
        for ((codes, &label), image) in samples
            .codes
            .chunks_exact(generator.latent_len())
            .zip(&samples.labels)
            .zip(images.iter())
        {
            let label = (generator.classes() > 0).then_some(label);
            generator.generate(codes, label, &mut scratch, &mut expected).unwrap();
            assert_eq!(image, expected);
        }
    }
}
