//! Latents of the device's sampler, many at a time.

use gan_core::{LatentSampler, Truncation, latent};
use rayon::prelude::*;

/// Latents of the device's sampler with their labels, as a generator takes them.
#[derive(Debug, Clone)]
pub struct Samples {
    /// How many.
    pub count: usize,
    /// 0..=127, latent after latent.
    pub codes: Vec<u8>,
    /// In turn; all 0 without labels.
    pub labels: Vec<u16>,
}

impl Samples {
    /// The first `count` latents of `seed`, labels 0, 1, 2 … in turn.
    pub fn new(seed: u64, count: usize, latent_len: u16, classes: u16) -> Self {
        Self::part(seed, 0, count, latent_len, classes)
    }

    /// `count` of the latents of `seed`, from number `first` on. A seed has 2^64 codes, so
    /// `first + count` times `latent_len` must not be more.
    pub fn part(seed: u64, first: u64, count: usize, latent_len: u16, classes: u16) -> Self {
        /// Latents that a thread draws after skipping those before.
        const AT_ONCE: usize = 256;
        let latent_len = usize::from(latent_len);
        let mut codes = vec![0; count * latent_len];
        codes.par_chunks_mut(AT_ONCE * latent_len).enumerate().for_each(|(index, codes)| {
            let mut sampler = LatentSampler::new(seed);
            sampler.advance((first + (index * AT_ONCE) as u64) * latent_len as u64);
            sampler.fill(codes);
        });
        let labels = (first..first + count as u64)
            .map(|index| (index % u64::from(classes.max(1))) as u16)
            .collect();
        Self { count, codes, labels }
    }

    /// The same with latents that are truncated as a device's sampler does it.
    pub fn truncated(mut self, truncation: Truncation) -> Self {
        if truncation != Truncation::OFF {
            self.codes.par_iter_mut().for_each(|code| *code = truncation.apply(*code));
        }
        self
    }

    /// The latents as real numbers, which a generator of floats takes.
    pub fn reals(&self) -> Vec<f32> {
        self.codes.iter().map(|&code| latent::real(code)).collect()
    }
}
