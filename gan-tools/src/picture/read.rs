//! Reads a PNG picture as the bytes that go into a generator.

use crate::files;
use anyhow::{Context, Result, bail, ensure};
use gan_core::ImageShape;
use gan_core::image::luma;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// Reads a picture of this size, in grey or in RGB as `shape` says. `taker` is what takes the
/// picture, for the error if its size is another.
///
/// Greys become colours and colours greys. Pixels that are not opaque lie on black. Less than eight
/// bits are widened, 16 are narrowed.
///
/// # Errors
///
/// Names the file; both sizes, if they differ.
pub fn read(path: &Path, shape: ImageShape, taker: &str) -> Result<Vec<u8>> {
    let file = files::open(path)?;
    decode(file, shape, taker).with_context(|| path.display().to_string())
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

fn decode(file: File, shape: ImageShape, taker: &str) -> Result<Vec<u8>> {
    let mut decoder = png::Decoder::new(BufReader::new(file));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let header = decoder.read_header_info().context("is no PNG picture")?;
    let (width, height) = (header.width, header.height);
    ensure!(
        [width, height] == [u32::from(shape.width), u32::from(shape.height)],
        "image size: {width}x{height}, and {taker} takes {}x{}",
        shape.width,
        shape.height
    );
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
    let mut pixels = Vec::with_capacity(shape.len());
    for pixel in bytes.chunks_exact(samples) {
        let (colour, alpha) = match *pixel {
            [grey] => ([grey; 3], 255),
            [grey, alpha] => ([grey; 3], alpha),
            [red, green, blue] => ([red, green, blue], 255),
            [red, green, blue, alpha] => ([red, green, blue], alpha),
            _ => ([0; 3], 255),
        };
        // Laid on black, of which there is 255 - alpha.
        let seen = colour.map(|c| ((u32::from(c) * u32::from(alpha) + 127) / 255) as u8);
        match shape.channels {
            3 => pixels.extend(seen),
            // luma of a grey is that grey: its weights are 256 together.
            _ => pixels.push(luma(&seen)),
        }
    }
    Ok(pixels)
}
