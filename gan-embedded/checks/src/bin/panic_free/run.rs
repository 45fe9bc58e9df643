//! Everything that an application does with a generator of latents.

use core::hint::black_box;

use gan_core::{Generator, LatentSampler};

/// Makes images in every way. Everything is hidden from the optimizer, which has to assume any
/// seed, any label and buffers of any length. The buffers are empty, so that no code is for them
/// alone.
pub fn run(generator: &Generator<'_>) {
    let (mut latent, mut scratch): ([u8; 0], [u32; 0]) = ([], []);
    let (mut line, mut pixels): ([u8; 0], [u8; 0]) = ([], []);
    let (latent, scratch): (&mut [u8], &mut [u32]) =
        (black_box(&mut latent), black_box(&mut scratch));
    let (line, pixels): (&mut [u8], &mut [u8]) = (black_box(&mut line), black_box(&mut pixels));
    let label = black_box(Some(1));
    let mut sampler = LatentSampler::new(black_box(0));
    sampler.advance(black_box(0));
    sampler.fill(latent);
    black_box(generator.generate(latent, label, scratch, pixels).is_ok());
    let sink = |y, line: &[u8]| _ = black_box((y, line));
    black_box(generator.generate_rows(latent, label, scratch, line, sink).is_ok());
    black_box((generator.macs(), generator.crc(), generator.scratch_len(), generator.pixels_len()));
}
