//! Reading the sample grids that a run has written.

use anyhow::{Context, Result, ensure};
use gan_tools::picture::Picture;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// Reads a PNG file of eight-bit greys. Errors name the file, and what else than that it holds.
pub(super) fn read_png(path: &Path) -> Result<Picture> {
    let file = File::open(path).with_context(|| format!("{}: cannot be read", path.display()))?;
    decode(file).with_context(|| path.display().to_string())
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
