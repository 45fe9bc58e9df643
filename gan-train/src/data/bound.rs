//! The bound on what packed files unpack to: a few bytes can stand for more than any memory holds.

use std::io::{self, Error, Read};

/// What may be unpacked beside four times what the file has.
const ROOM: u64 = 64 << 20;

/// Returns how many bytes a packed file of so many may become.
pub(super) fn most(file: u64) -> u64 {
    file.saturating_mul(4).saturating_add(ROOM)
}

/// Unpacked content that may have only so many bytes.
pub(super) struct Bounded<R> {
    content: R,
    most: u64,
    left: u64,
}

impl<R> Bounded<R> {
    /// Bounds what a file of so many bytes is unpacked to.
    pub(super) fn new(content: R, file: u64) -> Self {
        Self { content, most: most(file), left: most(file) }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.content.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
            Error::other(format!(
                "unpacked, it has over {} bytes, four times what it has and 64 MB (unpack it, and \
                 give that file)",
                self.most
            ))
        })?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_times_a_file_and_64_megabytes_are_read_and_no_more() {
        let most = 4 * 1000 + 67_108_864;
        for (there, is_read) in [(most, true), (most + 1, false)] {
            let mut bounded = Bounded::new(io::repeat(7).take(there), 1000);
            let read = io::copy(&mut bounded, &mut io::sink());
            assert_eq!(read.ok(), is_read.then_some(there));
        }
    }
}
