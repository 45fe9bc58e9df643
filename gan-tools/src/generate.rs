//! Images from a blob, by gan-core's [`Runner`] on all cores.

use crate::images::Images;
use crate::samples::Samples;
use anyhow::{Result, ensure};
use gan_core::Generator;
use gan_core::host::Runner;

/// Makes one image for each sample.
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
    ensure!(channels == 1, "channels: {channels} (only grey images are drawn)");
    let labels = (generator.classes() > 0).then_some(samples.labels.as_slice());
    Ok(runner.generate_batch(&samples.codes, labels, pixels)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob_file::BlobFile;

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
