//! Images as text.

use crate::images::Images;
use gan_core::image::glyph;

/// Images up to this width are drawn two characters a pixel, so that they keep their shape; larger
/// ones two lines a character.
const SMALL: usize = 16;

/// Draws the images in rows of `columns`, separated by a blank column.
pub fn draw(images: &Images, columns: usize) -> String {
    let mut text = String::new();
    let all: Vec<&[u8]> = images.iter().collect();
    for row in all.chunks(columns.max(1)) {
        let step = if images.width <= SMALL { 1 } else { 2 };
        for y in (0..images.height).step_by(step) {
            let mut line = String::new();
            for image in row {
                for x in 0..images.width {
                    let pixel = |y: usize| u16::from(image[y * images.width + x]);
                    if step == 1 {
                        line.extend([glyph(image[y * images.width + x]); 2]);
                    } else {
                        let below = pixel((y + 1).min(images.height - 1));
                        line.push(glyph(((pixel(y) + below) / 2) as u8));
                    }
                }
                line.push(' ');
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text.push('\n');
    }
    text
}
