//! Latents of the device's sampler, many at a time.

use anyhow::{Result, ensure};
use gan_core::{Generator, LatentSampler, Truncation, latent};
use rayon::prelude::*;

/// Refuses a range of images that a seed does not have: it has 2^64 codes, of which each image
/// takes as many as the generator's latent has numbers.
///
/// # Errors
///
/// Names the options --first and --count, and how many images there are.
pub fn check_range(generator: &Generator<'_>, first: u64, count: u64) -> Result<()> {
    let latent_len = generator.latent_len();
    let most = (1u128 << 64) / latent_len.max(1) as u128;
    ensure!(
        count > 0 && u128::from(first) + u128::from(count) <= most,
        "--first {first} --count {count}: a seed has {most} images (2^64 numbers, of which an \
         image takes {latent_len})"
    );
    Ok(())
}

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

    /// `count` of the latents of `seed`, from number `first` on, of a range that
    /// [`check_range`] takes.
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected codes were computed with Python's integers: PCG32's step is `x -> a x + c`, so
    /// `n` steps are one such map too, found by squaring. The quantiles are
    /// `statistics.NormalDist`'s.
    #[test]
    fn the_latent_of_a_far_image_is_found_at_once() {
        let far = Samples::part(7, 10u64.pow(15), 1, 100, 10);
        assert_eq!(far.codes[..12], [50, 71, 66, 65, 77, 87, 70, 61, 74, 58, 82, 45]);
        assert_eq!(far.labels, [0]);
        let near = Samples::part(42, 0, 1, 100, 10);
        assert_eq!(near.codes[..10], [78, 71, 73, 71, 92, 69, 80, 89, 100, 66]);
    }
}
