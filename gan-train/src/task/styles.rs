//! Styles: what is done to an image of light strokes on black.

use crate::config::Style;

/// How far a slanted image leans: pixels to the side for each line.
const SHEAR: f64 = 0.35;

/// The image in a style.
pub(super) fn apply(style: Style, image: &[u8], size: [usize; 2]) -> Vec<u8> {
    let dilated = || of_neighbours(image, size, Iterator::max);
    match style {
        Style::Bold => dilated(),
        Style::Outline => {
            let eroded = of_neighbours(image, size, Iterator::min);
            dilated().into_iter().zip(eroded).map(|(most, least)| most - least).collect()
        }
        Style::Slant => slanted(image, size),
    }
}

/// Of each pixel, `choose` of it and its neighbours, which are up to nine (dilation and erosion by
/// a square of 3x3). Beyond the border there is nothing to choose.
fn of_neighbours(
    image: &[u8],
    [width, height]: [usize; 2],
    choose: fn(std::vec::IntoIter<u8>) -> Option<u8>,
) -> Vec<u8> {
    let near = |at: usize, end: usize| at.saturating_sub(1)..(at + 2).min(end);
    let at = |index: usize| {
        let (x, y) = (index % width, index / width);
        let lines = near(y, height).flat_map(|y| &image[y * width..][near(x, width)]);
        choose(lines.copied().collect::<Vec<u8>>().into_iter()).unwrap_or_default()
    };
    (0..image.len()).map(at).collect()
}

/// The image with its top moved to the right and its bottom to the left; between two pixels it is
/// interpolated linearly, and black comes in from the sides.
fn slanted(image: &[u8], [width, height]: [usize; 2]) -> Vec<u8> {
    let at = |index: usize| {
        let (x, y) = (index % width, index / width);
        let from = x as f64 + SHEAR * (y as f64 - (height as f64 - 1.0) / 2.0);
        let (left, part) = (from.floor(), from - from.floor());
        let pixel = |x: f64| {
            let inside = x >= 0.0 && x < width as f64;
            if inside { f64::from(image[y * width + x as usize]) } else { 0.0 }
        };
        ((1.0 - part) * pixel(left) + part * pixel(left + 1.0)).round() as u8
    };
    (0..image.len()).map(at).collect()
}
