//! Puts blobs at a chosen offset from a multiple of 16 in memory.

use std::ops::Deref;

/// A copy of a blob that starts on a multiple of 16, or some bytes behind one.
pub struct Blob {
    buffer: Vec<u8>,
    start: usize,
}

impl Blob {
    /// Makes a copy that starts on a multiple of 16.
    pub fn new(bytes: &[u8]) -> Self {
        Self::after(0, bytes)
    }

    /// Makes a copy that starts `offset` bytes behind a multiple of 16.
    pub fn after(offset: usize, bytes: &[u8]) -> Self {
        let mut buffer = vec![0; bytes.len() + offset + 15];
        let start = buffer.as_ptr().align_offset(16) + offset;
        buffer[start..][..bytes.len()].copy_from_slice(bytes);
        buffer.truncate(start + bytes.len());
        Self { buffer, start }
    }
}

impl Deref for Blob {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.buffer[self.start..]
    }
}
