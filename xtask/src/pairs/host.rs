//! Doors of the host: every backend that the CPU has, and `Generator::generate`, which boards run
//! too, with whatever kernel was built for the host.

use gan_core::LatentSampler;
use gan_core::host::{Backend, Runner};

use super::{Digests, Door, Made, Wanted, label};
use crate::prelude::*;

/// Returns a door for each of them.
pub fn doors() -> Vec<Door> {
    let mut doors = vec![Door::new("`Generator::generate`".into(), one_at_a_time)];
    for backend in Backend::available() {
        let name = format!("host backend {backend}");
        doors.push(Door::new(name, move |wanted| in_batches(wanted, backend)));
    }
    doors
}

fn one_at_a_time(wanted: &Wanted) -> Result<Made> {
    let generator = wanted.blob.decode()?;
    let mut latent = vec![0; generator.latent_len()];
    let mut scratch = vec![0; generator.scratch_len()];
    let len = generator.pixels_len();
    let mut pixels = vec![0; len * wanted.count()];
    for (pair, image) in (0..).zip(pixels.chunks_mut(len)) {
        LatentSampler::new(pair.into()).fill(&mut latent);
        let label = label(pair, generator.classes());
        generator
            .generate(&latent, label, &mut scratch, image)
            .map_err(|error| anyhow!("pair {pair}: {error}"))?;
    }
    Ok(wanted.made(&pixels, len))
}

fn in_batches(wanted: &Wanted, backend: Backend) -> Result<Made> {
    let generator = wanted.blob.decode()?;
    let runner = Runner::with_backend(&generator, backend).map_err(|error| anyhow!("{error}"))?;
    let mut latents = vec![0; generator.latent_len() * wanted.count()];
    for (pair, latent) in (0..).zip(latents.chunks_mut(generator.latent_len())) {
        LatentSampler::new(pair).fill(latent);
    }
    let labels: Option<Vec<u16>> =
        (0..wanted.counts[1]).map(|pair| label(pair, generator.classes())).collect();
    let len = generator.pixels_len();
    let mut pixels = vec![0; len * wanted.count()];
    runner
        .generate_batch(&latents, labels.as_deref(), &mut pixels)
        .map_err(|error| anyhow!("{error}"))?;
    Ok(wanted.made(&pixels, len))
}

impl Wanted {
    /// Returns the number of images.
    fn count(&self) -> usize {
        self.counts[1] as usize
    }

    /// Returns what all these pixels are, of images of `len` bytes.
    fn made(&self, pixels: &[u8], len: usize) -> Made {
        Made::Digests(Digests::of(pixels, len * self.counts[0] as usize))
    }
}
