//! Memory on the heap in which a blob may lie.

use crate::blob::ALIGNMENT;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::{Deref, DerefMut};

/// Bytes on the heap that begin on a multiple of 16 in memory, where [`decode`](crate::decode)
/// wants a blob. A `Vec` of bytes may begin anywhere.
///
/// ```
/// # let file: &[u8] = include_bytes!("../data/v1-tiny.gan");
/// use gan_core::AlignedBytes;
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
