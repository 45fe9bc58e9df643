//! Reads PNG pictures as greys or as colours.

use crate::files;
use anyhow::{Context, Result, bail, ensure};
use gan_core::ImageShape;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// A picture that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Pixels in a line.
    pub width: usize,
    /// Lines.
    pub height: usize,
    /// A byte a pixel, or three in RGB; line after line.
    pub pixels: Vec<u8>,
    /// Whether it has colours that are no greys.
    pub colour: bool,
    /// Whether some of its pixels are not opaque.
    pub transparent: bool,
}

/// Reads a picture of this size as the bytes that go into a generator, in grey or in RGB as `shape`
/// says. `taker` is what takes the picture, for the error if its size is another.
///
/// # Errors
///
/// Names the file; both sizes, if they differ.
pub fn read(path: &Path, shape: ImageShape, taker: &str) -> Result<Vec<u8>> {
    let fits = |[width, height]: [u32; 2]| {
        ensure!(
            [width, height] == [u32::from(shape.width), u32::from(shape.height)],
            "image size: {width}x{height}, and {taker} takes {}x{}",
            shape.width,
            shape.height
        );
        Ok(())
    };
    Ok(read_if(path, shape.channels == 3, fits)?.pixels)
}

/// Reads a picture, in RGB or else in grey. `fits` may refuse its width and height before more than
/// the header is read.
///
/// Greys become colours, and colours greys by their brightness. Pixels that are not opaque lie on
/// black. Less than eight bits are widened, 16 are narrowed.
///
/// # Errors
///
/// Names the file.
pub fn read_if(path: &Path, rgb: bool, fits: impl FnOnce([u32; 2]) -> Result<()>) -> Result<Read> {
    let file = files::open(path)?;
    decode(file, rgb, fits).with_context(|| path.display().to_string())
}

/// Width and height of a picture, of which no more than the header is read.
///
/// # Errors
///
/// Names the file.
pub fn size(path: &Path) -> Result<[u32; 2]> {
    let mut decoder = png::Decoder::new(BufReader::new(files::open(path)?));
    let header = decoder.read_header_info();
    let header = header.with_context(|| format!("{}: is no PNG picture", path.display()))?;
    Ok([header.width, header.height])
}

fn decode(file: File, rgb: bool, fits: impl FnOnce([u32; 2]) -> Result<()>) -> Result<Read> {
    let mut decoder = png::Decoder::new(BufReader::new(file));
    // Palettes become colours, too.
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let header = decoder.read_header_info().context("is no PNG picture")?;
    let [width, height] = [header.width, header.height];
    fits([width, height])?;
    let mut reader = decoder.read_info().context("the picture is cut short or damaged")?;
    let len = reader.output_buffer_size().context("image size: too large")?;
    let mut bytes = vec![0; len];
    let frame = reader.next_frame(&mut bytes).context("the picture is cut short or damaged")?;
    bytes.truncate(frame.buffer_size());
    let samples = match frame.color_type {
        png::ColorType::Grayscale => 1,
        png::ColorType::GrayscaleAlpha => 2,
        png::ColorType::Rgb => 3,
        png::ColorType::Rgba => 4,
        png::ColorType::Indexed => bail!("the palette was not applied"),
    };
    let [width, height] = [width, height].map(|side| side as usize);
    let mut picture = Read { width, height, pixels: Vec::new(), colour: false, transparent: false };
    for pixel in bytes.chunks_exact(samples) {
        let (colour, alpha) = match *pixel {
            [grey] => ([grey; 3], 255),
            [grey, alpha] => ([grey; 3], alpha),
            [red, green, blue] => ([red, green, blue], 255),
            [red, green, blue, alpha] => ([red, green, blue], alpha),
            _ => ([0; 3], 255),
        };
        picture.colour |= colour != [colour[0]; 3];
        picture.transparent |= alpha < 255;
        // Laid on black, of which there is 255 - alpha.
        let seen = |value: u8| ((u32::from(value) * u32::from(alpha) + 127) / 255) as u8;
        if rgb {
            picture.pixels.extend(colour.map(seen));
        } else {
            picture.pixels.push(seen(brightness(colour)));
        }
    }
    Ok(picture)
}

/// The brightness of a colour: ITU-R BT.601's weights of red, green and blue, in thousandths; of a
/// grey the grey itself.
fn brightness(colour: [u8; 3]) -> u8 {
    let weighted = colour.iter().zip([299, 587, 114]);
    let sum: u32 = weighted.map(|(&value, weight)| u32::from(value) * weight).sum();
    ((sum + 500) / 1000) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values by hand: 0.299 255 = 76.2, 0.587 255 = 149.7, 0.114 255 = 29.1.
    #[test]
    fn colours_have_the_brightness_of_bt_601() {
        let colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [7, 7, 7], [255, 255, 255]];
        assert_eq!(colours.map(brightness), [76, 150, 29, 7, 255]);
    }
}
