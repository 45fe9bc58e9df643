//! These tests decode damaged blobs: truncated ones, ones with flipped bits and ones that are
//! misaligned in memory. None is accepted, and none causes a panic. If the CRC is corrected after a
//! bit was flipped, gan-core and the reference agree on whether the blob is valid, and on the
//! pixels if it is.

use gan_core::error::DecodeError;
use gan_core::{Generator, TransformInput, decode};
use gan_tests::reference::write::{seal, write};
use gan_tests::reference::{Given, Model, Params, Part, generate, parse, transform};
use gan_tests::synthetic::version3::{self, enlarge, latent_image, mask, numbers};
use gan_tests::synthetic::{SplitMix64, float, int4, packed, tiny, wide_range};

#[path = "common/aligned.rs"]
mod aligned;
use aligned::Blob;

#[test]
fn every_truncation_is_refused() {
    let blob = write(&tiny());
    assert_eq!(decode(&[]).map(|_| ()), Err(DecodeError::Empty));
    for len in 1..blob.len() {
        assert_eq!(
            decode(&Blob::new(&blob[..len])).map(|_| ()),
            Err(DecodeError::Truncated),
            "{len} bytes"
        );
    }
    // This blob ends early, and its CRC is right for the bytes that are left.
    for len in 0..blob.len() - 4 {
        assert!(!agreed(&seal(blob[..len].to_vec())), "a message of {len} bytes");
    }
}

#[test]
fn trailing_bytes_are_refused() {
    for extra in [1, 4, 16, 1000] {
        let mut blob = write(&tiny());
        blob.resize(blob.len() + extra, 0);
        assert_eq!(
            decode(&Blob::new(&blob)).map(|_| ()),
            Err(DecodeError::TrailingBytes { extra })
        );
    }
}

#[test]
fn misaligned_blobs_are_refused() {
    let blob = write(&tiny());
    for offset in 1..16 {
        assert_eq!(
            decode(&Blob::after(offset, &blob)).map(|_| ()),
            Err(DecodeError::Misaligned),
            "{offset} bytes after"
        );
    }
    assert!(decode(&Blob::after(16, &blob)).is_ok());
}

#[test]
fn every_flipped_bit_is_refused() {
    let blob = write(&tiny());
    for bit in 0..8 * blob.len() {
        let mut damaged = blob.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(decode(&Blob::new(&damaged)).is_err(), "bit {bit}");
    }
}

/// Returns whether gan-core accepts a blob, after checking that the reference decides the same and,
/// for an integer model, makes the same pixels.
#[track_caller]
fn agreed(bytes: &[u8]) -> bool {
    let blob = Blob::new(bytes);
    match (parse(bytes), decode(&blob)) {
        (Err(_), Err(_)) => false,
        (Ok(model), Ok(generator)) => {
            if model.takes_image() {
                transformed_alike(&model, &generator);
            } else if !matches!(model.layers[0].params, Params::F32(_)) {
                let latent: Vec<u8> = (0..model.latent_len).map(|i| (i * 37 % 128) as u8).collect();
                let label = model.classes.checked_sub(1);
                let mut scratch = vec![0; generator.scratch_len()];
                let mut pixels = vec![0; generator.pixels_len()];
                generator
                    .generate(&latent, label, &mut scratch, &mut pixels)
                    .expect("the buffers fit");
                assert_eq!(pixels, generate(&model, &latent, label));
            }
            true
        }
        (reference, core) => {
            panic!("reference: {:?}, gan-core: {:?}", reference.map(|_| ()), core.map(|_| ()))
        }
    }
}

/// Checks that gan-core and the reference make the same pixels of one input image.
#[track_caller]
fn transformed_alike(model: &Model, generator: &Generator<'_>) {
    let bytes = |len: usize, top: usize| (0..len).map(|i| (i * 37 % top) as u8).collect();
    let mut given = Given { label: model.classes.checked_sub(1), ..Given::default() };
    for part in &model.inputs {
        match *part {
            Part::Latent(len) => given.latent = bytes(len.into(), 128),
            Part::Image { width, height, channels } => {
                let pixels = usize::from(width) * usize::from(height);
                given.image = bytes(pixels * usize::from(channels), 256);
            }
            Part::Mask { width, height } => {
                given.mask = bytes(usize::from(width) * usize::from(height), 256);
            }
        }
    }
    let input = TransformInput {
        image: &given.image,
        mask: generator.inputs().mask().map(|_| &given.mask[..]),
        latent: &given.latent,
        label: given.label,
    };
    let mut codes = vec![0; generator.latent_len()];
    let mut scratch = vec![0; generator.scratch_len()];
    let mut pixels = vec![0; generator.pixels_len()];
    generator.transform(&input, &mut codes, &mut scratch, &mut pixels).expect("the call is right");
    assert_eq!(pixels, transform(model, &given));
}

/// Flips every `step`-th bit, one at a time, and counts the flips that leave a valid blob.
fn flip(model: &Model, step: usize) -> (usize, usize) {
    let mut message = write(model);
    message.truncate(message.len() - 4);
    let (mut valid, mut all) = (0, 0);
    for bit in (0..8 * message.len()).step_by(step) {
        message[bit / 8] ^= 1 << (bit % 8);
        valid += usize::from(agreed(&seal(message.clone())));
        all += 1;
        message[bit / 8] ^= 1 << (bit % 8);
    }
    (valid, all)
}

#[test]
fn flipped_bits_with_a_right_crc_are_judged_alike() {
    for (model, step) in [
        (tiny(), 1),
        (float(), 7),
        (wide_range(), 61),
        (int4(), 61),
        (packed(), 61),
        (version3::tiny(), 1),
        (mask(), 61),
        (latent_image(), 61),
        (numbers(), 7),
    ] {
        let (valid, all) = flip(&model, step);
        println!("{}: {valid} of {all} bits leave a valid blob", model.name);
        assert!(valid > all / 4 && valid < all, "both kinds have to occur");
    }
}

/// Random bytes in the header, which has the blob's structure, cause no panic.
#[test]
fn random_headers_are_judged_alike() {
    let mut rng = SplitMix64(9);
    let mut valid = 0;
    for model in [
        tiny(),
        float(),
        wide_range(),
        int4(),
        packed(),
        version3::tiny(),
        enlarge(),
        mask(),
        latent_image(),
    ] {
        let mut message = write(&model);
        message.truncate(message.len() - 4);
        for _ in 0..3000 {
            let mut damaged = message.clone();
            for _ in 0..rng.range(1, 3) {
                damaged[rng.range(4, 100) as usize] =
                    [0, 1, 2, 127, 128, 129, 255, rng.next_u64() as u8][rng.range(0, 7) as usize];
            }
            valid += usize::from(agreed(&seal(damaged)));
        }
    }
    assert!(valid > 100, "{valid} valid blobs");
}
