//! The `.gan` format, which is one postcard message and a CRC. `docs/blob-format.md` specifies it.

mod check;
mod crc;
mod decode;
#[cfg(feature = "encode")]
mod encode;
mod known;
mod read;

pub use crate::header::{
    ALIGNMENT, Activation, Element, Header, ImageShape, InputPart, InputParts, LayerSpec,
    LayerSpecs, MAGIC, MAX_INPUTS, MAX_LAYERS, MAX_METADATA, MAX_NAME, MaskShape, OutputKind,
    Packing, VERSION, half_bytes,
};
pub use crate::payload::{Layers, payload_len};
pub use decode::{decode, decode_with};
#[cfg(feature = "encode")]
pub use encode::{encode, encoded_len};
pub use known::Known;

const CRC_LEN: usize = 4;

/// Whether a blob begins on a multiple of [`ALIGNMENT`] in memory.
fn is_aligned(bytes: &[u8]) -> bool {
    bytes.as_ptr().addr().is_multiple_of(ALIGNMENT)
}
