//! Every single-bit flip and every truncation of a shipped model is refused by `decode` and by
//! `Known`. A CRC-32 detects every change within 32 bits; this test tries each flip.

use gan_core::{DecodeError, Known, decode};

#[path = "common/aligned.rs"]
mod aligned;
use aligned::Blob;

const DIGITS8: &[u8] = include_bytes!("../../models/digits8.gan");

/// Returns the errors of `decode` and of `Known`, which is read and checked, for these bytes.
fn refusals(blob: &[u8]) -> [Option<DecodeError>; 2] {
    let known = Known::read(blob).and_then(|known| known.check().map(|_| ()));
    [decode(blob).err(), known.err()]
}

#[test]
fn every_flipped_bit_of_digits8_is_refused() {
    let mut blob = Vec::from(DIGITS8);
    assert_eq!(refusals(&Blob::new(&blob)), [None, None]);
    let mut by_crc = 0;
    for bit in 0..8 * blob.len() {
        blob[bit / 8] ^= 1 << (bit % 8);
        let [decoded, known] = refusals(&Blob::new(&blob));
        assert!(decoded.is_some() && known.is_some(), "bit {bit}: {decoded:?}, {known:?}");
        by_crc += usize::from(decoded == Some(DecodeError::Crc));
        blob[bit / 8] ^= 1 << (bit % 8);
    }
    // The payload is nearly all of the blob, and only the CRC detects changes of it.
    assert!(by_crc > 8 * (blob.len() - 200), "{by_crc} by the CRC");
}

#[test]
fn every_truncation_of_digits8_is_refused() {
    for len in 0..DIGITS8.len() {
        let expected = if len == 0 { DecodeError::Empty } else { DecodeError::Truncated };
        let found = refusals(&Blob::new(&DIGITS8[..len]));
        assert_eq!(found, [Some(expected), Some(expected)], "{len} bytes");
    }
}
