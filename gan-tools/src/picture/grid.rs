//! Images side by side in one PNG.

use super::Picture;
use crate::files::atomic;
use crate::images::Images;
use anyhow::Result;
use std::path::Path;

/// Width of the gap around each image, in source pixels.
const GAP: usize = 1;
/// The picture is enlarged by whole factors up to about this many pixels of width.
const TARGET_WIDTH: usize = 640;
/// Grey value of the gaps: digits are light on black.
const GAP_VALUE: u8 = 40;

/// Columns of a grid: a column a label when labels come in turn, or ten.
pub fn columns(classes: u16) -> usize {
    match classes {
        0 | 1 => 10,
        classes => usize::from(classes).min(32),
    }
}

/// `images` as a grid of `columns`, row by row, pixel for pixel.
pub fn picture(images: &Images, columns: usize) -> Picture {
    let columns = columns.clamp(1, images.count.max(1));
    let rows = images.count.div_ceil(columns);
    let (cell_width, cell_height) = (images.width + GAP, images.height + GAP);
    let (width, height) = (columns * cell_width + GAP, rows * cell_height + GAP);
    let mut pixels = vec![GAP_VALUE; width * height];
    for (index, image) in images.iter().enumerate() {
        let (left, top) = (index % columns * cell_width + GAP, index / columns * cell_height + GAP);
        for (y, line) in image.chunks_exact(images.width).enumerate() {
            let start = (top + y) * width + left;
            pixels[start..start + images.width].copy_from_slice(line);
        }
    }
    Picture { width, height, pixels }
}

/// Writes `images` as a grid of `columns`, row by row, enlarged without smoothing.
///
/// # Errors
///
/// Names the file.
pub fn write(path: &Path, images: &Images, columns: usize) -> Result<()> {
    atomic::write(path, &picture(images, columns).enlarged_to(TARGET_WIDTH).to_png()?)
}
