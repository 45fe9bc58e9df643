//! These tests compare the packing and the pixels of int4 layers with the reference.

use gan_core::{Element, Generator, Packing, decode};
use gan_tests::reference::write::write;
use gan_tests::reference::{self, Activation, Params, sampler};
use gan_tests::synthetic::{self, ACTIVATIONS, Shape, SplitMix64};
use proptest::prelude::*;

#[path = "common/aligned.rs"]
mod aligned;
#[path = "common/packed.rs"]
mod packed;
#[path = "common/random.rs"]
mod random;
use aligned::Blob;
use packed::packed;

fn image(generator: &Generator<'_>, latent: &[u8], label: Option<u16>) -> Vec<u8> {
    let mut scratch = vec![0xA5A5_A5A5; generator.scratch_len()];
    let mut pixels = vec![0xA5; generator.pixels_len()];
    generator.generate(latent, label, &mut scratch, &mut pixels).expect("the buffers fit");
    let (mut line, mut lines) = (vec![0x5A; generator.line_len()], Vec::new());
    let sink = |_: usize, line: &[u8]| lines.extend_from_slice(line);
    generator.generate_rows(latent, label, &mut scratch, &mut line, sink).expect("the buffers fit");
    assert_eq!(lines, pixels, "line by line and whole");
    pixels
}

fn shape() -> impl Strategy<Value = Shape> {
    let activation = prop_oneof![
        prop::sample::select(&ACTIVATIONS[..]),
        (0.0..=1.0f32).prop_map(Activation::LeakyRelu)
    ];
    let hidden = prop::collection::vec((1..=70u16, activation), 0..=4);
    (1..=100u16, 0..=3u16, 1..=9u16, 1..=7u16, hidden, prop::sample::select(&ACTIVATIONS[..]))
        .prop_map(|(latent_len, classes, width, height, hidden, last)| Shape {
            latent_len,
            classes,
            width,
            height,
            channels: 1,
            hidden,
            last,
        })
}

proptest! {
    #![proptest_config(random::inputs(500, random::kept!("int4")))]

    /// Any model with int4 layers, in rows and packed, has the reference's bytes and pixels, and
    /// unpacking gives the original blob.
    #[test]
    fn half_bytes_equal_the_reference(shape in shape(), seed in any::<u64>()) {
        let mut model = shape.int4("random", &mut SplitMix64(seed));
        let bytes = write(&model);
        let parsed = reference::parse(&bytes);
        prop_assert!(parsed.as_ref() == Ok(&model), "{:?}", parsed.err());
        let rows = Blob::new(&bytes);
        let rows = decode(&rows).expect("the model is valid");
        let label = model.classes.checked_sub(1);
        let len = rows.latent_len();
        let latents = [sampler::codes(seed, 0, len), vec![0; len], vec![127; len]];
        let expected = latents.each_ref().map(|latent| reference::generate(&model, latent, label));
        for (latent, expected) in latents.iter().zip(&expected) {
            prop_assert_eq!(&image(&rows, latent, label), expected, "in rows");
        }
        for layer in &mut model.layers {
            if matches!(layer.params, Params::I4(_)) {
                layer.packing = reference::Packing::NibbleLane;
            }
        }
        let ours = packed(&rows, Packing::NibbleLane);
        prop_assert!(ours == write(&model), "other bytes than the reference's");
        let parsed = reference::parse(&ours);
        prop_assert!(parsed.as_ref() == Ok(&model), "packed: {:?}", parsed.err());
        let blob = Blob::new(&ours);
        let generator = decode(&blob).expect("a packed model is valid");
        for (latent, expected) in latents.iter().zip(&expected) {
            prop_assert_eq!(&image(&generator, latent, label), expected, "packed");
        }
        prop_assert!(packed(&generator, Packing::Rows) == bytes, "unpacking gives another blob");
    }
}

/// Each packing of int8 layers has one packing for int4 layers that goes with it.
#[test]
fn half_bytes_are_packed_for_cores_without_vectors() {
    let blob = Blob::new(&write(&synthetic::int4()));
    let generator = decode(&blob).expect("the model is valid");
    for (packing, expected) in [
        (Packing::Rows, Packing::Rows),
        (Packing::Blocks16x4, Packing::Rows),
        (Packing::PairedHalfword, Packing::NibbleLane),
        (Packing::ByteLane, Packing::NibbleLane),
        (Packing::Blocks7x16, Packing::Rows),
    ] {
        for spec in generator.packed_header(packing).layers.iter() {
            if spec.element != Element::I8 {
                assert_eq!(spec.packing, expected, "with {packing}");
            }
        }
    }
}
