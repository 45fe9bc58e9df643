//! Compares the backends of this CPU with `Generator::generate` and with the reference.

use gan_core::Generator;
use gan_core::host::{Backend, Runner};
use gan_tests::reference::{self, Int4, Model, Params, sampler};
use std::io::Write;
use std::sync::Once;

/// The numbers of images in a batch: fewer than in a backend's tile (2, 4, 6 or 32), full and
/// partly filled tiles, and several blocks of 96 images.
pub const COUNTS: [usize; 7] = [1, 2, 3, 5, 16, 17, 257];

/// Returns the backends that this CPU supports. The first call prints for each backend whether the
/// CPU supports it, and so whether it is tested.
pub fn backends() -> Vec<Backend> {
    static SAID: Once = Once::new();
    let available: Vec<Backend> = Backend::available().collect();
    SAID.call_once(|| {
        let tested = |backend| {
            if available.contains(backend) { "tested" } else { "SKIPPED, this CPU lacks it" }
        };
        let lines: String = Backend::ALL
            .iter()
            .map(|backend| format!("\nbackend {backend}: {}", tested(backend)))
            .collect();
        // `cargo test` hides the output of `println`, and `cargo xtask test` reads these lines.
        let _ = std::io::stdout().write_all((lines + "\n").as_bytes());
    });
    available
}

/// Returns the latents of seed 5, with the labels in turn.
pub fn inputs(generator: &Generator<'_>, count: usize) -> (Vec<u8>, Option<Vec<u16>>) {
    let latents = sampler::codes(5, 0, count * generator.latent_len());
    let classes = generator.classes();
    let labels = (classes > 0)
        .then(|| (0..count).map(|index| (index * 7 % usize::from(classes)) as u16).collect());
    (latents, labels)
}

/// Returns the pixels of `Generator::generate`.
pub fn expected(generator: &Generator<'_>, latents: &[u8], labels: Option<&[u16]>) -> Vec<u8> {
    let mut scratch = vec![0; generator.scratch_len()];
    let latents = latents.chunks(generator.latent_len());
    let images = latents.enumerate().flat_map(|(index, latent)| {
        let mut pixels = vec![0; generator.pixels_len()];
        generator
            .generate(latent, labels.map(|labels| labels[index]), &mut scratch, &mut pixels)
            .expect("the call is right");
        pixels
    });
    images.collect()
}

/// Checks a generator on all backends: with a batch of `count` images, and with the last image by
/// itself.
#[track_caller]
pub fn check(backends: &[Backend], generator: &Generator<'_>, count: usize) {
    let (latents, labels) = inputs(generator, count);
    let labels = labels.as_deref();
    let expected = expected(generator, &latents, labels);
    for &backend in backends {
        let runner = Runner::with_backend(generator, backend).expect("it is available");
        let mut pixels = vec![0xA5; expected.len()];
        runner.generate_batch(&latents, labels, &mut pixels).expect("the call is right");
        assert!(
            pixels == expected,
            "{backend}: a batch of {count} differs, {:?}",
            generator.header()
        );
        pixels.fill(0xA5);
        runner.generate_batch_here(&latents, labels, &mut pixels).expect("the call is right");
        assert!(
            pixels == expected,
            "{backend}: a batch of {count} on one thread differs, {:?}",
            generator.header()
        );
        let (pixels, last) = (&mut pixels[..generator.pixels_len()], count - 1);
        let latent = &latents[last * generator.latent_len()..];
        runner
            .generate(latent, labels.map(|labels| labels[last]), pixels)
            .expect("the call is right");
        assert!(
            *pixels == expected[last * pixels.len()..],
            "{backend}: an image alone differs, {:?}",
            generator.header()
        );
    }
}

/// Checks that the reference gives the same first image.
#[track_caller]
pub fn check_with_reference(backends: &[Backend], model: &Model, generator: &Generator<'_>) {
    let (latents, labels) = inputs(generator, 1);
    let label = labels.map(|labels| labels[0]);
    let expected = reference::generate(model, &latents, label);
    for &backend in backends {
        let runner = Runner::with_backend(generator, backend).expect("it is available");
        let mut pixels = vec![0xA5; expected.len()];
        runner.generate(&latents, label, &mut pixels).expect("the call is right");
        assert!(
            pixels == expected,
            "{backend}: other pixels than the reference's, {:?}",
            generator.header()
        );
    }
}

/// Lowers all shifts to at most 32, as in quantized models. A group with a larger shift is
/// requantized by a separate loop of the backends, without vector instructions.
pub fn usual_shifts(model: &mut Model) {
    for layer in &mut model.layers {
        let (Params::I8(int8) | Params::I4(Int4 { int8, .. })) = &mut layer.params else {
            continue;
        };
        int8.shifts.iter_mut().for_each(|shift| *shift = (*shift).min(32));
    }
}
