//! Each backend against a plain loop, in one run: rounds in which all take turns, so that all meet
//! the same machine.
//!
//!     cargo bench -p gan-core --features std --bench ratios            # -- --rounds 50
//!
//! Prints microseconds an image, the least and the median of the rounds. Others on the machine only
//! ever add time, so that the least is what it takes, and ratios are those of the least.

mod common;

use common::{Plain, SIZES, blob, generator, latents};
use gan_core::decode;
use gan_core::host::{Backend, Runner};
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: usize = 300;
const BATCH: usize = 256;
/// Images of a batch that is divided among threads.
const BULK: usize = 2048;

/// One of those that take turns: how many images a call makes, and the call.
struct Contender<'a> {
    name: String,
    images: usize,
    call: Box<dyn FnMut() + 'a>,
    /// Rounds that it takes part in: one of so many.
    every: usize,
    micros: Vec<f64>,
}

fn main() {
    let mut arguments = std::env::args();
    let rounds = match arguments.find(|argument| argument == "--rounds" || argument == "--test") {
        // `cargo test --benches` only wants to know that this runs.
        Some(argument) if argument == "--test" => 1,
        Some(_) => arguments
            .next()
            .and_then(|rounds| rounds.parse().ok())
            .filter(|&rounds| rounds > 0)
            .expect("--rounds NUMBER"),
        None => ROUNDS,
    };
    let (blob, generator, half_bytes) = (blob(8), generator(8), generator(4));
    let latents = latents(BULK);
    let latent_len = generator.latent_len();
    let pool = |threads| {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start")
    };
    let pools = [1, 2].map(pool);
    let image = || vec![0; generator.pixels_len()];
    let runner = Runner::new(&generator);
    let runner = &runner;
    let mut contenders = Vec::new();
    let mut add = |name: String, images, every, call| {
        contenders.push(Contender { name, images, call, every, micros: Vec::new() })
    };

    let mut plain = Plain::new();
    let one = &latents[..latent_len];
    add(
        "plain loop".into(),
        1,
        1,
        Box::new(move || {
            black_box(plain.generate(black_box(one)));
        }),
    );
    let (mut scratch, mut pixels) = (vec![0; generator.scratch_len()], image());
    let gan_core = &generator;
    add(
        "Generator::generate".into(),
        1,
        1,
        Box::new(move || {
            gan_core
                .generate(black_box(one), None, &mut scratch, &mut pixels)
                .expect("the call is right")
        }),
    );
    let runners = Backend::available()
        .flat_map(|backend| [(backend, &generator, ""), (backend, &half_bytes, ", four bits")]);
    for (backend, generator, bits) in runners {
        let runner = Runner::with_backend(generator, backend).expect("it is available");
        let (alone, mut pixels) = (runner.clone(), image());
        let mut index = 0;
        let all = &latents;
        let call = move || {
            index = (index + 1) % BATCH;
            alone
                .generate(&all[index * latent_len..][..latent_len], None, &mut pixels)
                .expect("the call is right");
        };
        add(format!("{backend}{bits}, one image"), 1, 1, Box::new(call));
        let (mut pixels, pool) = (vec![0; BATCH * generator.pixels_len()], &pools[0]);
        let batch = &latents[..BATCH * latent_len];
        let call = move || {
            pool.install(|| runner.generate_batch(batch, None, &mut pixels))
                .expect("the call is right")
        };
        add(
            format!("{backend}{bits}, batch of {BATCH}"),
            BATCH,
            1 + 9 * usize::from(backend == Backend::Scalar),
            Box::new(call),
        );
    }
    for (pool, threads) in pools.iter().zip(["1 thread", "2 threads"]) {
        let (mut pixels, latents) = (vec![0; BULK * generator.pixels_len()], &latents);
        let call = move || {
            pool.install(|| runner.generate_batch(latents, None, &mut pixels))
                .expect("the call is right")
        };
        add(format!("{}, {BULK} images, {threads}", runner.backend()), BULK, 1, Box::new(call));
    }
    add(
        "startup: decode and prepare".into(),
        1,
        5,
        Box::new(|| drop(black_box(Runner::new(&decode(black_box(blob)).expect("valid"))))),
    );

    for round in 0..rounds {
        for contender in contenders.iter_mut().filter(|contender| round % contender.every == 0) {
            // Not the first call: that finds another's data in the caches.
            (contender.call)();
            let calls = if contender.images == 1 { 10 } else { 1 };
            let start = Instant::now();
            (0..calls).for_each(|_| (contender.call)());
            contender
                .micros
                .push(start.elapsed().as_secs_f64() * 1e6 / (calls * contender.images) as f64);
        }
    }
    println!(
        "{SIZES:?}, {rounds} rounds, load average {}",
        std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim()
    );
    println!("{:34} {:>9} {:>9} {:>8}", "microseconds an image", "least", "median", "x plain");
    let mut baseline = f64::NAN;
    for Contender { name, micros, .. } in &mut contenders {
        micros.sort_by(f64::total_cmp);
        let (least, median) = (micros[0], micros[micros.len() / 2]);
        baseline = if baseline.is_nan() { least } else { baseline };
        println!("{name:34} {least:9.2} {median:9.2} {:8.2}", baseline / least);
    }
}
