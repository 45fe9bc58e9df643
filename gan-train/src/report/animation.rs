//! Pictures one after another: `samples.gif`, of a run's sample grids, and other animations.

use super::grid_file::read_png;
use super::history::{self, evenly};
use anyhow::{Result, ensure};
use gan_tools::files::atomic;
use gan_tools::picture::Picture;
use gif::{Encoder, Frame, Repeat};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// Name of the file in a run's folder.
pub const FILE: &str = "samples.gif";
/// Pictures at most; of more grids, evenly spaced ones are taken.
pub(super) const FRAMES: usize = 120;
/// Time a picture is shown, in hundredths of a second: ten a second.
const DELAY: u16 = 10;
/// The same for the last one, before it starts again.
const LAST_DELAY: u16 = 200;
/// Narrower grids are enlarged to twice their size.
const SMALL: usize = 200;
/// Bits of grey that are kept: with the noise of the lower ones, which nobody sees, the file would
/// be twice as large.
const BITS: u8 = 4;

/// Writes the animation of the grids that a run has left; without grids, nothing.
///
/// # Errors
///
/// Names the file, and what is wrong with a grid.
pub fn write(folder: &Path) -> Result<Option<PathBuf>> {
    let grids = history::grids(folder)?;
    let chosen = evenly(grids.len(), FRAMES);
    let pictures =
        chosen.into_iter().map(|index| Ok((&grids[index].path, read_png(&grids[index].path)?)));
    let pictures: Vec<(&PathBuf, Picture)> = pictures.collect::<Result<_>>()?;
    let Some((_, first)) = pictures.first() else { return Ok(None) };
    for (path, picture) in &pictures {
        let (width, height) = (first.width, first.height);
        ensure!(
            (picture.width, picture.height) == (width, height),
            "{}: {}x{} pixels (expected {width}x{height}, as in the run's first grid)",
            path.display(),
            picture.width,
            picture.height
        );
    }
    let path = folder.join(FILE);
    atomic::write(&path, &encode(pictures.iter().map(|(_, picture)| picture), pictures.len())?)?;
    Ok(Some(path))
}

/// The bytes of a GIF of grey pictures that runs for ever.
pub(super) fn encode<'p>(
    pictures: impl Iterator<Item = &'p Picture>,
    count: usize,
) -> Result<Vec<u8>> {
    let top = (1u16 << BITS) - 1;
    let palette: Vec<u8> = (0..=top).flat_map(|level| [(level * 255 / top) as u8; 3]).collect();
    let mut encoder = None;
    for (index, picture) in pictures.enumerate() {
        let picture = picture.enlarged(if picture.width < SMALL { 2 } else { 1 });
        let (width, height) = (u16::try_from(picture.width)?, u16::try_from(picture.height)?);
        let encoder = match &mut encoder {
            Some(encoder) => encoder,
            none => {
                let mut new = Encoder::new(Vec::new(), width, height, &palette)?;
                new.set_repeat(Repeat::Infinite)?;
                none.insert(new)
            }
        };
        let levels = picture
            .pixels
            .iter()
            .map(|&pixel| ((u32::from(pixel) * u32::from(top) + 127) / 255) as u8)
            .collect();
        let delay = if index + 1 == count { LAST_DELAY } else { DELAY };
        encoder.write_frame(&Frame {
            width,
            height,
            delay,
            buffer: Cow::Owned(levels),
            ..Frame::default()
        })?;
    }
    Ok(encoder.map_or(Ok(Vec::new()), Encoder::into_inner)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_is_a_frame_in_order_and_the_last_one_stays() {
        let pictures: Vec<Picture> =
            [0, 255, 128].map(|grey| Picture { width: 3, height: 2, pixels: vec![grey; 6] }).into();
        let bytes = encode(pictures.iter(), 3).unwrap();
        assert!(bytes.starts_with(b"GIF89a"));
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(bytes.as_slice()).unwrap();
        assert_eq!((decoder.width(), decoder.height(), decoder.repeat()), (6, 4, Repeat::Infinite));
        let mut frames = Vec::new();
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            assert_eq!(frame.buffer.len(), 6 * 4 * 4);
            frames.push((frame.buffer[0], frame.delay));
        }
        // 16 greys, 17 apart: the nearest to 128 is 136.
        assert_eq!(frames, [(0, 10), (255, 10), (136, 200)]);
    }

    #[test]
    fn a_run_without_grids_has_no_animation() {
        let nowhere = Path::new("no such folder");
        assert_eq!(write(nowhere).unwrap(), None);
    }
}
