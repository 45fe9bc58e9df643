//! Links only if nothing in gan-core can panic where a model takes an image, whatever the blob: the
//! same as `panic_free` with other calls.
#![no_std]
#![no_main]

mod decoding;
mod handler;

use core::hint::black_box;

use gan_core::{Generator, TransformInput};

use decoding::entry;

#[entry]
fn main() -> ! {
    decoding::forever(run)
}

/// Runs the calls, with everything hidden from the optimizer, as in `panic_free`.
fn run(generator: &Generator<'_>) {
    let (mut codes, mut scratch): ([u8; 0], [u32; 0]) = ([], []);
    let (mut line, mut pixels): ([u8; 0], [u8; 0]) = ([], []);
    let (codes, scratch): (&mut [u8], &mut [u32]) =
        (black_box(&mut codes), black_box(&mut scratch));
    let (line, pixels): (&mut [u8], &mut [u8]) = (black_box(&mut line), black_box(&mut pixels));
    let bytes: &[u8] = black_box(&[]);
    let input =
        TransformInput { image: bytes, mask: Some(bytes), latent: bytes, label: black_box(None) };
    let input = black_box(input);
    black_box(generator.transform(&input, codes, scratch, pixels).is_ok());
    let sink = |y, line: &[u8]| _ = black_box((y, line));
    black_box(generator.transform_rows(&input, codes, scratch, line, sink).is_ok());
}
