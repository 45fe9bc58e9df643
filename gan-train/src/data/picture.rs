//! A PNG picture as grey pixels.

use anyhow::{Context, Result, bail, ensure};
use gan_tools::files;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// Pixels that an image may have: a blob holds no more.
const PIXELS: u64 = u16::MAX as u64;

/// A picture, and what was done to make it grey.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Picture {
    pub width: usize,
    pub height: usize,
    /// 0..=255, line after line.
    pub pixels: Vec<u8>,
    /// Whether it had colours that are no greys.
    pub colour: bool,
    /// Whether some of its pixels were not opaque.
    pub transparent: bool,
}

/// Reads a picture. One of another size than is `expected` is not read beyond its header.
///
/// # Errors
///
/// Names the file; both sizes, if they differ.
pub(super) fn read(path: &Path, expected: Option<[usize; 2]>) -> Result<Picture> {
    let file = files::open(path)?;
    decode(file, expected).with_context(|| path.display().to_string())
}

fn decode(file: File, expected: Option<[usize; 2]>) -> Result<Picture> {
    let mut decoder = png::Decoder::new(BufReader::new(file));
    // Less than 8 bits are widened, 16 are narrowed, palettes become colours.
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let header = decoder.read_header_info().context("is no PNG picture")?;
    let (width, height) = (header.width, header.height);
    ensure!(
        u64::from(width) * u64::from(height) <= PIXELS,
        "image size: {width}x{height} is over {PIXELS} pixels"
    );
    let (width, height) = (width as usize, height as usize);
    if let Some([wide, high]) = expected {
        ensure!(
            [width, height] == [wide, high],
            "image size: {width}x{height}, and the pictures before it are {wide}x{high}"
        );
    }
    let mut reader = decoder.read_info().context("the picture is cut short or damaged")?;
    let len = reader.output_buffer_size().context("image size: too large")?;
    let mut bytes = vec![0; len];
    let frame = reader.next_frame(&mut bytes).context("the picture is cut short or damaged")?;
    bytes.truncate(frame.buffer_size());
    let mut picture = Picture { width, height, pixels: bytes, colour: false, transparent: false };
    let (samples, colour) = match frame.color_type {
        png::ColorType::Grayscale => return Ok(picture),
        png::ColorType::GrayscaleAlpha => (2, false),
        png::ColorType::Rgb => (3, true),
        png::ColorType::Rgba => (4, true),
        png::ColorType::Indexed => bail!("the palette was not applied"),
    };
    let pixels = picture.pixels.chunks_exact(samples);
    let grey = pixels.map(|pixel| {
        let (value, alpha) = match *pixel {
            [value, alpha] => (value, alpha),
            [r, g, b] => (luma([r, g, b]), 255),
            [r, g, b, alpha] => (luma([r, g, b]), alpha),
            _ => (0, 255),
        };
        picture.colour |= colour && (pixel[0] != pixel[1] || pixel[1] != pixel[2]);
        picture.transparent |= alpha < 255;
        // Laid on black, of which there is 255 - alpha.
        ((u32::from(value) * u32::from(alpha) + 127) / 255) as u8
    });
    picture.pixels = grey.collect();
    Ok(picture)
}

/// The brightness of a colour: ITU-R BT.601's weights of red, green and blue, in thousandths.
fn luma(colour: [u8; 3]) -> u8 {
    let sum: u32 =
        colour.iter().zip([299, 587, 114]).map(|(&c, weight)| u32::from(c) * weight).sum();
    ((sum + 500) / 1000) as u8
}
