//! Writes the bytes of a blob from a generator, or from a header and the numbers of its layers.

use super::{
    ALIGNMENT, CRC_LEN, Element, Header, Layers, MAGIC, MAX_METADATA, MAX_NAME, Packing, check,
    crc, payload_len,
};
use crate::error::EncodeError;
use crate::generator::Generator;
use crate::payload::{self, Layer};

impl<'a> Generator<'a> {
    /// Writes the blob to the start of `out`, and returns its length. The bytes are those that the
    /// generator was decoded from.
    ///
    /// # Errors
    ///
    /// [`EncodeError::OutputLen`] if `out` is too short.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        encode(&self.header, self.layers(), out)
    }

    /// The header of this model in another packing. A layer stays in rows if the packing's kernels
    /// would not be exact for it: if it has a shift over 32, or for [`Packing::PairedHalfword`] a
    /// sum that can leave 24 bits. Float layers always stay in rows. Layers of half bytes get
    /// [`Packing::NibbleLane`] if `packing` is that of a core without vectors, otherwise they stay
    /// in rows.
    ///
    /// [`encode`](encode()) of it, and of [`layers`](Self::layers), writes the packed blob:
    ///
    /// ```
    /// use gan_core::{Aligned, Packing, blob, decode};
    ///
    /// static BLOB: &Aligned<[u8]> =
    ///     &Aligned(*include_bytes!("../../data/v1-tiny.gan"));
    /// let generator = decode(&BLOB.0)?;
    /// let header = generator.packed_header(Packing::ByteLane);
    /// let mut packed = Aligned([0; 512]);
    /// let len = blob::encode(&header, generator.layers(), &mut packed.0)?;
    /// assert_eq!(decode(&packed.0[..len])?.header().layers[0].packing, Packing::ByteLane);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn packed_header(&self, packing: Packing) -> Header<'a> {
        packed(&self.header, self.layers(), packing)
    }
}

/// The number of bytes that [`encode`] writes for this header.
///
/// # Errors
///
/// [`EncodeError::Header`] if the name or the metadata is too long, or the sizes are more than
/// memory can hold.
pub fn encoded_len(header: &Header<'_>) -> Result<usize, EncodeError> {
    let (_, start) = padding(header)?;
    Ok(payload_end(header, start)? + CRC_LEN)
}

/// Writes the blob of `header` and the numbers in `layers` to the start of `out` and returns its
/// length.
///
/// It does not check the numbers: [`decode`](super::decode()) the result to know that it is within
/// the format's limits.
///
/// # Errors
///
/// The error says which layer does not fit its header, or how long `out` must be.
pub fn encode<'a>(
    header: &Header<'_>,
    layers: impl IntoIterator<Item = Layer<'a>>,
    out: &mut [u8],
) -> Result<usize, EncodeError> {
    let (padding, start) = padding(header)?;
    let end = payload_end(header, start)?;
    let expected = end + CRC_LEN;
    let out = out.get_mut(..expected).ok_or(EncodeError::OutputLen { expected })?;
    let (content, seal) =
        out.split_at_mut_checked(end).ok_or(EncodeError::OutputLen { expected })?;
    let (head, payload) =
        content.split_at_mut_checked(start).ok_or(EncodeError::OutputLen { expected })?;
    postcard::to_slice(&message(header, padding), head).map_err(|_| EncodeError::Header)?;
    payload::write(header, layers, payload)?;
    seal.copy_from_slice(&crc::crc32(content).to_le_bytes());
    Ok(expected)
}

/// The header of the same model, in which every layer is packed for which `packing` is exact, and
/// the others are in rows.
fn packed<'a>(header: &Header<'a>, layers: Layers<'_, '_>, packing: Packing) -> Header<'a> {
    let mut result = header.clone();
    let mut classes = payload::first_classes(header.classes);
    for ((spec, layer), packed) in header.layers.iter().zip(layers).zip(result.layers.iter_mut()) {
        packed.packing = match spec.element {
            Element::I8 if check::packable(spec, classes, &layer, packing) => packing,
            Element::I4 { .. } => packing.of_nibbles(),
            Element::I8 | Element::F32 => Packing::Rows,
        };
        classes = 1;
    }
    result
}

/// The end of the payload that begins at `start`, if memory can hold a blob of that length.
fn payload_end(header: &Header<'_>, start: usize) -> Result<usize, EncodeError> {
    let end = start.saturating_add(payload_len(header));
    if isize::try_from(end).is_ok() { Ok(end) } else { Err(EncodeError::Header) }
}

/// Everything that comes before the payload's first byte. In postcard a slice begins with its
/// length, so the length alone gives the bytes that come before the payload.
fn message<'m>(header: &'m Header<'_>, padding: &'m [u8]) -> impl serde::Serialize + use<'m> {
    (MAGIC, header.version(), header, padding, payload_len(header))
}

/// The zeros that put the payload on a multiple of 16, and the length of everything before the
/// payload with them.
fn padding(header: &Header<'_>) -> Result<(&'static [u8], usize), EncodeError> {
    static ZEROS: [u8; ALIGNMENT] = [0; ALIGNMENT];
    if header.name.len() > MAX_NAME || header.metadata.len() > MAX_METADATA {
        return Err(EncodeError::Header);
    }
    // The length of the padding is one byte, whatever it is.
    let size = postcard::ser_flavors::Size::default();
    let unpadded = postcard::serialize_with_flavor(&message(header, &[]), size)
        .map_err(|_| EncodeError::Header)?;
    let start = unpadded.next_multiple_of(ALIGNMENT);
    Ok((ZEROS.get(..start - unpadded).unwrap_or_default(), start))
}
