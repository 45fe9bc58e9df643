//! These tests check `Known`, a blob that is known when the program is built: it gives the same
//! generator as `decode`, and refuses every other blob.

use gan_core::error::{DecodeError, LayerField};
use gan_core::host::{Backend, Runner};
use gan_core::{Known, decode};
use gan_tests::reference::write::{seal, write};
use gan_tests::reference::{Model, Params, generate};
use gan_tests::synthetic::version3;
use gan_tests::synthetic::{SplitMix64, float, int4, packed, tiny, wide_range};

#[path = "common/aligned.rs"]
mod aligned;
use aligned::Blob;

/// The model is the same as that of `decode`, and makes the reference's pixels.
fn known(model: &Model) {
    let blob = Blob::new(&write(model));
    let decoded = decode(&blob).expect("valid");
    let known = Known::read(&blob).expect("the header is one");
    let generator = known.check().expect("the same bytes");
    assert_eq!(generator.header(), decoded.header());
    assert_eq!((generator.scratch_len(), generator.crc()), (decoded.scratch_len(), decoded.crc()));
    // What firmware sizes its buffers by, from the model that was written.
    let line = usize::from(model.width) * usize::from(model.channels);
    assert_eq!((known.latent_len(), known.classes()), (model.latent_len.into(), model.classes));
    assert_eq!(known.line_len(), line);
    assert_eq!(known.pixels_len(), line * usize::from(model.height));
    assert_eq!(known.pair_scratch_len(), decoded.pair_scratch_len());

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
    known(&tiny());
    known(&float());
    known(&wide_range());
    known(&int4());
    known(&packed());
}

#[test]
fn other_bytes_are_refused() {
    let bytes = write(&tiny());
    let refusal = |blob: &[u8]| {
        Known::read(blob).and_then(|known| known.check().map(|_| ())).map(|()| "accepted")
    };

    for bit in 0..8 * bytes.len() {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        let refused = refusal(&Blob::new(&damaged));
        // The payload of this model begins at 48. Some damage before it gives a header that does
        // not fit a payload of this length.
        let expected = bit < 8 * 48 && refused.is_err() || refused == Err(DecodeError::Crc);
        assert!(expected, "bit {bit}: {refused:?}");
    }
    assert_eq!(refusal(&[]), Err(DecodeError::Empty));
    for len in 1..bytes.len() {
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
}

/// Returns whether an error concerns a layer's parameters, which [`Known`] does not check.
fn is_of_numbers(error: DecodeError) -> bool {
    use LayerField::{Accumulator, Bias, Multiplier, SectionPadding, Shift, Table, Weights};
    matches!(
        error,
        DecodeError::Layer {
            field: Accumulator | Bias | Multiplier | SectionPadding | Shift | Table | Weights,
            ..
        }
    )
}

/// If the header of a blob was changed and the CRC was corrected, [`Known`] refuses the blob
/// whenever `decode` refuses it because of its header.
#[test]
fn headers_are_judged_as_decode_judges_them() {
    let (mut accepted, mut refused) = (0, 0);
    for model in [tiny(), float(), int4(), packed(), version3::mask(), version3::numbers()] {
        let bytes = write(&model);
        let header = Blob::new(&bytes);
        let payload: usize = decode(&header).expect("valid").layers().len() * 8 + 40;
        for at in 0..payload.min(bytes.len() - 4) {
            for value in 0..=255 {
                let mut changed = bytes[..bytes.len() - 4].to_vec();
                changed[at] = value;
                let changed = Blob::new(&seal(changed));
                let of_known = Known::read(&changed).map(|known| known.header().clone());
                match (decode(&changed), of_known) {
                    (Ok(generator), Ok(header)) => assert_eq!(*generator.header(), header),
                    // `decode` checks the CRC first, and looks for it at another place then.
                    (Err(_), Err(DecodeError::Truncated | DecodeError::TrailingBytes { .. })) => {}
                    (Err(error), Err(of_known)) => assert_eq!(error, of_known),
                    (Err(error), Ok(_)) => assert!(is_of_numbers(error), "{at}: {error}"),
                    (Ok(_), Err(error)) => panic!("{at}: {value}: {error}"),
                }
                if decode(&changed).is_ok() { accepted += 1 } else { refused += 1 }
            }
        }
    }
    assert!(accepted > 1000 && refused > 10_000, "{accepted} accepted, {refused} refused");
}

/// Parameters beyond their limits, with a right CRC, give some pixels. Nothing panics, also in a
/// build that checks for overflow.
#[test]
fn tampered_numbers_give_some_pixels() {
    let mut rng = SplitMix64(9);
    for model in [tiny(), wide_range(), int4(), packed()] {
        let bytes = write(&model);
        let valid = Blob::new(&bytes);
        let payload =
            bytes.len() - 4 - gan_core::blob::payload_len(decode(&valid).unwrap().header());
        for _ in 0..300 {
            let mut changed = bytes[..bytes.len() - 4].to_vec();
            for _ in 0..=rng.next_u64() % 64 {
                let at = payload + rng.next_u64() as usize % (changed.len() - payload);
                changed[at] =
                    if rng.next_u64().is_multiple_of(2) { 255 } else { rng.next_u64() as u8 };
            }
            let changed = Blob::new(&seal(changed));
            let known = Known::read(&changed).expect("the header is as before");
            let generator = known.check().expect("the CRC is right");
            let mut pixels = vec![0; generator.pixels_len()];
            let latent: Vec<u8> =
                (0..model.latent_len).map(|_| rng.next_u64() as u8 & 127).collect();
            let label = model.classes.checked_sub(1);
            let mut scratch = vec![0; generator.scratch_len()];
            generator.generate(&latent, label, &mut scratch, &mut pixels).expect("it fits");
            for backend in Backend::available() {
                let runner = Runner::with_backend(generator, backend).expect("it is available");
                runner.generate(&latent, label, &mut pixels).expect("it fits");
            }
        }
    }
}

/// Parameters beyond their limits can requantize to the largest number of 32 bits. Adding the zero
/// point to it must not panic.
#[test]
fn a_result_of_32_bits_plus_a_zero_point_gives_some_pixel() {
    let mut model = tiny();
    for layer in &mut model.layers {
        layer.zero_point = 255;
        if let Params::I8(int8) = &mut layer.params {
            int8.weights.fill(0);
            int8.bias.fill(-1);
            int8.multipliers.fill(u16::MAX);
            int8.shifts.fill(48);
        }
    }
    let blob = Blob::new(&write(&model));
    assert!(decode(&blob).is_err_and(is_of_numbers));
    let known = Known::read(&blob).expect("the header is right");
    let generator = known.check().expect("the CRC is right");
    let mut pixels = vec![0; generator.pixels_len()];
    for backend in Backend::available() {
        let runner = Runner::with_backend(generator, backend).expect("it is available");
        runner.generate(&[64, 64], Some(0), &mut pixels).expect("it fits");
    }
}
