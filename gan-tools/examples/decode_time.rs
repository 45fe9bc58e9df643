//! How long `decode` takes for blobs from 1 KB to 168 MB: it is linear in their bytes, so the time
//! for a byte is about the same for all that are larger than a header.
//!
//! ```text
//! cargo run --release -p gan-tools --example decode_time
//! ```

use anyhow::{Result, ensure};
use gan_core::tools::AlignedBytes;
use gan_core::{Activation, decode};
use gan_tools::bench_model::{Sizes, blob};
use gan_tools::layers::Bits;
use std::time::Instant;

/// From a kilobyte to 168 million weights.
const SHAPES: [&str; 6] = [
    "8-49",
    "16-64-64-64",
    "100-128-784",
    "100-256-512-1024-784",
    "100-4096-4096-784",
    "100-12544-12544-784",
];
/// Bytes from which on the header is a small part.
const LARGE: usize = 50_000;
/// Bytes that all repetitions of a shape decode together, about.
const REPEATED: usize = 200_000_000;

fn main() -> Result<()> {
    println!("| layers | bytes | time (µs) | ns a byte |\n|---|--:|--:|--:|");
    let mut rates: Vec<f64> = Vec::new();
    for shape in SHAPES {
        let sizes: Sizes = shape.parse().map_err(anyhow::Error::msg)?;
        let (hidden, output) = (Activation::Relu, Activation::Tanh);
        let file = AlignedBytes::copy_of(&blob(&sizes, Bits::Eight, hidden, output, 0)?);
        let bytes = file.len();
        let mut best = f64::INFINITY;
        for _ in 0..(REPEATED / bytes).clamp(3, 10_000) {
            let start = Instant::now();
            let generator = decode(std::hint::black_box(&file))?;
            std::hint::black_box(generator.scratch_len());
            best = best.min(start.elapsed().as_secs_f64());
        }
        let rate = best * 1e9 / bytes as f64;
        println!("| {shape} | {bytes} | {:.1} | {rate:.2} |", best * 1e6);
        if bytes > LARGE {
            rates.push(rate);
        }
    }
    let (least, most) = (
        rates.iter().copied().fold(f64::INFINITY, f64::min),
        rates.iter().copied().fold(0.0, f64::max),
    );
    // What comes from a cache takes less than what comes from memory, on any machine.
    ensure!(most < 3.0 * least, "a byte takes from {least:.2} to {most:.2} ns: not linear");
    Ok(())
}
