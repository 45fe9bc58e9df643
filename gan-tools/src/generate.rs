//! Images from a blob, by gan-core's [`Runner`] on all cores: a few at once, or any number part by
//! part into files.

mod idx_folder;
mod png_folder;

pub use idx_folder::IdxFolder;
pub use png_folder::PngFolder;

use crate::images::Images;
use crate::picture::grid;
use crate::samples::Samples;
use anyhow::{Result, ensure};
use gan_core::host::Runner;
use gan_core::{Generator, Truncation};
use std::path::Path;

/// Images that are made at once: some megabytes of pixels, whatever the count.
const AT_ONCE: usize = 4096;

/// Which images.
#[derive(Debug, Clone, Copy)]
pub struct Request {
    /// Number of the first, among all images of the seed.
    pub first: u64,
    /// How many.
    pub count: u64,
    /// Seed of the latents.
    pub seed: u64,
    /// Of all images; none: 0, 1, 2 … in turn.
    pub label: Option<u16>,
    /// Of all latents.
    pub truncation: Truncation,
}

impl Request {
    /// The largest label that an image gets, of so many.
    fn largest_label(&self, classes: u16) -> u16 {
        let in_turn = |number: u64| ((self.first + number) % u64::from(classes.max(1))) as u16;
        // From there on they repeat.
        let largest = || (0..self.count.min(classes.into())).map(in_turn).max().unwrap_or(0);
        self.label.unwrap_or_else(largest)
    }

    /// What all images are made of: not for more than fit in memory.
    pub fn samples(&self, generator: &Generator<'_>) -> Samples {
        self.part(generator, 0, self.count as usize)
    }

    /// What `count` of these images are made of, behind the first `skipped`.
    fn part(&self, generator: &Generator<'_>, skipped: u64, count: usize) -> Samples {
        let (latent_len, classes) = (generator.latent_len() as u16, generator.classes());
        let first = self.first + skipped;
        let mut samples =
            Samples::part(self.seed, first, count, latent_len, classes).truncated(self.truncation);
        if let Some(label) = self.label {
            samples.labels.fill(label);
        }
        samples
    }
}

/// Takes images part by part.
pub trait Sink: Send {
    /// Takes the next images, and the labels that they were made with.
    ///
    /// # Errors
    ///
    /// Names the file.
    fn take(&mut self, images: &Images, labels: &[u16]) -> Result<()>;
}

/// Makes all images, and gives them to each of `sinks` part by part: a million images need no more
/// memory than some thousand. `go_on` is told how many there are after each part, and says whether
/// the next one is wanted. Returns whether all were made.
///
/// # Errors
///
/// As [`generate`] and [`Sink::take`].
pub fn stream(
    runner: &Runner<'_>,
    request: Request,
    sinks: &mut [&mut dyn Sink],
    mut go_on: impl FnMut(u64) -> bool,
) -> Result<bool> {
    let generator = runner.generator();
    let make = |done: u64| -> Result<Option<(Images, Samples)>> {
        let left = request.count.saturating_sub(done);
        if left == 0 {
            return Ok(None);
        }
        let samples = request.part(generator, done, left.min(AT_ONCE as u64) as usize);
        Ok(Some((images(runner, &samples)?, samples)))
    };
    let (mut next, mut done) = (make(0)?, 0);
    while let Some((images, samples)) = next {
        done += images.count as u64;
        // One part is written while the next is made.
        let write = || sinks.iter_mut().try_for_each(|sink| sink.take(&images, &samples.labels));
        let (written, made) = rayon::join(write, || make(done));
        written?;
        next = made?;
        if !go_on(done) && next.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Makes one image for each sample.
///
/// # Errors
///
/// Samples of another latent length, labels that the generator does not have, or colour images.
pub fn generate(generator: &Generator<'_>, samples: &Samples) -> Result<Images> {
    images(&Runner::new(generator), samples)
}

/// The same, by a generator that is prepared and makes more than these.
///
/// # Errors
///
/// As [`generate`].
pub fn images(runner: &Runner<'_>, samples: &Samples) -> Result<Images> {
    let generator = runner.generator();
    let shape = generator.image();
    let (channels, count) = (shape.channels, samples.count);
    ensure!(channels == 1, "channels: {channels} (only grey images are drawn)");
    let labels = (generator.classes() > 0).then_some(samples.labels.as_slice());
    let mut pixels = vec![0; count * generator.pixels_len()];
    runner.generate_batch(&samples.codes, labels, &mut pixels)?;
    Ok(Images { count, width: shape.width.into(), height: shape.height.into(), pixels })
}

/// Writes a grid of `count` images of `seed`, as `gan generate --out` does.
///
/// # Errors
///
/// As [`generate`]; names the file.
pub fn write_grid(generator: &Generator<'_>, path: &Path, seed: u64, count: u32) -> Result<()> {
    let request =
        Request { first: 0, count: count.into(), seed, label: None, truncation: Truncation::OFF };
    let samples = request.samples(generator);
    grid::write(path, &generate(generator, &samples)?, grid::columns(generator.classes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gan_core::host::Model;

    /// Enough images that every core makes some.
    #[test]
    fn images_are_in_the_samples_order_whoever_made_them() {
        let file = Model::new(include_bytes!("../data/v1-tiny.gan")).unwrap();
        let generator = file.generator();
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
