//! The memory that the values of a file may take. A few bytes of a compressed file can stand for
//! more values than any memory holds.

use super::super::bound;
use super::super::texts::Texts;
use anyhow::{Result, ensure};

/// The memory for the values of a file.
pub(super) struct Room {
    /// For all.
    most: usize,
    /// Bytes of the other columns.
    others: usize,
}

impl Room {
    /// Returns the room for a file of so many bytes, of which columns that are not being read have
    /// taken `others`.
    pub fn new(file: usize, others: usize) -> Self {
        Self { most: usize::try_from(bound::most(file as u64)).unwrap_or(usize::MAX), others }
    }

    /// Sets how many bytes a column may have where so many are taken besides it.
    ///
    /// # Errors
    ///
    /// What is taken besides is too much by itself.
    pub fn limit(&self, texts: &mut Texts, beside: usize) -> Result<()> {
        let left = self.most.checked_sub(self.others.saturating_add(beside));
        let left = left.filter(|&left| left >= texts.bytes());
        ensure!(
            left.is_some(),
            "its pages take more than the {} bytes that are four times the file's, and 64 MB \
             (expected fewer: give a part of the rows, or smaller pages)",
            self.most
        );
        texts.limit(left.unwrap_or_default());
        Ok(())
    }
}
