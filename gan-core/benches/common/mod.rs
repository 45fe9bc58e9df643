//! The network that is measured, and the loop that it is measured against.

use gan_core::{Aligned, Generator, LatentSampler, decode};
use gan_tests::reference::write::write;
use gan_tests::reference::{Activation, Int4, Params};
use gan_tests::synthetic::{Shape, SplitMix64};

/// Latent, hidden layers and image of `presets/deep.toml`, the one of `models/mnist-large.gan`.
pub const SIZES: [u16; 5] = [100, 256, 512, 1024, 28 * 28];

/// Inputs that share a scale in layers of half bytes.
const SHARED: u8 = 32;

/// 100-256-512-1024-784 with ReLU and sigmoid, random weights of eight bits, or of four but in the
/// first layer.
pub fn blob(bits: u8) -> &'static [u8] {
    let [latent_len, hidden @ .., _] = SIZES;
    let hidden = hidden.map(|outputs| (outputs, Activation::Relu)).to_vec();
    let shape = Shape {
        latent_len,
        classes: 0,
        width: 28,
        height: 28,
        channels: 1,
        hidden,
        last: Activation::Sigmoid,
    };
    let mut rng = SplitMix64(0);
    let mut model = if bits == 8 {
        shape.int8("bench", &mut rng)
    } else {
        shape.quantized_int4("bench", &mut rng, SHARED)
    };
    for layer in &mut model.layers {
        // As every quantized model's; beyond, rows are requantized one by one.
        if let Params::I8(int8) | Params::I4(Int4 { int8, .. }) = &mut layer.params {
            int8.shifts.iter_mut().for_each(|shift| *shift = (*shift).min(32));
        }
    }
    let bytes = write(&model);
    let mut aligned: Vec<Aligned<[u8; 16]>> = vec![Aligned([0; 16]); bytes.len().div_ceil(16)];
    aligned
        .iter_mut()
        .zip(bytes.chunks(16))
        .for_each(|(to, from)| to.0[..from.len()].copy_from_slice(from));
    let aligned: &'static [Aligned<[u8; 16]>] = aligned.leak();
    // SAFETY: the vector's memory is all bytes, is never freed, and has at least `bytes.len()` of
    // them.
    unsafe { std::slice::from_raw_parts(aligned.as_ptr().cast(), bytes.len()) }
}

/// The generator in it.
pub fn generator(bits: u8) -> Generator<'static> {
    decode(blob(bits)).expect("the model is valid")
}

/// Latents of seed 0.
pub fn latents(count: usize) -> Vec<u8> {
    let mut latents = vec![0; count * usize::from(SIZES[0])];
    LatentSampler::new(0).fill(&mut latents);
    latents
}

/// What one would write without gan-core: `i8` weights row by row, `i32` sums, a shift.
pub struct Plain {
    layers: Vec<(usize, Vec<i8>)>,
    codes: [Vec<i8>; 2],
}

impl Plain {
    pub fn new() -> Self {
        let mut rng = SplitMix64(1);
        let layers = SIZES.windows(2).map(|size| {
            let len = usize::from(size[0]) * usize::from(size[1]);
            (usize::from(size[0]), (0..len).map(|_| rng.range(-127, 127) as i8).collect())
        });
        Self { layers: layers.collect(), codes: [vec![], vec![]] }
    }

    #[inline(never)]
    pub fn generate(&mut self, latent: &[u8]) -> &[i8] {
        let [codes, outputs] = &mut self.codes;
        codes.clear();
        codes.extend(latent.iter().map(|&code| code as i8));
        for (inputs, weights) in &self.layers {
            outputs.clear();
            outputs.extend(weights.chunks_exact(*inputs).map(|row| {
                let sum: i32 =
                    row.iter().zip(&*codes).map(|(&w, &x)| i32::from(w) * i32::from(x)).sum();
                (sum >> 10).clamp(0, 127) as i8
            }));
            std::mem::swap(codes, outputs);
        }
        codes
    }
}
