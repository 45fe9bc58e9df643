//! A blob that is known when the firmware is built. What `decode` finds out about it is then a
//! constant in the firmware.
//!
//! Unknown bytes have to be checked by [`decode`](super::decode()). If the firmware's build script
//! has decoded the blob, its bytes are not unknown: the firmware only has to check that the bytes
//! in flash are still the same. It needs neither the code that reads a header nor the code that
//! checks layers.
//!
//! This is sound for two reasons. First, the sizes and the length are checked here by the same
//! functions that `decode` uses, and in a `static` they are checked when the firmware is compiled.
//! So every section lies inside the bytes and begins on a multiple of 16, and no kernel reads or
//! writes beyond its buffers, even if the description belongs to another blob. Second, only
//! `decode` can find out that the numbers in the sections keep their limits, so the CRC has to show
//! that the bytes are those that `decode` accepted. If they are, no sum overflows. If they were
//! not, sums would wrap around and pixels would be wrong, but nothing worse could happen.

use super::{
    ALIGNMENT, CRC_LEN, Header, ImageShape, LayerSpec, LayerSpecs, MAX_NAME, check, is_aligned,
    sealed,
};
use crate::error::DecodeError;
use crate::generator::Generator;
use crate::payload::sections_len;
use crate::plan::Plan;

/// What a build knows of a blob that it has decoded. The fields are those of [`Header`] and
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

/// A blob and a description, which may not belong together. [`check`](Self::check) finds out
/// whether they do, and returns the generator.
///
/// Put this in a `static`. Then all that can be checked without the bytes is checked when the
/// `static` is compiled, and the generator lies in flash.
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
    /// What was found to be wrong without a look at the bytes.
    wrong: Option<DecodeError>,
}

impl<'a> Known<'a> {
    /// Assumes that `bytes` are the blob of this description. [`check`](Self::check) finds out
    /// whether they are.
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

    /// Checks that the bytes are those that were described, by their length, their alignment in
    /// memory and their CRC, and returns the generator.
    ///
    /// This takes one pass over the bytes for the CRC. The CRC detects every change that lies
    /// within 32 consecutive bits, and all but one in 2^32 of the other changes. It does not detect
    /// changes that are made on purpose: use [`decode`](super::decode()) for blobs that come from
    /// elsewhere.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Truncated`], [`TrailingBytes`](DecodeError::TrailingBytes),
    /// [`Misaligned`](DecodeError::Misaligned) or [`Crc`](DecodeError::Crc) if the bytes are
    /// others; any other error if the description is that of no blob.
    // This is inlined so that the optimizer sees which generator is returned, and leaves out the
    // code for kinds of layers that it does not have.
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

/// The payload, which is the last `len` bytes before the CRC of a blob of `expected` bytes.
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
