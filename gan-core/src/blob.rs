//! The `.gan` format, which is one postcard message and a CRC. `docs/blob-format.md` specifies it.

mod check;
mod decode;
mod encode;
mod known;
mod read;

pub use crate::header::{
    ALIGNMENT, Activation, Element, Header, ImageShape, LayerSpec, LayerSpecs, MAGIC, MAX_LAYERS,
    MAX_NAME, Packing, VERSION, half_bytes,
};
pub use crate::payload::{Layers, payload_len};
pub use decode::decode;
pub use encode::{encode, encoded_len};
pub use known::{Description, Known};

const CRC_LEN: usize = 4;
static CRC: crc::Crc<u32, CrcTable> = crc::Crc::<u32, CrcTable>::new(&crc::CRC_32_ISO_HDLC);
/// How the CRC is computed. A device has no table for it: the table would be a sixth of the
/// runtime's flash, for a check at start-up. A host has a table of 16 KB.
#[cfg(target_os = "none")]
type CrcTable = crc::NoTable;
#[cfg(not(target_os = "none"))]
type CrcTable = crc::Table<16>;

/// Whether a blob begins on a multiple of [`ALIGNMENT`] in memory.
fn is_aligned(bytes: &[u8]) -> bool {
    bytes.as_ptr().addr().is_multiple_of(ALIGNMENT)
}

/// The CRC in the last four bytes, if it is the CRC of all bytes before it.
#[inline(never)]
fn sealed(bytes: &[u8]) -> Option<u32> {
    let (content, &crc) = bytes.split_last_chunk()?;
    let crc = u32::from_le_bytes(crc);
    (CRC.checksum(content) == crc).then_some(crc)
}
