//! Makes a generator from the bytes of a blob. This is where blobs that come from anywhere are
//! checked.

use super::{CRC_LEN, MAGIC, MAX_NAME, VERSION, check, is_aligned, payload_len, read, sealed};
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
    let mut generator = Generator::new(bytes);
    fill(&mut generator).map(|()| generator)
}

/// Reads the generator's blob and checks all of it. This is a function of its own because its
/// result is small: it has an error, but no generator.
#[inline(never)]
fn fill(generator: &mut Generator<'_>) -> Result<(), DecodeError> {
    let bytes = generator.bytes;
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    if bytes.iter().zip(MAGIC).any(|(&byte, magic)| byte != magic) {
        return Err(DecodeError::Magic);
    }
    match bytes.get(MAGIC.len()) {
        None => return Err(DecodeError::Truncated),
        Some(1..=VERSION) => {}
        Some(&found) => return Err(DecodeError::Version { found }),
    }
    if !is_aligned(bytes) {
        return Err(DecodeError::Misaligned);
    }
    let header = &mut generator.header;
    let after = read::read(bytes, header).map_err(|fault| match fault.end {
        // The CRC is right, so the blob was written like that. Say which field is wrong.
        _ if sealed(bytes).is_some() => fault.field,
        true => DecodeError::Truncated,
        false => DecodeError::Crc,
    })?;
    let Some(extra) = after.rest.len().checked_sub(CRC_LEN) else {
        return Err(DecodeError::Truncated);
    };
    if sealed(bytes.get(..bytes.len().saturating_sub(extra)).unwrap_or_default()).is_none() {
        return Err(DecodeError::Crc);
    }
    if extra > 0 {
        return Err(DecodeError::TrailingBytes { extra });
    }
    if header.name.len() > MAX_NAME {
        return Err(DecodeError::Name);
    }
    let (expected, found) = (payload_len(header), after.payload.len());
    if expected != found {
        return Err(DecodeError::PayloadLen { expected, found });
    }
    if !after.canonical {
        return Err(DecodeError::NotCanonical);
    }
    check::header(header.latent_len, header.image, &header.layers)?;
    generator.plan = Plan::of(&header.layers);
    generator.payload = after.payload;
    check::layers(generator)
}
