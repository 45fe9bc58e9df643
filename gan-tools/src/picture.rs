//! Pictures: PNG files, which are read and written, grids of images, and images as text.

pub mod ascii;
pub mod grid;
pub mod png;
pub mod read;

use anyhow::Result;

/// A grey picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels in a line.
    pub width: usize,
    /// Lines.
    pub height: usize,
    /// 0 is black, line after line.
    pub pixels: Vec<u8>,
}

impl Picture {
    /// The picture with every pixel as a square of `zoom` by `zoom`.
    pub fn enlarged(&self, zoom: usize) -> Self {
        let mut pixels = Vec::with_capacity(self.pixels.len() * zoom * zoom);
        let mut wide = Vec::with_capacity(self.width * zoom);
        for line in self.pixels.chunks_exact(self.width) {
            wide.clear();
            line.iter().for_each(|&pixel| wide.resize(wide.len() + zoom, pixel));
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
        png::encode([self.width, self.height], false, &self.pixels)
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
    }
}
