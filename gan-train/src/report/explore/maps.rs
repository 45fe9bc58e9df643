//! The sensitivity of all units as a picture: a map for each, with its number, and a legend.

use crate::explore::units::Sensitivity;
use gan_tools::images::Images;
use gan_tools::picture::Picture;

/// Maps in a row at most.
const COLUMNS: usize = 20;
/// A row is about so wide, before it is enlarged.
const WIDTH: usize = 640;
/// Maps are enlarged by whole factors to at least this width, so that a number has room above.
const MAP: usize = 14;
/// Between maps.
const GAP: usize = 3;
/// Lines of a map's number, and of the legend's bar.
const TEXT: usize = 7;
const BAR: usize = 6;
/// The whole is enlarged so many times.
const ZOOM: usize = 2;
/// Below the maps' colours, above their numbers.
const PAPER: [u8; 3] = [255; 3];
const INK: [u8; 3] = [70; 3];

/// From less to more: blue, nothing, red (ColorBrewer's RdBu).
const COLOURS: [[u8; 3]; 5] =
    [[5, 48, 97], [67, 147, 195], [247, 247, 247], [214, 96, 77], [103, 0, 31]];

/// Digits and signs, five lines of three dots from the top, the left dot the highest bit.
const GLYPHS: [(char, [u8; 5]); 12] = [
    ('0', [7, 5, 5, 5, 7]),
    ('1', [2, 6, 2, 2, 7]),
    ('2', [7, 1, 7, 4, 7]),
    ('3', [7, 1, 3, 1, 7]),
    ('4', [5, 5, 7, 1, 1]),
    ('5', [7, 4, 7, 1, 7]),
    ('6', [7, 4, 7, 5, 7]),
    ('7', [7, 1, 1, 2, 2]),
    ('8', [7, 5, 7, 5, 7]),
    ('9', [7, 5, 7, 1, 7]),
    ('-', [0, 0, 7, 0, 0]),
    ('+', [0, 2, 7, 2, 0]),
];

/// Shades of either colour: more could hardly be told apart, and make files twice as large.
const SHADES: f64 = 24.0;

/// The colour of a part from -1 to 1, rounded to a shade, on the straight line between those of
/// [`COLOURS`].
fn colour(part: f64) -> [u8; 3] {
    let part = (part.clamp(-1.0, 1.0) * SHADES).round() / SHADES;
    let place = (part + 1.0) / 2.0 * (COLOURS.len() - 1) as f64;
    let below = (place as usize).min(COLOURS.len() - 2);
    let (low, high, part) = (COLOURS[below], COLOURS[below + 1], place - below as f64);
    let mix = |index: usize| {
        let (low, high) = (f64::from(low[index]), f64::from(high[index]));
        (low + (high - low) * part).round() as u8
    };
    [0, 1, 2].map(mix)
}

/// The strongest colours' value in levels for each sigma: the largest of all maps, rounded up.
pub fn limit(sensitivity: &Sensitivity) -> f64 {
    let gains = sensitivity.units.iter().flat_map(|unit| &unit.map);
    gains.fold(0.0, |most: f64, gain| most.max(gain.abs())).ceil().max(1.0)
}

/// A map for each unit of images of this size, the strongest first, row by row.
pub fn picture(sensitivity: &Sensitivity, images: &Images) -> Picture {
    let zoom = MAP.div_ceil(images.width);
    let (width, height) = (images.width * zoom, images.height * zoom);
    let units = &sensitivity.units;
    let columns = (WIDTH / (width + GAP)).clamp(1, COLUMNS);
    let columns = columns.min(units.len().max(1));
    let (cell, line) = (width + GAP, TEXT + height + GAP);
    let limit = limit(sensitivity);
    let legend = [format!("-{limit}"), "0".into(), format!("+{limit}")];
    let least = legend.iter().map(|text| text.len() * 4).sum::<usize>() + 4 * GAP;
    let rows = units.len().div_ceil(columns);
    let sheet_width = (columns * cell + GAP).max(least);
    let mut sheet = Sheet::new(sheet_width, rows * line + GAP + BAR + TEXT + GAP);
    for (index, unit) in units.iter().enumerate() {
        let (left, top) = (GAP + index % columns * cell, GAP + index / columns * line);
        sheet.text(left, top, &unit.unit.to_string());
        for (at, gain) in unit.map.iter().enumerate() {
            let (x, y) = (at % images.width * zoom, at / images.width * zoom);
            sheet.fill([left + x, top + TEXT + y], [zoom, zoom], colour(gain / limit));
        }
    }
    let (top, long) = (GAP + rows * line, sheet_width - 2 * GAP);
    let long = long.min(200);
    for x in 0..long {
        let part = 2.0 * x as f64 / (long - 1) as f64 - 1.0;
        sheet.fill([GAP + x, top], [1, BAR], colour(part));
    }
    let [low, middle, high] = legend;
    let below = top + BAR + 2;
    sheet.text(GAP, below, &low);
    sheet.text(GAP + long / 2 - 1, below, &middle);
    sheet.text(GAP + long + 1 - high.len() * 4, below, &high);
    sheet.0.enlarged(ZOOM)
}

/// A picture in colour that is drawn on.
struct Sheet(Picture);

impl Sheet {
    fn new(width: usize, height: usize) -> Self {
        Self(Picture { width, height, pixels: PAPER.repeat(width * height) })
    }

    fn fill(&mut self, [left, top]: [usize; 2], [width, height]: [usize; 2], colour: [u8; 3]) {
        let Self(Picture { width: line, height: lines, pixels }) = self;
        for y in top..(top + height).min(*lines) {
            for x in left..(left + width).min(*line) {
                pixels[(y * *line + x) * 3..][..3].copy_from_slice(&colour);
            }
        }
    }

    /// Writes digits and signs.
    fn text(&mut self, left: usize, top: usize, text: &str) {
        for (index, character) in text.chars().enumerate() {
            let found = GLYPHS.iter().find(|(glyph, _)| *glyph == character);
            let Some((_, lines)) = found else { continue };
            for (y, bits) in lines.iter().enumerate() {
                for x in (0..3).filter(|x| bits >> (2 - x) & 1 == 1) {
                    self.fill([left + index * 4 + x, top + y], [1, 1], INK);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::units::Unit;

    #[test]
    fn colours_are_those_of_the_scale_and_between_them() {
        assert_eq!([-1.0, -0.5, 0.0, 0.5, 1.0].map(colour), COLOURS);
        // Half of the way from nothing to 0.5.
        assert_eq!(colour(0.25), [231, 172, 162]);
        assert_eq!(colour(0.26), colour(0.25));
        assert_eq!((colour(-7.0), colour(7.0)), (COLOURS[0], COLOURS[4]));
    }

    #[test]
    fn the_largest_gain_has_the_strongest_colour() {
        let unit = |unit, map| Unit { unit, strength: 1.0, agreement: 1.0, map };
        let units = vec![unit(1, vec![0.0, -9.5]), unit(0, vec![10.0, 5.0])];
        let sensitivity = Sensitivity { latents: 1, units_for_90_percent: 2, units };
        assert_eq!(limit(&sensitivity), 10.0);
        let images = Images { count: 0, width: 2, height: 1, pixels: Vec::new() };
        let picture = picture(&sensitivity, &images);
        assert_eq!(picture.pixels.len(), 3 * picture.width * picture.height);
        let at = |x: usize, y: usize| &picture.pixels[(y * picture.width + x) * 3..][..3];
        // Maps begin at (3, 10) and (3 + 14 + 3, 10), a pixel of them is 7 wide; then all twice.
        assert_eq!(at(2 * 3, 2 * 10), COLOURS[2]);
        assert_eq!(at(2 * 20, 2 * 10), COLOURS[4]);
        assert_eq!(at(2 * 27, 2 * 10), COLOURS[3]);
    }
}
