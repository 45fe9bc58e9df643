//! For hosts that write blobs, with feature `tools`: memory in which a blob may lie, packing for a
//! core, and what a device is told.

use crate::blob::{self, ALIGNMENT};
use crate::error::EncodeError;
use crate::generator::Generator;
use crate::header::Packing;
use crate::memory::TERMINAL;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::{Deref, DerefMut};

/// Bytes on the heap that begin on a multiple of 16 in memory, where [`decode`](crate::decode)
/// wants a blob. A `Vec` of bytes may begin anywhere.
///
/// ```
/// # let file: &[u8] = include_bytes!("../data/v1-tiny.gan");
/// use gan_core::tools::AlignedBytes;
/// let bytes = AlignedBytes::copy_of(file);
/// assert_eq!(gan_core::decode(&bytes)?.name(), "tiny");
/// # Ok::<(), gan_core::DecodeError>(())
/// ```
// Not Clone by derive: a copy of the vector may begin at another place.
#[derive(Debug)]
pub struct AlignedBytes {
    /// The content begins at `start`. The vector's memory does not move with it.
    buffer: Vec<u8>,
    start: usize,
}

impl AlignedBytes {
    /// So many zeros.
    pub fn zeroed(len: usize) -> Self {
        let mut buffer = vec![0; len + ALIGNMENT - 1];
        let start = buffer.as_ptr().align_offset(ALIGNMENT);
        buffer.truncate(start + len);
        Self { buffer, start }
    }

    /// A copy of these bytes.
    pub fn copy_of(bytes: &[u8]) -> Self {
        let mut copy = Self::zeroed(bytes.len());
        copy.copy_from_slice(bytes);
        copy
    }
}

impl Deref for AlignedBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }
}

impl DerefMut for AlignedBytes {
    fn deref_mut(&mut self) -> &mut [u8] {
        self.buffer.get_mut(self.start..).unwrap_or_default()
    }
}

impl Clone for AlignedBytes {
    fn clone(&self) -> Self {
        Self::copy_of(self)
    }
}

impl Generator<'_> {
    /// The blob of this model in another packing, of all layers that [`packed_header`] packs.
    ///
    /// [`packed_header`]: Self::packed_header
    ///
    /// # Errors
    ///
    /// [`EncodeError::Header`] if the blob is more than memory can hold.
    pub fn packed(&self, packing: Packing) -> Result<AlignedBytes, EncodeError> {
        let header = self.packed_header(packing);
        let mut bytes = AlignedBytes::zeroed(blob::encoded_len(&header)?);
        blob::encode(&header, self.layers(), &mut bytes)?;
        Ok(bytes)
    }
}

/// The lines that tell a device's console these codes of a latent, so that it draws the image of
/// them: `latent 40 63` and as many as fit a line, then `latent 2: 70` and so on.
///
/// ```
/// use gan_core::tools::latent_lines;
/// assert_eq!(latent_lines(&[40, 63]), ["latent 40 63"]);
/// let lines = latent_lines(&[100; 20]);
/// assert_eq!(lines[1], "latent 18: 100 100");
/// ```
pub fn latent_lines(codes: &[u8]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (place, code) in codes.iter().enumerate() {
        let word = format!(" {code}");
        match lines.last_mut() {
            Some(line) if line.len() + word.len() <= TERMINAL => *line += &word,
            Some(_) => lines.push(format!("latent {place}:{word}")),
            None => lines.push(format!("latent{word}")),
        }
    }
    lines
}
