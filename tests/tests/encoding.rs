//! Every model has exactly one encoding. Bytes that encode a model in another way, or that
//! contradict themselves, are refused by `decode` and by the reference.

use gan_core::decode;
use gan_core::error::{DecodeError, LayerField};
use gan_tests::reference::write::{assemble, header, payload, seal, write};
use gan_tests::reference::{Float, Params, parse};
use gan_tests::synthetic::{float, tiny};

#[path = "common/aligned.rs"]
mod aligned;
use aligned::Blob;

/// The offset of the first layer's `inputs` in the tiny blob. The table of golden bytes in
/// docs/blob-format.md has the other offsets.
const TINY_LAYER: usize = 16;

#[track_caller]
fn refused(blob: &[u8], expected: DecodeError) {
    assert_eq!(decode(&Blob::new(blob)).map(|_| "accepted"), Err(expected));
    assert!(parse(blob).is_err(), "the reference accepts it");
}

const fn layer(index: u8, field: LayerField) -> DecodeError {
    DecodeError::Layer { index, field }
}

/// Replaces the bytes `old` at offset `at` of the tiny blob's header, and makes the rest of the
/// blob (padding, payload and CRC) valid again.
fn tiny_with(at: usize, old: usize, new: &[u8]) -> Vec<u8> {
    let mut bytes = header(&tiny());
    bytes.splice(at..at + old, new.iter().copied());
    assemble(&bytes, &payload(&tiny()))
}

#[test]
fn headers_of_another_format_are_refused() {
    refused(&tiny_with(3, 1, b"b"), DecodeError::Magic);
    for found in [0, 4, 255] {
        refused(&tiny_with(4, 1, &[found]), DecodeError::Version { found });
    }
    // A blob must have the lowest version that can hold its model.
    refused(&tiny_with(4, 1, &[2]), DecodeError::NotCanonical);
    refused(&tiny_with(6, 1, &[0xFF]), DecodeError::Name); // name: not UTF-8
    refused(&tiny_with(10, 1, &[0x82, 0x80, 0x04]), DecodeError::LatentLen); // latent_len: 65538
    let fields =
        [(2, 3, LayerField::Element), (3, 6, LayerField::Packing), (4, 5, LayerField::Activation)];
    for (at, unknown, field) in fields {
        refused(&tiny_with(TINY_LAYER + at, 1, &[unknown]), layer(0, field));
    }
}

#[test]
fn longer_varints_are_refused() {
    // These are the offsets of the name's length, latent_len, classes, width, height, the number of
    // layers, inputs, outputs, element, packing and activation.
    for at in [5, 10, 11, 12, 13, 15, 16, 17, 18, 19, 20] {
        let value = header(&tiny())[at];
        println!("offset {at}");
        refused(&tiny_with(at, 1, &[value | 0x80, 0]), DecodeError::NotCanonical);
    }
    // These are the lengths of the padding and of the payload. With both values the payload still
    // begins on a multiple of 16.
    let (header, payload) = (header(&tiny()), payload(&tiny()));
    refused(
        &seal([&header[..], &[0x86, 0], &[0; 6], &[0xC0, 0x02], &payload].concat()),
        DecodeError::NotCanonical,
    );
    refused(
        &seal([&header[..], &[6], &[0; 6], &[0xC0, 0x82, 0], &payload].concat()),
        DecodeError::NotCanonical,
    );
}

/// Only four bits of a length's fifth byte fit into a number of 32 bits. A reader that drops the
/// other bits would take this length for that of the tiny blob.
#[test]
fn lengths_of_more_than_32_bits_are_refused() {
    let (header, payload) = (header(&tiny()), payload(&tiny()));
    for fifth in 0x10..0x20 {
        let blob =
            seal([&header[..], &[3], &[0; 3], &[0xC0, 0x82, 0x80, 0x80, fifth], &payload].concat());
        refused(&blob, DecodeError::Header);
    }
}

/// A payload that begins on a multiple of 16 without padding also does so after 16 bytes of
/// padding, so the longer padding must be refused.
#[test]
fn a_whole_block_of_padding_is_refused() {
    let mut model = tiny();
    while !(header(&model).len() + 3).is_multiple_of(16) {
        model.name.push('x');
    }
    let (header, payload) = (header(&model), payload(&model));
    let with = |padding: &[u8]| {
        let len = [padding.len() as u8];
        seal([&header[..], &len, padding, &[0xC0, 0x02], &payload].concat())
    };
    assert_eq!(with(&[]), write(&model), "it needs none");
    refused(&with(&[0; 16]), DecodeError::NotCanonical);
}

#[test]
fn other_paddings_are_refused() {
    let (header, payload) = (header(&tiny()), payload(&tiny()));
    for (padding, what) in [
        (vec![0; 6], "short"),
        (vec![0; 8], "long"),
        (vec![], "none"),
        (vec![0; 23], "a block too long"),
    ] {
        println!("{what}");
        let blob =
            seal([&header[..], &[padding.len() as u8], &padding, &[0xC0, 0x02], &payload].concat());
        refused(&blob, DecodeError::NotCanonical);
    }
    for at in 23..30 {
        let mut blob = write(&tiny());
        blob.truncate(blob.len() - 4);
        blob[at] = 1;
        refused(&seal(blob), DecodeError::NotCanonical);
    }
    // These are offsets in the padding after the weights, after the multipliers and after the
    // shifts. The biases fill their section.
    for at in [36, 47, 68, 79, 82, 95] {
        let mut blob = write(&tiny());
        blob.truncate(blob.len() - 4);
        blob[at] = 1;
        refused(&seal(blob), layer(0, LayerField::SectionPadding));
    }
}

#[test]
fn other_payload_lengths_are_refused() {
    let (header, payload) = (header(&tiny()), payload(&tiny()));
    for found in [0, 1, 304, 319, 321, 336, 400] {
        let mut payload = payload.clone();
        payload.resize(found, 0);
        refused(&assemble(&header, &payload), DecodeError::PayloadLen { expected: 320, found });
    }
}

/// Sizes that overflow 32 bits and then look plausible to a reader on a 32-bit core are refused.
#[test]
fn sizes_beyond_32_bits_are_refused() {
    // The weights take 2^32 bytes, which are 0 modulo 2^32.
    let mut model = float();
    (model.latent_len, model.classes, model.width, model.height, model.channels) =
        (1 << 15, 0, 1 << 8, 1 << 7, 1);
    model.layers.truncate(1);
    (model.layers[0].inputs, model.layers[0].outputs) = (1 << 15, 1 << 15);
    model.layers[0].params = Params::F32(Float { weights: vec![], bias: vec![0.0; 1 << 15] });
    let blob = write(&model);
    let refusal = decode(&Blob::new(&blob)).map(|_| "accepted");
    assert!(matches!(refusal, Err(DecodeError::PayloadLen { found: 0x2_0000, .. })), "{refusal:?}");
    assert!(parse(&blob).is_err(), "the reference accepts it");

    // The image has 2^33 + 2 pixels, which are 2 modulo 2^32, as many as in the tiny blob.
    let mut model = tiny();
    (model.width, model.height, model.channels) = (45_761, 62_571, 3);
    refused(&write(&model), layer(0, LayerField::Outputs));
}
