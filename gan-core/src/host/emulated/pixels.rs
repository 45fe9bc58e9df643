//! Images by the loops and the model, compared with the reference of `tests/`, which shares no code
//! with either.

use super::super::network::{Network, Work};
use super::super::scalar::Scalar;
use super::super::tile::Loops;
use super::amx::Amx;
use super::avx2::Avx2;
use super::avx512vnni::Avx512Vnni;
use super::avxvnni::AvxVnni;
use crate::Aligned;
use crate::blob::decode;
use gan_tests::reference::write::write;
use gan_tests::reference::{self, Activation, Int4, Model, Params};
use gan_tests::synthetic::{ACTIVATIONS, Shape, SplitMix64};
use std::vec;
use std::vec::Vec;

/// Numbers of images: one, fewer and more than AMX takes, and more and less than whole tiles of
/// each backend, whose tiles have 2, 4, 6 and 32 images.
const COUNTS: [usize; 12] = [1, 2, 3, 5, 7, 8, 13, 31, 32, 33, 64, 70];

/// The images of a batch by some loops.
fn images<L: Loops>(model: &[u8], latents: &[u8], labels: Option<&[u16]>) -> Vec<u8> {
    let generator = decode(model).expect("the model is valid");
    let count = latents.len() / generator.latent_len();
    let network = Network::new(&generator, L::BLOCKS);
    let mut work = Work::new(&network, count.next_multiple_of(L::IMAGES));
    work.fill(&network, latents, labels);
    L::new().expect("the model has all instructions").run(&network, &mut work);
    let mut pixels = vec![0; count * generator.pixels_len()];
    network.draw(&work, &mut pixels);
    pixels
}

/// Compares a batch by all loops with the reference.
fn check(model: &Model, latents: &[u8]) {
    // The weights of a blob are read where they lie, so the blob has to be aligned.
    let (bytes, mut room) = (write(model), Aligned([0; 1 << 18]));
    let blob = &mut room.0[..bytes.len()];
    blob.copy_from_slice(&bytes);

    let latents: Vec<&[u8]> = latents.chunks_exact(model.latent_len.into()).collect();
    let labels: Vec<u16> =
        (0..latents.len()).map(|index| (index * 7) as u16 % model.classes.max(1)).collect();
    let label = |index: usize| (model.classes > 0).then(|| labels[index]);
    let expected = latents.iter().enumerate();
    let expected = expected.flat_map(|(index, l)| reference::generate(model, l, label(index)));
    let expected: Vec<u8> = expected.collect();
    let (latents, labels) = (latents.concat(), (model.classes > 0).then_some(&*labels));
    for (name, found) in [
        ("scalar", images::<Scalar>(blob, &latents, labels)),
        ("avx2", images::<Avx2>(blob, &latents, labels)),
        ("avxvnni", images::<AvxVnni>(blob, &latents, labels)),
        ("avx512vnni", images::<Avx512Vnni>(blob, &latents, labels)),
        ("amx", images::<Amx>(blob, &latents, labels)),
    ] {
        assert!(
            found == expected,
            "{name}: other pixels than the reference's, {} images of {}",
            latents.len() / usize::from(model.latent_len),
            model.name
        );
    }
}

/// Codes of which a third are the largest or the smallest.
fn codes(rng: &mut SplitMix64, count: usize) -> Vec<u8> {
    let mut code = || match rng.range(0, 5) {
        0 => 127,
        1 => 0,
        _ => rng.range(0, 127) as u8,
    };
    (0..count).map(|_| code()).collect()
}

/// The numbers of a layer's rows.
fn rows(params: &mut Params) -> &mut reference::Int8 {
    let (Params::I8(int8) | Params::I4(Int4 { int8, .. })) = params else {
        unreachable!("the model has integers only")
    };
    int8
}

/// Random layers of every activation, of bytes and of half bytes, whose sizes are no multiples of
/// anything. `Shape::int8` and `Shape::int4` bring sums of some rows to the ends of 32 bits.
#[test]
fn random_networks() {
    for seed in 0..36 {
        let mut rng = SplitMix64(seed);
        let mut size = |most| rng.range(1, most) as u16;
        let hidden = vec![
            (size(100), ACTIVATIONS[seed as usize % 5]),
            (size(160), Activation::LeakyRelu([0.0, 0.2, 1.0][(seed / 3) as usize % 3])),
        ];
        let shape = Shape {
            latent_len: size(90),
            classes: seed as u16 % 4,
            width: size(9),
            height: size(6),
            channels: 1,
            hidden,
            last: ACTIVATIONS[(seed / 5) as usize % 5],
        };
        let name = std::format!("random network {seed}");
        let mut model =
            if seed % 2 == 0 { shape.int8(&name, &mut rng) } else { shape.int4(&name, &mut rng) };
        if seed % 3 != 0 {
            // All rows take the vector's way. A larger shift sends its group another way.
            for layer in &mut model.layers {
                rows(&mut layer.params).shifts.iter_mut().for_each(|s| *s = (*s).min(32));
            }
        }
        let count = COUNTS[(seed / 2) as usize % COUNTS.len()];
        check(&model, &codes(&mut rng, count * usize::from(model.latent_len)));
    }
}

/// The largest products: all codes 127, all weights 127 or -127 (7 or -7 with scales of 255), and
/// sums at the ends of 32 bits or at 0. There is more than one tile of AMX, of 64 columns.
#[test]
fn largest_products() {
    for group in [0, 16, 32] {
        let shape = Shape {
            latent_len: 333,
            classes: 0,
            width: 50,
            height: 1,
            channels: 1,
            hidden: if group == 0 { vec![] } else { vec![(333, Activation::Linear)] },
            last: Activation::Tanh,
        };
        let name = std::format!("largest products {group}");
        let mut model = shape.quantized_int4(&name, &mut SplitMix64(0), group.max(16));
        if let [first, _] = &mut *model.layers {
            // A layer that hands the codes of the latent on as they are: 8 x 2^14 / 2^17 = 1.
            first.zero_point = 0;
            let int8 = rows(&mut first.params);
            int8.weights.fill(0);
            int8.weights.iter_mut().step_by(334).for_each(|weight| *weight = 8);
            int8.bias.fill(0);
            int8.multipliers.fill(1 << 14);
            int8.negative_multipliers.fill(1 << 14);
            int8.shifts.fill(17);
        }
        let last = model.layers.last_mut().expect("there is a layer");
        last.zero_point = 128;
        let (most, scale) = if group == 0 { (127, 1) } else { (7, 255) };
        if let Params::I4(Int4 { scales, .. }) = &mut last.params {
            scales.fill(255);
        }
        let int8 = rows(&mut last.params);
        for (row, weights) in int8.weights.chunks_mut(333).enumerate() {
            weights.fill(if row % 2 == 0 { most } else { -most });
            let sum = i32::from(most) * scale * 127 * 333;
            let (end, sign) = if row % 2 == 0 { (i32::MAX - sum, -1) } else { (i32::MIN + sum, 1) };
            int8.bias[row] = if row % 3 == 0 { end } else { sign * sum + row as i32 - 25 };
            (int8.multipliers[row], int8.shifts[row]) =
                [(32_767, 17), (1, 32), (16_384, 30)][row / 4 % 3];
        }
        check(&model, &[[127; 333], [0; 333]].concat().repeat(17));
    }
}
