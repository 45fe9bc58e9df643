//! Grey images of one size, in memory.

/// Images of one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    /// How many.
    pub count: usize,
    /// Pixels in a line.
    pub width: usize,
    /// Lines in an image.
    pub height: usize,
    /// 0..=255, image after image, line after line.
    pub pixels: Vec<u8>,
}

impl Images {
    /// Pixels in an image.
    pub fn image_len(&self) -> usize {
        self.width * self.height
    }

    /// One image after another.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.pixels.chunks_exact(self.image_len())
    }
}
