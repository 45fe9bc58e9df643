//! Many short texts in little memory: the cells of a column of a table.

use anyhow::{Result, ensure};

/// Texts with their numbers from 0. A text takes its own bytes and two more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Texts {
    blocks: Vec<Block>,
    len: usize,
    /// Bytes that all texts take.
    bytes: usize,
    /// Bytes that they may take.
    most: usize,
}

/// Texts one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Block {
    /// The number of the first one.
    first: usize,
    text: String,
    /// Where each one ends. The last one ends where the block does, however long it is.
    ends: Vec<u16>,
}

/// Bytes of a block, at most, unless it has one long text alone.
const BLOCK: usize = u16::MAX as usize;
/// Bytes that a text takes besides its own.
const END: usize = size_of::<u16>();

impl Default for Texts {
    fn default() -> Self {
        Self { blocks: Vec::new(), len: 0, bytes: 0, most: usize::MAX }
    }
}

impl Texts {
    /// Sets how many bytes all texts may take.
    pub fn limit(&mut self, most: usize) {
        self.most = most;
    }

    /// How many bytes all texts take.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns a text.
    pub fn get(&self, index: usize) -> Option<&str> {
        let block = self.blocks.partition_point(|block| block.first <= index).checked_sub(1)?;
        self.blocks[block].get(index)
    }

    /// Adds a text.
    ///
    /// # Errors
    ///
    /// There are more bytes than there may be.
    pub fn push(&mut self, text: &str) -> Result<()> {
        self.bytes = self.bytes.saturating_add(text.len() + END);
        ensure!(
            self.bytes <= self.most,
            "its values take over {} bytes, which with the other columns' is four times what the \
             file has, and 64 MB (expected fewer: give a part of the rows)",
            self.most
        );
        let fits = |block: &&mut Block| block.text.len() + text.len() <= BLOCK;
        match self.blocks.last_mut().filter(fits) {
            Some(block) => block.push(text),
            None => {
                if let Some(full) = self.blocks.last_mut() {
                    full.text.shrink_to_fit();
                    full.ends.shrink_to_fit();
                }
                let ends = vec![text.len().min(BLOCK) as u16];
                self.blocks.push(Block { first: self.len, text: text.to_owned(), ends });
            }
        }
        self.len += 1;
        Ok(())
    }
}

impl Block {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len() as u16);
    }

    fn get(&self, index: usize) -> Option<&str> {
        let at = index - self.first;
        let end = usize::from(*self.ends.get(at)?);
        let end = if at + 1 == self.ends.len() { self.text.len() } else { end };
        let start = at.checked_sub(1).map_or(0, |before| usize::from(self.ends[before]));
        Some(&self.text[start..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_all_lengths_stay_what_they_are() {
        let long = "é".repeat(BLOCK);
        let text = |index: usize| match index % 1000 {
            0 => "",
            500 => &long,
            501 => &long[..BLOCK - 1],
            other => &long[..other & !1],
        };
        let mut texts = Texts::default();
        (0..3000).for_each(|index| texts.push(text(index)).unwrap());
        assert_eq!(texts.len(), 3000);
        (0..3000).for_each(|index| assert_eq!(texts.get(index), Some(text(index)), "{index}"));
        assert_eq!(texts.get(3000), None);
        assert_eq!(Texts::default().get(0), None);
        let bytes: usize = (0..3000).map(|index| text(index).len() + 2).sum();
        assert_eq!(texts.bytes(), bytes);
    }

    /// What is counted is what is allocated, but for the block that is still being filled.
    #[test]
    fn a_digit_takes_three_bytes() {
        let mut texts = Texts::default();
        (0..200_000).for_each(|_| texts.push("7").unwrap());
        let allocated = |block: &Block| block.text.capacity() + END * block.ends.capacity();
        let full = texts.blocks.split_last().unwrap().1;
        assert_eq!(full.len(), 3);
        assert_eq!(full.iter().map(allocated).sum::<usize>(), 3 * 3 * BLOCK);
        assert_eq!(texts.bytes(), 600_000);
    }

    #[test]
    fn more_than_the_limit_is_refused() {
        let mut texts = Texts::default();
        texts.limit(10);
        texts.push("12345678").unwrap();
        let error = texts.push("").unwrap_err().to_string();
        assert!(error.starts_with("its values take over 10 bytes"), "{error}");
    }
}
