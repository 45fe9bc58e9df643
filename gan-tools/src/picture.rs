//! Grey pictures, and PNG files of them.

pub mod ascii;
pub mod grid;

use anyhow::{Context, Result, ensure};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

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
        let pixels = self
            .pixels
            .chunks_exact(self.width)
            .flat_map(|line| {
                let line: Vec<u8> =
                    line.iter().flat_map(|&pixel| std::iter::repeat_n(pixel, zoom)).collect();
                std::iter::repeat_n(line, zoom).flatten()
            })
            .collect();
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
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.pixels)?;
        writer.finish()?;
        Ok(bytes)
    }

    /// Reads a PNG file of eight-bit greys.
    ///
    /// # Errors
    ///
    /// Names the file, and what else than that it holds.
    pub fn read_png(path: &Path) -> Result<Self> {
        let file =
            File::open(path).with_context(|| format!("{}: cannot be read", path.display()))?;
        decode(file).with_context(|| path.display().to_string())
    }
}

fn decode(file: File) -> Result<Picture> {
    let mut reader =
        png::Decoder::new(BufReader::new(file)).read_info().context("not a PNG, or cut short")?;
    let (color, depth) = reader.output_color_type();
    ensure!(
        (color, depth) == (png::ColorType::Grayscale, png::BitDepth::Eight),
        "pixels: {color:?} of {depth:?} bits (expected Grayscale of Eight)"
    );
    let mut pixels = vec![0; reader.output_buffer_size().context("size: too large")?];
    let info = reader.next_frame(&mut pixels).context("not a PNG, or cut short")?;
    Ok(Picture { width: info.width as usize, height: info.height as usize, pixels })
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
