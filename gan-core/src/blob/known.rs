//! A blob that a build knows: what decode found out about it is a constant in the firmware that
//! carries it.
//!
//! [`decode`](super::decode) is the only check of unknown bytes. Firmware whose build script has
//! decoded the blob has no unknown bytes: it only has to see that those in flash are still the
//! same, and needs neither the code that reads a header nor the code that checks layers.
//!
//! What makes that sound: the sizes and the length are checked here as `decode` checks them, by the
//! same functions, and in a `static` when the firmware is compiled, so that every section lies
//! inside the bytes and begins on a multiple of 16: no kernel reads or writes beyond its buffers,
//! even if the description is not the blob's. What is left to the CRC is what the numbers promise,
//! which only `decode` can find out: if the bytes are those that it accepted, no sum overflows; if
//! they are not, sums wrap around and pixels are wrong, no more.

use super::{
    ALIGNMENT, CRC_LEN, Header, ImageShape, LayerSpec, LayerSpecs, MAX_NAME, check, is_aligned,
    sealed,
};
use crate::error::DecodeError;
use crate::generator::Generator;
use crate::payload::sections_len;
use crate::plan::Plan;

/// All that a build knows of a blob that it has decoded; the fields are those of [`Header`] and
/// [`Generator`].
#[derive(Debug, Clone, Copy)]
pub struct Description<'a, const LAYERS: usize> {
    /// [`Header::name`]
    pub name: &'a str,
    /// [`Header::latent_len`]
    pub latent_len: u16,
    /// [`Header::classes`]
    pub classes: u16,
    /// [`Header::image`]
    pub image: ImageShape,
    /// [`Header::layers`]
    pub layers: [LayerSpec; LAYERS],
    /// [`Generator::encoded_len`]
    pub encoded_len: usize,
    /// [`Generator::crc`]
    pub crc: u32,
}

/// A blob and its description, of which it is not yet known whether they belong together.
/// [`check`](Self::check) finds that out, and has the generator.
///
/// Meant for a `static`: then all that can be checked without the bytes has been checked when it
/// was compiled, and the generator is in flash.
///
/// ```
/// use gan_core::blob::{Description, ImageShape, Known};
/// use gan_core::{Activation, Aligned, Element, LayerSpec, Packing, decode};
///
/// static BLOB: &Aligned<[u8]> = &Aligned(*include_bytes!("../../../tests/vectors/v1-tiny.gan"));
/// // A build script writes this.
/// static KNOWN: Known<'static> = Known::new(
///     Description {
///         name: "tiny",
///         latent_len: 2,
///         classes: 2,
///         image: ImageShape { width: 2, height: 1, channels: 1 },
///         layers: [LayerSpec {
///             inputs: 2,
///             outputs: 2,
///             element: Element::I8,
///             packing: Packing::Rows,
///             activation: Activation::Sigmoid,
///             zero_point: 128,
///         }],
///         encoded_len: 356,
///         crc: 0x5f3fbeff,
///     },
///     &BLOB.0,
/// );
/// let generator = KNOWN.check()?;
/// assert_eq!(generator.header(), decode(&BLOB.0)?.header());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Known<'a> {
    generator: Generator<'a>,
    crc: u32,
    /// What can be said against it without looking at the bytes.
    wrong: Option<DecodeError>,
}

impl<'a> Known<'a> {
    /// Takes `bytes` for the blob of this description, until [`check`](Self::check) has looked at
    /// them.
    pub const fn new<const LAYERS: usize>(
        description: Description<'a, LAYERS>,
        bytes: &'a [u8],
    ) -> Self {
        let Description { name, latent_len, classes, image, layers, encoded_len, crc } =
            description;
        let empty: &[u8] = &[];
        let (payload, wrong) = match (
            payload(bytes, encoded_len, sections_len(classes, &layers)),
            check::header(latent_len, image, &layers),
        ) {
            (Ok(_), _) if name.len() > MAX_NAME => (empty, Some(DecodeError::Name)),
            (Ok(payload), Ok(())) => (payload, None),
            (Err(error), _) | (_, Err(error)) => (empty, Some(error)),
        };
        let plan = Plan::of(&layers);
        let header =
            Header { name, latent_len, classes, image, layers: LayerSpecs::from_array(layers) };
        Self { generator: Generator { header, plan, payload, bytes }, crc, wrong }
    }

    /// The generator, if the bytes are those that were described: their length, where they begin in
    /// memory, and their CRC.
    ///
    /// Takes one pass over the bytes for the CRC, which finds every change within 32 bits in a row
    /// and all but one in 2^32 of the others. It does not find changes made on purpose: for blobs
    /// that come from elsewhere there is [`decode`](super::decode).
    ///
    /// # Errors
    ///
    /// [`DecodeError::Truncated`], [`TrailingBytes`](DecodeError::TrailingBytes),
    /// [`Misaligned`](DecodeError::Misaligned) or [`Crc`](DecodeError::Crc) if the bytes are
    /// others; any other error if the description is that of no blob.
    // Inlined, so that the optimizer sees whose generator comes out and leaves out the code for
    // what it has not.
    #[inline]
    pub fn check(&self) -> Result<&Generator<'a>, DecodeError> {
        let bytes = self.generator.bytes;
        match self.wrong {
            Some(wrong) => Err(wrong),
            None if !is_aligned(bytes) => Err(DecodeError::Misaligned),
            None if sealed(bytes) != Some(self.crc) => Err(DecodeError::Crc),
            None => Ok(&self.generator),
        }
    }
}

/// The payload of `len` bytes at the end of a blob of `expected` bytes.
const fn payload(bytes: &[u8], expected: usize, len: usize) -> Result<&[u8], DecodeError> {
    if bytes.len() < expected {
        return Err(DecodeError::Truncated);
    }
    if bytes.len() > expected {
        return Err(DecodeError::TrailingBytes { extra: bytes.len() - expected });
    }
    let Some((content, _crc)) = bytes.split_last_chunk::<CRC_LEN>() else {
        return Err(DecodeError::Truncated);
    };
    let Some(start) = content.len().checked_sub(len) else {
        return Err(DecodeError::PayloadLen { expected: len, found: content.len() });
    };
    if !start.is_multiple_of(ALIGNMENT) {
        return Err(DecodeError::NotCanonical);
    }
    Ok(content.split_at(start).1)
}
