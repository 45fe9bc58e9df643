//! Random numbers for training, each from (seed, purpose, index) alone.
//!
//! Nothing carries a generator's state from step to step, so a resumed run draws what an
//! uninterrupted one would.

use rand_core::Rng;
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64Mcg;

/// What random numbers are for: keeps their sequences apart.
#[derive(Debug, Clone, Copy)]
pub enum Purpose {
    /// First weights of the generator.
    Generator = 1,
    /// First weights of the discriminator.
    Discriminator = 2,
    /// Order of the images; the index is the epoch.
    Shuffle = 3,
    /// Latents; the index is the discriminator's update.
    Step = 4,
    /// The evaluation's classifier: first weights and order of the images.
    Classifier = 5,
    /// Noise on its images; the index is the step.
    ClassifierNoise = 6,
    /// Which outputs dropout leaves out; the index has the pass and the layer.
    Dropout = 7,
    /// First vectors of spectral normalization; the index is the layer.
    Spectral = 8,
    /// Directions of finite differences, instance noise, points between real and generated images;
    /// the index is the discriminator's update.
    Noise = 9,
    /// Choice of the images that are kept for judging.
    HeldOut = 10,
    // 11 is gan_tools::random::BENCH_MODEL.
    /// Latents of the generator's own with `fresh_latents`; the index is the discriminator's
    /// update.
    FreshLatents = 12,
    /// Noise on the generator's latents and layers; the index has the pass and the layer.
    GeneratorNoise = 13,
    /// Classifiers that are trained on synthetic images: first weights and order of the images.
    Utility = 14,
    /// Which digits an image of stacked MNIST has; the index is the split.
    Stacked = 15,
    /// What a task does to the images of a batch; the index is the batch.
    Task = 16,
    /// The same to images that a task is judged and calibrated by; the index is the image.
    TaskCases = 17,
}

/// The generator of `purpose` and `index`.
pub fn stream(seed: u64, purpose: Purpose, index: u64) -> Pcg64Mcg {
    gan_tools::random::stream(seed, purpose as u64, index)
}

/// Adds standard normal numbers to the end of `values`.
pub fn extend_normal(values: &mut Vec<f32>, count: usize, rng: &mut Pcg64Mcg) {
    values.extend((0..count).map(|_| -> f32 { StandardNormal.sample(rng) }));
}

/// Numbers evenly distributed over `-bound..bound`.
pub fn uniform(count: usize, bound: f32, rng: &mut Pcg64Mcg) -> Vec<f32> {
    let scale = bound * (2.0 / (1u32 << 24) as f32);
    (0..count).map(|_| (rng.next_u32() >> 8) as f32 * scale - bound).collect()
}

/// A number below `count`, each equally likely: a random 64-bit number is taken as a fraction of
/// `count`.
pub fn below(count: usize, rng: &mut Pcg64Mcg) -> usize {
    ((u128::from(rng.next_u64()) * count as u128) >> 64) as usize
}

/// The numbers below `count` in random order (Fisher and Yates).
pub fn permutation(count: usize, rng: &mut Pcg64Mcg) -> Vec<u32> {
    let mut order: Vec<u32> = (0..count as u32).collect();
    for last in (1..count).rev() {
        order.swap(last, below(last + 1, rng));
    }
    order
}

/// Random signs for a row of `columns` numbers: bit `k` of word `i` is for number `32 i + k`.
pub fn sign_words(columns: usize, rng: &mut Pcg64Mcg) -> Vec<i32> {
    let word = |_| {
        let bits = rng.next_u64();
        [bits as u32 as i32, (bits >> 32) as u32 as i32]
    };
    (0..columns.div_ceil(64)).flat_map(word).collect()
}
