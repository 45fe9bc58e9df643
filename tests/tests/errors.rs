//! These tests pin the texts of errors: each names the field, what was expected, and the unit.

use gan_core::{DecodeError, EncodeError, GenerateError, InputsFault, Known, LayerField, decode};
use gan_tests::reference::Activation;
use gan_tests::reference::write::{seal, write};
use gan_tests::synthetic::{Shape, SplitMix64, tiny};

#[path = "common/aligned.rs"]
mod aligned;
use aligned::Blob;

/// The expected units come from the errors' documentation and from docs/blob-format.md.
#[test]
fn errors_say_what_was_expected_in_the_unit_of_the_field() {
    let inputs = |fault| DecodeError::Inputs { fault }.to_string();
    let layer = |field| DecodeError::Layer { index: 3, field }.to_string();
    for (said, expected) in [
        (GenerateError::ScratchLen { expected: 32 }.to_string(), "at least 32 words of 32 bits"),
        (GenerateError::LatentLen { expected: 16 }.to_string(), "expected 16 codes"),
        (GenerateError::OutputLen { expected: 64 }.to_string(), "expected 64 bytes"),
        (GenerateError::Label { classes: 10 }.to_string(), "0..=9"),
        (EncodeError::OutputLen { expected: 7 }.to_string(), "at least 7 bytes"),
        (DecodeError::Version { found: 4 }.to_string(), "version: 4 (expected 1 to 3; a newer"),
        (DecodeError::PayloadLen { expected: 5, found: 4 }.to_string(), "4 bytes (expected 5)"),
        (DecodeError::TrailingBytes { extra: 2 }.to_string(), "2 bytes after the end"),
        (DecodeError::Name.to_string(), "32 bytes of UTF-8"),
        (DecodeError::Layers.to_string(), "1 to 16"),
        (DecodeError::Outputs.to_string(), "outputs: expected an image, or numbers in one channel"),
        (DecodeError::Metadata.to_string(), "metadata: expected at most 65535 bytes"),
        (inputs(InputsFault::Count), "inputs: expected 1 to 3 parts"),
        (inputs(InputsFault::MaskAlone), "inputs: a mask without an image"),
        (inputs(InputsFault::Sum), "latent_len"),
        (GenerateError::ImageLen { expected: 63 }.to_string(), "image: expected 63 bytes"),
        (GenerateError::MaskLen { expected: 12 }.to_string(), "mask: expected 12 bytes"),
        (GenerateError::CodesLen { expected: 75 }.to_string(), "at least 75 bytes"),
        (GenerateError::ImageNeeded.to_string(), "transform runs it"),
        (GenerateError::ImageUnexpected.to_string(), "generate runs it"),
        (
            layer(LayerField::Shift),
            "layer 3: shifts: expected 17 to 46, in a packed layer 17 to 32",
        ),
        (layer(LayerField::Weights), "zeros for padding"),
        (layer(LayerField::Bias), "zeros for padding"),
        (layer(LayerField::Multiplier), "0 to 32767"),
        (layer(LayerField::Accumulator), "its packing's 24"),
        (layer(LayerField::ZeroPoint), "in a layer with a table 0 to 255"),
    ] {
        assert!(said.contains(expected), "{said}");
    }
    let old = DecodeError::Version { found: 0 }.to_string();
    assert_eq!(old, "version: 0 (expected 1 to 3)", "no newer gan-core reads it");
}

/// The versions below and above the supported ones are refused, by `decode` and in a constant.
#[test]
fn versions_that_are_not_read_are_refused() {
    let bytes = write(&tiny());
    for version in [0, 4, 255] {
        let mut changed = bytes[..bytes.len() - 4].to_vec();
        changed[4] = version;
        let changed = Blob::new(&seal(changed));
        let expected = DecodeError::Version { found: version };
        assert_eq!(decode(&changed).map(|_| ()), Err(expected));
        assert_eq!(Known::read(&changed).map(|_| ()), Err(expected));
    }
}

/// A number takes up to five bytes, the last of which has room for four bits of 32. A name with
/// the longest length that there is ends beyond the blob, and 33 bits are no length.
#[test]
fn lengths_have_32_bits() {
    let of_name = |length: [u8; 5]| {
        let bytes = write(&tiny());
        let mut changed = bytes[..bytes.len() - 4].to_vec();
        // The name's length stands behind the magic number, the version and the flags.
        let at = changed.windows(4).position(|four| four == b"tiny").expect("its name") - 1;
        assert_eq!(changed[at], 4);
        changed.splice(at..=at, length);
        // `Known` takes the CRC on trust, so that the fault of the length shows.
        Known::read(&Blob::new(&seal(changed))).map(|_| ())
    };
    assert_eq!(of_name([0xFF, 0xFF, 0xFF, 0xFF, 0x0E]), Err(DecodeError::Truncated));
    assert_eq!(of_name([0xFF, 0xFF, 0xFF, 0xFF, 0x0F]), Err(DecodeError::Truncated));
    assert_eq!(of_name([0xFF, 0xFF, 0xFF, 0xFF, 0x1F]), Err(DecodeError::Name));
}

/// By hand: 5 codes to 7, to 9, to 4 x 3 pixels of three bytes.
#[test]
fn multiply_accumulates_are_those_of_all_layers() {
    let shape = Shape {
        latent_len: 5,
        classes: 3,
        width: 4,
        height: 3,
        channels: 3,
        hidden: vec![(7, Activation::Relu), (9, Activation::Tanh)],
        last: Activation::Sigmoid,
    };
    let bytes = Blob::new(&write(&shape.int8("macs", &mut SplitMix64(0))));
    let generator = decode(&bytes).expect("the model is valid");
    assert_eq!(generator.macs(), 5 * 7 + 7 * 9 + 9 * 36);
}
