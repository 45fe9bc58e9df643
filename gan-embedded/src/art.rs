//! An image as text, line by line.

use core::fmt::{self, Write};

use gan_core::image::glyph;

/// Widest image whose pixels get two characters each, which makes them about square; wider ones get one.
const WIDEST_SQUARE: usize = 39;

/// Writes one line of an image, `channels` bytes a pixel.
pub fn line(to: &mut impl Write, line: &[u8], channels: usize) -> fmt::Result {
    let wide = line.len() / channels <= WIDEST_SQUARE;
    for pixel in line.chunks_exact(channels) {
        let ink = glyph(luma(pixel));
        to.write_char(ink)?;
        if wide {
            to.write_char(ink)?;
        }
    }
    to.write_char('\n')
}

/// Brightness of a grey or RGB pixel, with the weights of ITU-R BT.601 in 256ths.
fn luma(pixel: &[u8]) -> u8 {
    match *pixel {
        [red, green, blue] => ((77 * u32::from(red) + 150 * u32::from(green) + 29 * u32::from(blue)) >> 8) as u8,
        _ => pixel[0],
    }
}
