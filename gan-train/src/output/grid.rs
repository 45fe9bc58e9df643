//! Images side by side in one PNG.

use super::atomic;
use crate::data::idx::Images;
use anyhow::Result;
use std::path::Path;

/// Width of the gap around each image, in source pixels.
const GAP: usize = 1;
/// The picture is enlarged by whole factors up to about this many pixels of width.
const TARGET_WIDTH: usize = 640;
/// Grey value of the gaps: digits are light on black.
const GAP_VALUE: u8 = 40;

/// Writes `images` as a grid of `columns`, row by row, enlarged without smoothing.
///
/// # Errors
///
/// Names the file.
pub fn write(path: &Path, images: &Images, columns: usize) -> Result<()> {
    let columns = columns.clamp(1, images.count.max(1));
    let rows = images.count.div_ceil(columns);
    let (cell_width, cell_height) = (images.width + GAP, images.height + GAP);
    let (width, height) = (columns * cell_width + GAP, rows * cell_height + GAP);
    let zoom = (TARGET_WIDTH / width).max(1);

    let mut pixels = vec![GAP_VALUE; width * height];
    for (index, image) in images.iter().enumerate() {
        let (left, top) = (index % columns * cell_width + GAP, index / columns * cell_height + GAP);
        for (y, line) in image.chunks_exact(images.width).enumerate() {
            let start = (top + y) * width + left;
            pixels[start..start + images.width].copy_from_slice(line);
        }
    }
    let enlarged: Vec<u8> = pixels
        .chunks_exact(width)
        .flat_map(|line| {
            let line: Vec<u8> = line.iter().flat_map(|&pixel| std::iter::repeat_n(pixel, zoom)).collect();
            std::iter::repeat_n(line, zoom).flatten()
        })
        .collect();

    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, (width * zoom) as u32, (height * zoom) as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&enlarged)?;
    writer.finish()?;
    atomic::write(path, &bytes)
}
