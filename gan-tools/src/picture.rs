//! Pictures: PNG files, which are read and written, grids of images, and images as text.

pub mod ascii;
pub mod grid;
pub mod png;
pub mod read;

use anyhow::Result;

/// A grey picture, or one in colour: the number of bytes says which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels in a line.
    pub width: usize,
    /// Lines.
    pub height: usize,
    /// 0 is black, line after line: a byte for each pixel, or three, its red, green and blue.
    pub pixels: Vec<u8>,
}

impl Picture {
    /// Whether a pixel has three bytes.
    fn is_rgb(&self) -> bool {
        self.pixels.len() == 3 * self.width * self.height
    }

    /// The picture with every pixel as a square of `zoom` by `zoom`.
    pub fn enlarged(&self, zoom: usize) -> Self {
        let bytes = if self.is_rgb() { 3 } else { 1 };
        let mut pixels = Vec::with_capacity(self.pixels.len() * zoom * zoom);
        let mut wide = Vec::with_capacity(self.width * bytes * zoom);
        for line in self.pixels.chunks_exact(self.width * bytes) {
            wide.clear();
            line.chunks_exact(bytes)
                .for_each(|pixel| (0..zoom).for_each(|_| wide.extend_from_slice(pixel)));
            (0..zoom).for_each(|_| pixels.extend_from_slice(&wide));
        }
        Self { width: self.width * zoom, height: self.height * zoom, pixels }
    }

    /// Enlarged by the largest whole factor that leaves it at most about `width` wide.
    pub fn enlarged_to(&self, width: usize) -> Self {
        self.enlarged((width / self.width).max(1))
    }

    /// The bytes of a PNG file.
    ///
    /// # Errors
    ///
    /// The picture is empty, or larger than the format allows.
    pub fn to_png(&self) -> Result<Vec<u8>> {
        png::encode([self.width, self.height], self.is_rgb(), &self.pixels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enlarging_makes_squares() {
        let picture = Picture { width: 2, height: 1, pixels: vec![7, 9] };
        assert_eq!(
            picture.enlarged(2),
            Picture { width: 4, height: 2, pixels: vec![7, 7, 9, 9, 7, 7, 9, 9] }
        );
        assert_eq!(picture.enlarged_to(7).width, 6);
        assert_eq!(picture.enlarged_to(1), picture);
        let colour = Picture { width: 2, height: 1, pixels: vec![1, 2, 3, 4, 5, 6] };
        let line = [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6];
        assert_eq!(colour.enlarged(2).pixels, [line, line].concat());
    }
}
