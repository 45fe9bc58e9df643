//! These tests check gan-core's `host` module with int4 layers: every backend that this CPU
//! supports gives the same pixels as `Generator::generate` and as the reference.

use gan_core::decode;
use gan_core::host::Runner;
use gan_tests::reference::write::write;
use gan_tests::reference::{self, Activation, Int4, Params};
use gan_tests::synthetic::{ACTIVATIONS, Shape, SplitMix64};

#[path = "common/aligned.rs"]
mod aligned;
#[path = "common/backends.rs"]
mod compare;
use compare::{COUNTS, backends, check, check_with_reference, usual_shifts};

/// Tests an int4 hidden layer of each size in groups of 16 and of 32, with and without int8 layers
/// before and after it, for one image and for batches.
#[test]
fn half_bytes_of_every_size_give_the_pixels_of_the_plain_kernel() {
    let backends = backends();
    for size in 1..=1100u16 {
        let index = usize::from(size);
        let shape = Shape {
            latent_len: 1 + size % 37,
            classes: size % 4,
            width: 1 + size % 7,
            height: 1 + size % 5,
            channels: 1,
            hidden: vec![(size, ACTIVATIONS[index % 5])],
            last: ACTIVATIONS[index / 5 % 5],
        };
        let rng = &mut SplitMix64(size.into());
        let group = [16, 32][index / 2 % 2];
        let mut model = if size % 3 == 0 {
            shape.int4("size", rng)
        } else {
            shape.quantized_int4("size", rng, group)
        };
        if !size.is_multiple_of(8) {
            usual_shifts(&mut model);
        }
        let bytes = aligned::Blob::new(&write(&model));
        let generator = decode(&bytes).expect("the model is valid");
        assert_eq!(Runner::new(&generator).backend(), backends[0], "half bytes run by the backend");
        check(&backends, &generator, COUNTS[index % COUNTS.len()]);
        check_with_reference(&backends, &model, &generator);
    }
}

/// Tests the largest weights, scales and codes. They bring the 16-bit sums of a group and the
/// 32-bit sums of a row as close to an overflow as possible.
#[test]
fn rows_of_largest_half_bytes_scales_and_codes() {
    let backends = backends();
    for group in [16, 32] {
        let shape = Shape {
            latent_len: 1,
            classes: 0,
            width: 33,
            height: 1,
            channels: 1,
            hidden: vec![(1100, Activation::Linear)],
            last: Activation::Tanh,
        };
        let mut model = shape.quantized_int4("largest", &mut SplitMix64(0), group);
        let Params::I8(first) = &mut model.layers[0].params else { unreachable!() };
        // Latents of 127 and 0 give codes of 127 and 0, except for the 100 that are always 0.
        for (row, multiplier) in first.multipliers.iter_mut().enumerate() {
            (first.weights[row], first.bias[row], first.shifts[row]) =
                (if row < 1000 { 127 } else { -127 }, 0, 17);
            (*multiplier, first.negative_multipliers[row]) = (32_767, 32_767);
        }
        model.layers[0].zero_point = 0;
        let Params::I4(Int4 { scales, int8, .. }) = &mut model.layers[1].params else {
            unreachable!()
        };
        scales.fill(255);
        for (row, weights) in int8.weights.chunks_mut(1100).enumerate() {
            weights.fill([7, -7, 7][row % 3]);
            if row % 3 == 2 {
                weights.iter_mut().step_by(2).for_each(|weight| *weight = -7);
            }
            let sum = 7 * 127 * 255 * 1100;
            int8.bias[row] = [i32::MAX - sum, i32::MIN + sum, row as i32][row % 3];
            (int8.multipliers[row], int8.shifts[row]) =
                [(32_767, 17), (1, 32), (16_384, 30)][row / 3 % 3];
        }
        model.layers[1].zero_point = 128;
        let bytes = aligned::Blob::new(&write(&model));
        let generator = decode(&bytes).expect("the model is valid");
        let expected =
            [127, 0].map(|code| reference::generate(&model, &[code], None)).concat().repeat(4);
        for &backend in &backends {
            let runner = Runner::with_backend(&generator, backend).expect("it is available");
            let mut pixels = vec![0; 8 * 33];
            runner
                .generate_batch(&[127, 0].repeat(4), None, &mut pixels)
                .expect("the call is right");
            assert_eq!(pixels, expected, "{backend}, groups of {group}");
        }
    }
}
