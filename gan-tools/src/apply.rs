//! Images that a generator makes of other images, by gan-core's [`Runner`] on all cores.

use crate::samples::Samples;
use anyhow::{Result, bail, ensure};
use gan_core::host::Runner;
use gan_core::{Generator, ImageShape, OutputKind, TransformInput};

/// What goes in beside an image, the same for each.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// The mask's bytes, if the generator takes one.
    pub mask: Option<&'a [u8]>,
    /// The label, if the generator takes one.
    pub label: Option<u16>,
    /// Seed of the latents: image `i` gets the latent of image `i`.
    pub seed: u64,
}

/// The size of the images that a generator takes.
///
/// # Errors
///
/// It takes no image, or makes no images.
pub fn takes(generator: &Generator<'_>) -> Result<ImageShape> {
    let Some(shape) = generator.inputs().image() else {
        bail!("takes no image; `gan generate` makes images of it")
    };
    ensure!(
        generator.header().outputs == OutputKind::Image,
        "makes numbers, and only images can be written"
    );
    Ok(shape)
}

/// Makes an image of each of `images`, one after the other in the result. They are the images from
/// number `first` on.
///
/// # Errors
///
/// What goes in does not fit the generator.
pub fn apply(
    runner: &Runner<'_>,
    images: &[Vec<u8>],
    first: usize,
    beside: Beside<'_>,
) -> Result<Vec<u8>> {
    let generator = runner.generator();
    let latent_len = generator.inputs().latent();
    let latents = if latent_len > 0 {
        Samples::part(beside.seed, first as u64, images.len(), latent_len as u16, 0).codes
    } else {
        Vec::new()
    };
    let inputs: Vec<_> = images
        .iter()
        .enumerate()
        .map(|(index, image)| TransformInput {
            image,
            mask: beside.mask,
            latent: latents.get(index * latent_len..(index + 1) * latent_len).unwrap_or_default(),
            label: beside.label,
        })
        .collect();
    let mut pixels = vec![0; images.len() * generator.pixels_len()];
    runner.transform_batch(&inputs, &mut pixels)?;
    Ok(pixels)
}
