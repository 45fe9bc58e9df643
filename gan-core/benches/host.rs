//! Times of 100-256-512-1024-784 on this computer: `cargo bench -p gan-core --features std --bench
//! host`. For ratios, which need all to meet the same machine, there is `ratios`.

mod common;

use common::{Plain, blob, generator, latents};
use divan::Bencher;
use divan::counter::ItemsCount;
use gan_core::decode;
use gan_core::host::{Backend, Runner};
use std::hint::black_box;

const BATCH: usize = 256;
const BULK: usize = 4096;

fn main() {
    divan::main();
}

fn names() -> impl Iterator<Item = Backend> {
    Backend::available()
}

/// A batch of `count` images on so many threads.
fn batch(bencher: Bencher<'_, '_>, runner: &Runner<'_>, count: usize, threads: usize) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
    let latents = latents(count);
    let mut pixels = vec![0; count * runner.generator().pixels_len()];
    let call = || {
        pool.install(|| runner.generate_batch(black_box(&latents), None, &mut pixels))
            .expect("the call is right")
    };
    bencher.counter(ItemsCount::new(count)).bench_local(call);
}

#[divan::bench]
fn plain_loop(bencher: Bencher<'_, '_>) {
    let (mut plain, latent) = (Plain::new(), latents(1));
    bencher.bench_local(|| black_box(plain.generate(black_box(&latent)))[0]);
}

#[divan::bench]
fn generator_generate(bencher: Bencher<'_, '_>) {
    let (generator, latent) = (generator(8), latents(1));
    let (mut scratch, mut pixels) =
        (vec![0; generator.scratch_len()], vec![0; generator.pixels_len()]);
    bencher.bench_local(|| {
        generator
            .generate(black_box(&latent), None, &mut scratch, &mut pixels)
            .expect("the call is right")
    });
}

#[divan::bench(args = names(), consts = [8, 4])]
fn one_image<const BITS: u8>(bencher: Bencher<'_, '_>, backend: Backend) {
    let (generator, latent) = (generator(BITS), latents(1));
    let runner = Runner::with_backend(&generator, backend).expect("it is available");
    let mut pixels = vec![0; generator.pixels_len()];
    bencher.bench_local(|| {
        runner.generate(black_box(&latent), None, &mut pixels).expect("the call is right")
    });
}

#[divan::bench(args = names(), consts = [8, 4], sample_size = 1)]
fn batch_of_256<const BITS: u8>(bencher: Bencher<'_, '_>, backend: Backend) {
    let runner = Runner::with_backend(&generator(BITS), backend).expect("it is available");
    batch(bencher, &runner, BATCH, 1);
}

#[divan::bench(args = [1, 2], sample_size = 1)]
fn bulk_by_threads(bencher: Bencher<'_, '_>, threads: usize) {
    let runner = Runner::new(&generator(8));
    batch(bencher, &runner, BULK, threads);
}

#[divan::bench]
fn decode_blob(bencher: Bencher<'_, '_>) {
    let blob = blob(8);
    bencher.bench_local(|| decode(black_box(blob)).expect("the blob is valid"));
}

#[divan::bench]
fn prepare(bencher: Bencher<'_, '_>) {
    let generator = generator(8);
    bencher.bench_local(|| Runner::new(black_box(&generator)));
}
