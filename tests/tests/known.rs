//! Blobs that a build knows: `Known` has the generator that `decode` finds, and refuses every other
//! blob and every wrong description.

use gan_core::blob::{Description, Known};
use gan_core::error::{DecodeError, LayerField};
use gan_core::{Generator, Packing, decode};
use gan_tests::reference::write::{seal, write};
use gan_tests::reference::{Model, generate};
use gan_tests::synthetic::{Shape, SplitMix64, float, int4, packed, tiny, wide_range};

#[path = "common/aligned.rs"]
mod aligned;
use aligned::Blob;

/// What a build script writes down of a blob with so many layers.
fn describe<'a, const LAYERS: usize>(generator: &Generator<'a>) -> Description<'a, LAYERS> {
    let header = generator.header();
    Description {
        name: header.name,
        latent_len: header.latent_len,
        classes: header.classes,
        image: header.image,
        layers: header.layers.as_slice().try_into().expect("so many layers"),
        encoded_len: generator.encoded_len(),
        crc: generator.crc(),
    }
}

/// The model is the one that `decode` finds, and makes the reference's pixels.
fn known<const LAYERS: usize>(model: &Model) {
    let blob = Blob::new(&write(model));
    let decoded = decode(&blob).expect("valid");
    let known = Known::new(describe::<LAYERS>(&decoded), &blob);
    let generator = known.check().expect("the same bytes");
    assert_eq!(generator.header(), decoded.header());
    assert_eq!((generator.scratch_len(), generator.crc()), (decoded.scratch_len(), decoded.crc()));

    let latent: Vec<u8> = (0..model.latent_len).map(|i| (i * 37 % 128) as u8).collect();
    let label = model.classes.checked_sub(1);
    let images = [generator, &decoded].map(|generator| {
        let mut pixels = vec![0; generator.pixels_len()];
        generator
            .generate(&latent, label, &mut vec![0; generator.scratch_len()], &mut pixels)
            .expect("the buffers fit");
        pixels
    });
    assert_eq!(images[0], images[1]);
    if model.name != float().name {
        assert_eq!(images[0], generate(model, &latent, label));
    }
}

#[test]
fn known_models_are_those_that_decode_finds() {
    known::<1>(&tiny());
    known::<5>(&float());
    known::<8>(&wide_range());
    known::<6>(&int4());
    known::<7>(&packed());
}

#[test]
fn other_bytes_are_refused() {
    let bytes = write(&tiny());
    let blob = Blob::new(&bytes);
    let description = describe::<1>(&decode(&blob).expect("valid"));
    let refusal = |blob: &[u8]| Known::new(description, blob).check().map(|_| "accepted");

    for bit in 0..8 * bytes.len() {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(refusal(&Blob::new(&damaged)), Err(DecodeError::Crc), "bit {bit}");
    }
    for len in 0..bytes.len() {
        assert_eq!(refusal(&Blob::new(&bytes[..len])), Err(DecodeError::Truncated), "{len} bytes");
    }
    for extra in [1, 4, 16, 1000] {
        let mut longer = bytes.clone();
        longer.resize(bytes.len() + extra, 0);
        assert_eq!(refusal(&Blob::new(&longer)), Err(DecodeError::TrailingBytes { extra }));
    }
    for offset in 1..16 {
        assert_eq!(
            refusal(&Blob::after(offset, &bytes)),
            Err(DecodeError::Misaligned),
            "{offset} bytes after"
        );
    }

    // Another model, with a CRC that is right for it.
    let mut other = bytes.clone();
    other.truncate(bytes.len() - 4);
    other[80] ^= 1;
    assert_eq!(refusal(&Blob::new(&seal(other))), Err(DecodeError::Crc));
}

/// A description whose sizes do not belong together, or to the bytes, is refused whatever the
/// bytes.
#[test]
fn descriptions_of_no_blob_are_refused() {
    type Case = (&'static str, fn(&mut Description<'_, 2>), DecodeError);
    const fn layer(index: u8, field: LayerField) -> DecodeError {
        DecodeError::Layer { index, field }
    }
    let cases: &[Case] = &[
        ("long name", |d| d.name = "123456789 123456789 123456789 123", DecodeError::Name),
        ("no latent", |d| d.latent_len = 0, DecodeError::LatentLen),
        ("longer latent", |d| d.latent_len += 1, layer(0, LayerField::Inputs)),
        ("two channels", |d| d.image.channels = 2, DecodeError::Image),
        ("wider image", |d| d.image.width += 1, layer(1, LayerField::Outputs)),
        // Eight rows instead of four: 16 bytes more of weights and 32 of biases; two times four
        // bytes for a row instead of two: 32 more.
        (
            "other packing",
            |d| d.layers[0].packing = Packing::NibbleLane,
            DecodeError::PayloadLen { expected: 448 + 80, found: 48 + 448 },
        ),
        ("zero_point 128", |d| d.layers[0].zero_point = 128, layer(0, LayerField::ZeroPoint)),
        // 448 bytes of payload after 48 of header; 2^14 rows of four biases instead of two are
        // 262,112 bytes more.
        (
            "biases of 2^14 labels",
            |d| d.classes = 1 << 14,
            DecodeError::PayloadLen { expected: 448 + 262_112, found: 48 + 448 },
        ),
        ("16 bytes less", |d| d.encoded_len -= 16, DecodeError::TrailingBytes { extra: 16 }),
        ("16 bytes more", |d| d.encoded_len += 16, DecodeError::Truncated),
        ("other CRC", |d| d.crc ^= 1, DecodeError::Crc),
    ];
    let shape = Shape {
        latent_len: 3,
        classes: 2,
        width: 3,
        height: 2,
        channels: 1,
        hidden: vec![(4, gan_tests::reference::Activation::LeakyRelu(0.5))],
        last: gan_tests::reference::Activation::Sigmoid,
    };
    let blob = Blob::new(&write(&shape.int8("plain", &mut SplitMix64(0))));
    let description = describe::<2>(&decode(&blob).expect("valid"));
    assert!(Known::new(description, &blob).check().is_ok());
    for &(what, change, expected) in cases {
        let mut wrong = description;
        change(&mut wrong);
        assert_eq!(Known::new(wrong, &blob).check().map(|_| "accepted"), Err(expected), "{what}");
    }
    let none = without_layers(&description);
    assert_eq!(Known::new(none, &blob).check().map(|_| "accepted"), Err(DecodeError::Layers));
}

fn without_layers<'a>(description: &Description<'a, 2>) -> Description<'a, 0> {
    let Description { name, latent_len, classes, image, encoded_len, crc, .. } = *description;
    Description { name, latent_len, classes, image, layers: [], encoded_len, crc }
}
