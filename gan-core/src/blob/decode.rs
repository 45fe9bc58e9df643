//! Makes a generator from the bytes of a blob. This is where blobs that come from anywhere are
//! checked.

use super::read::{self, After};
use super::{CRC_LEN, Header, MAGIC, MAX_NAME, VERSION, check, crc, is_aligned, payload_len};
use crate::error::DecodeError;
use crate::generator::Generator;
use crate::plan::Plan;

/// Reads a blob and checks all of it: the CRC, every limit of the format, and that no sum can
/// overflow.
///
/// This takes one pass over the bytes for the CRC and one over the weights. `bytes` must start on a
/// multiple of 16 in memory.
///
/// # Errors
///
/// The error says what is wrong with the blob, and where; see [`DecodeError`].
pub fn decode(bytes: &[u8]) -> Result<Generator<'_>, DecodeError> {
    decode_with(bytes, crc::crc32)
}

/// Does the same with another way to compute the CRC, for devices that have a unit for it. `crc32`
/// returns the CRC-32 of ISO-HDLC, which Ethernet, gzip and PNG use: polynomial `0x04C11DB7`, bits
/// reflected, first and last value inverted. That of `123456789` is `0xCBF43926`.
///
/// # Errors
///
/// As [`decode`].
pub fn decode_with(
    bytes: &[u8],
    crc32: impl Fn(&[u8]) -> u32,
) -> Result<Generator<'_>, DecodeError> {
    let mut generator = Generator::new(bytes);
    fill(&mut generator, &crc32).map(|()| generator)
}

/// Reads the generator's blob and checks all of it. This is a function of its own because its
/// result is small: it has an error, but no generator.
#[inline(never)]
fn fill(generator: &mut Generator<'_>, crc32: &impl Fn(&[u8]) -> u32) -> Result<(), DecodeError> {
    let bytes = generator.bytes;
    begins(bytes)?;
    if !is_aligned(bytes) {
        return Err(DecodeError::Misaligned);
    }
    let header = &mut generator.header;
    let after = read::read(bytes, header).map_err(|fault| match fault.end {
        // The CRC is right, so the blob was written like that. Say which field is wrong.
        _ if crc::of_intact(bytes, crc32).is_some() => fault.field,
        true => DecodeError::Truncated,
        false => DecodeError::Crc,
    })?;
    let Some(extra) = after.rest.len().checked_sub(CRC_LEN) else {
        return Err(DecodeError::Truncated);
    };
    let blob = bytes.get(..bytes.len().saturating_sub(extra)).unwrap_or_default();
    if crc::of_intact(blob, crc32).is_none() {
        return Err(DecodeError::Crc);
    }
    if extra > 0 {
        return Err(DecodeError::TrailingBytes { extra });
    }
    fits(header, &after)?;
    generator.plan = Plan::of(header.layers.as_slice());
    generator.payload = after.payload;
    check::layers(generator)
}

/// Checks the magic and the version.
pub(super) const fn begins(bytes: &[u8]) -> Result<(), DecodeError> {
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    let (mut bytes, mut magic): (&[u8], &[u8]) = (bytes, &MAGIC);
    while let [expected, further @ ..] = magic {
        match bytes {
            [byte, rest @ ..] if *byte == *expected => (bytes, magic) = (rest, further),
            [] => return Err(DecodeError::Truncated),
            _ => return Err(DecodeError::Magic),
        }
    }
    match bytes {
        [] => Err(DecodeError::Truncated),
        [1..=VERSION, ..] => Ok(()),
        [found, ..] => Err(DecodeError::Version { found: *found }),
    }
}

/// Checks all limits of the header, and that the payload is what the header announces.
pub(super) const fn fits(header: &Header<'_>, after: &After<'_>) -> Result<(), DecodeError> {
    if header.name.len() > MAX_NAME {
        return Err(DecodeError::Name);
    }
    // The layers come before the payload: a build without half bytes counts another length for
    // them, and the reader of the error has to learn that they are what it does not run.
    if let Err(error) = check::header(header) {
        return Err(error);
    }
    let (expected, found) = (payload_len(header), after.payload.len());
    if expected != found {
        return Err(DecodeError::PayloadLen { expected, found });
    }
    if !after.canonical {
        return Err(DecodeError::NotCanonical);
    }
    Ok(())
}

#[cfg(all(test, not(feature = "int4")))]
mod tests {
    use super::*;
    use crate::{Aligned, LayerField};

    /// A build without half bytes counts their sections wrongly. It must say what it lacks instead.
    #[test]
    fn half_bytes_are_refused_as_an_element() {
        static BLOB: &Aligned<[u8]> = &Aligned(*include_bytes!("../../data/v2-int4.gan"));
        let refused = decode(&BLOB.0).map(|_| ());
        assert_eq!(refused, Err(DecodeError::Layer { index: 0, field: LayerField::Element }));
    }
}
