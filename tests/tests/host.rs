//! These tests check gan-core's `host` module: every backend that this CPU supports gives the same
//! pixels as `Generator::generate` and as the reference.

use gan_core::error::GenerateError;
use gan_core::host::{Backend, Runner, Unavailable};
use gan_core::{Packing, decode};
use gan_tests::reference::write::write;
use gan_tests::reference::{self, Activation, Params};
use gan_tests::synthetic::{ACTIVATIONS, Shape, SplitMix64, float};

#[path = "common/aligned.rs"]
mod aligned;
#[path = "common/packed.rs"]
mod packed;
use packed::packed;
#[path = "common/backends.rs"]
mod compare;
#[path = "common/disk.rs"]
mod disk;
use compare::{COUNTS, backends, check, check_with_reference, expected, inputs, usual_shifts};

/// Tests a hidden layer of each size. The size is the number of outputs of one layer and of inputs
/// of the next. The models have extreme rows, all activations and all packings.
#[test]
fn every_size_gives_the_pixels_of_the_plain_kernel() {
    let backends = backends();
    for size in 1..=1100u16 {
        let index = usize::from(size);
        let shape = Shape {
            latent_len: 1 + size % 9,
            classes: size % 4,
            width: 1 + size % 7,
            height: 1 + size % 5,
            channels: 1,
            hidden: vec![(size, ACTIVATIONS[index % 5])],
            last: ACTIVATIONS[index / 5 % 5],
        };
        let mut model = shape.int8("size", &mut SplitMix64(size.into()));
        if !size.is_multiple_of(8) {
            usual_shifts(&mut model);
        }
        let bytes = aligned::Blob::new(&write(&model));
        let generator = decode(&bytes).expect("the model is valid");
        check(&backends, &generator, COUNTS[index % COUNTS.len()]);
        check_with_reference(&backends, &model, &generator);
    }
}

/// Tests the same sizes for the latent and for the image, because a generator's first and last
/// layers have code of their own.
#[test]
fn every_latent_and_image_size_gives_the_pixels_of_the_plain_kernel() {
    let backends = backends();
    for size in 1..=1100u16 {
        for (latent_len, height, channels) in [(size, 1 + size % 11, 3), (1 + size % 13, size, 1)] {
            let last = ACTIVATIONS[usize::from(size) % 5];
            let shape = Shape {
                latent_len,
                classes: size % 3,
                width: 1,
                height,
                channels,
                hidden: vec![],
                last,
            };
            let mut model = shape.int8("ends", &mut SplitMix64(size.into()));
            usual_shifts(&mut model);
            let bytes = aligned::Blob::new(&write(&model));
            let generator = decode(&bytes).expect("the model is valid");
            check(&backends, &generator, 1 + usize::from(size) % 4);
        }
    }
}

/// Tests deep generators in every packing, with every count of images.
#[test]
fn deep_generators_and_all_counts_and_packings() {
    let backends = backends();
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("threads start");
    for seed in 0..40u64 {
        let mut rng = SplitMix64(seed);
        let mut size = |most| rng.range(1, most) as u16;
        let mut hidden: Vec<_> =
            (0..size(7)).map(|index| (size(150), ACTIVATIONS[usize::from(index) % 5])).collect();
        hidden.push((size(90), Activation::LeakyRelu(0.2)));
        let [latent_len, width, height] = [size(70), size(12), size(12)];
        let classes = (seed % 3 * 5) as u16;
        let shape = Shape {
            latent_len,
            classes,
            width,
            height,
            channels: 1,
            hidden,
            last: ACTIVATIONS[seed as usize % 5],
        };
        let half_bytes = seed % 2 == 1;
        let mut model =
            if half_bytes { shape.int4("deep", &mut rng) } else { shape.int8("deep", &mut rng) };
        if seed % 4 > 0 {
            usual_shifts(&mut model);
        }
        let bytes = aligned::Blob::new(&write(&model));
        let generator = decode(&bytes).expect("the model is valid");
        check_with_reference(&backends, &model, &generator);
        for count in COUNTS {
            check(&backends, &generator, count);
        }
        if seed < 6 {
            // One thread gets larger blocks, so that a block has several tiles of any backend and
            // the last block is not full.
            one_thread.install(|| check(&backends, &generator, 1000));
        }
        for packing in [Packing::ByteLane, Packing::Blocks7x16, Packing::Blocks16x4] {
            let packed = aligned::Blob::new(&packed(&generator, packing));
            let packed = decode(&packed).expect("a packed model is valid");
            let (latents, labels) = inputs(&packed, 13);
            let expected = expected(&generator, &latents, labels.as_deref());
            let mut pixels = vec![0; expected.len()];
            Runner::new(&packed)
                .generate_batch(&latents, labels.as_deref(), &mut pixels)
                .expect("the call is right");
            assert!(pixels == expected, "{packing}: other pixels than in rows");
        }
    }
}

/// Tests rows whose weights are all 127 or all -127, with codes that are all 127, and sums at both
/// ends of 32 bits. A backend that saturates, or that adds in too few bits, gives other pixels.
#[test]
fn rows_of_largest_weights_and_codes() {
    let backends = backends();
    let shape = Shape {
        latent_len: 1100,
        classes: 0,
        width: 33,
        height: 1,
        channels: 1,
        hidden: vec![],
        last: Activation::Tanh,
    };
    let mut model = shape.int8("largest", &mut SplitMix64(0));
    let Params::I8(int8) = &mut model.layers[0].params else { unreachable!() };
    for (row, weights) in int8.weights.chunks_mut(1100).enumerate() {
        weights.fill(if row.is_multiple_of(2) { 127 } else { -127 });
        // With the largest codes the sum reaches the end of 32 bits in some rows, and 0 in others.
        let sum = 127 * 127 * 1100;
        let (end, sign) =
            if row.is_multiple_of(2) { (i32::MAX - sum, -1) } else { (i32::MIN + sum, 1) };
        int8.bias[row] = if row % 3 == 0 { end } else { sign * sum + row as i32 - 16 };
        (int8.multipliers[row], int8.shifts[row]) =
            [(32_767, 17), (1, 32), (16_384, 30)][row / 4 % 3];
    }
    model.layers[0].zero_point = 128;
    let bytes = aligned::Blob::new(&write(&model));
    let generator = decode(&bytes).expect("the model is valid");
    let latents = [[127; 1100], [0; 1100]].concat();
    let expected = [
        reference::generate(&model, &latents[..1100], None),
        reference::generate(&model, &latents[1100..], None),
    ];
    for backend in backends {
        let runner = Runner::with_backend(&generator, backend).expect("it is available");
        let mut pixels = vec![0; 8 * 33];
        runner.generate_batch(&latents.repeat(4), None, &mut pixels).expect("the call is right");
        assert_eq!(pixels, expected.concat().repeat(4), "{backend}");
    }
}

#[test]
fn models_of_the_repository() {
    let backends = backends();
    for name in
        ["digits8", "mnist-nano", "mnist-tiny", "mnist-small", "mnist-large", "mnist-large-int4"]
    {
        let bytes = aligned::Blob::new(&disk::read(format!("models/{name}.gan")));
        check(&backends, &decode(&bytes).expect("the model is valid"), 100);
    }
}

#[test]
fn floats_run_as_they_do_without_a_runner() {
    let bytes = aligned::Blob::new(&write(&float()));
    let generator = decode(&bytes).expect("the model is valid");
    assert_eq!(Runner::new(&generator).backend(), Backend::Scalar);
    check(&Backend::available().collect::<Vec<_>>(), &generator, 50);
}

#[test]
fn wrong_calls_are_refused_and_write_nothing() {
    let shape = |classes| Shape {
        latent_len: 3,
        classes,
        width: 4,
        height: 1,
        channels: 1,
        hidden: vec![(5, Activation::Relu)],
        last: Activation::Sigmoid,
    };
    let models = [0, 2].map(|classes| shape(classes).int8("wrong calls", &mut SplitMix64(0)));
    let blobs = models.map(|model| aligned::Blob::new(&write(&model)));
    let [plain, conditional] =
        blobs.each_ref().map(|blob| Runner::new(&decode(blob).expect("the model is valid")));

    let refused =
        |runner: &Runner<'_>, latents: &[u8], labels: Option<&[u16]>, pixels: usize, error| {
            let mut pixels = vec![0xA5; pixels];
            assert_eq!(runner.generate_batch(latents, labels, &mut pixels), Err(error));
            assert!(pixels.iter().all(|&pixel| pixel == 0xA5), "{error:?}: something was written");
        };
    refused(&plain, &[1; 7], None, 8, GenerateError::LatentLen { expected: 9 });
    refused(&plain, &[1; 6], None, 7, GenerateError::OutputLen { expected: 8 });
    refused(&plain, &[1; 6], None, 12, GenerateError::OutputLen { expected: 8 });
    refused(&plain, &[1, 2, 3, 4, 5, 128], None, 8, GenerateError::LatentCode);
    refused(&plain, &[1; 6], Some(&[0, 0]), 8, GenerateError::LabelUnexpected);
    refused(&conditional, &[1; 6], None, 8, GenerateError::LabelMissing);
    refused(&conditional, &[1; 6], Some(&[0]), 8, GenerateError::LabelMissing);
    refused(&conditional, &[1; 6], Some(&[0, 1, 0]), 8, GenerateError::LabelUnexpected);
    refused(&conditional, &[1; 6], Some(&[1, 2]), 8, GenerateError::Label { classes: 2 });

    let refused = |runner: &Runner<'_>, latent: &[u8], label, pixels: usize, error| {
        let mut pixels = vec![0xA5; pixels];
        assert_eq!(runner.generate(latent, label, &mut pixels), Err(error));
        assert!(pixels.iter().all(|&pixel| pixel == 0xA5), "{error:?}: something was written");
    };
    refused(&plain, &[1; 6], None, 4, GenerateError::LatentLen { expected: 3 });
    refused(&plain, &[1; 3], None, 8, GenerateError::OutputLen { expected: 4 });
    refused(&plain, &[128; 3], None, 4, GenerateError::LatentCode);
    refused(&plain, &[1; 3], Some(0), 4, GenerateError::LabelUnexpected);
    refused(&conditional, &[1; 3], None, 4, GenerateError::LabelMissing);
    refused(&conditional, &[1; 3], Some(2), 4, GenerateError::Label { classes: 2 });
    assert_eq!(plain.generate_batch(&[], None, &mut []), Ok(()), "no images are a batch too");
}

/// No CPU supports both NEON of AArch64 and the vectors of x86-64.
#[test]
fn a_backend_of_another_cpu_is_refused_by_name() {
    let bytes = aligned::Blob::new(&disk::read("tests/vectors/v1-tiny.gan"));
    let generator = decode(&bytes).expect("the golden blob is valid");
    let other = if cfg!(target_arch = "aarch64") { Backend::Avx2 } else { Backend::Neon };
    let error = Runner::with_backend(&generator, other).err();
    assert_eq!(error, Some(Unavailable(other)));
    assert!(error.is_some_and(|error| error.to_string().contains(other.name())));
    assert_eq!(Backend::available().last(), Some(Backend::Scalar), "every CPU has the plain loops");
}
