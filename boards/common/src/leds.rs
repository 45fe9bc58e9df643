//! An image on 5x5 LEDs in rows and columns, as on the BBC micro:bit, in [`LEVELS`] brightnesses.
//!
//! The image is drawn in memory, pixel by pixel. When it is shown, the smallest square around what
//! is bright in it is scaled to the LEDs, and [`drive`] lights one row of them after the other.

use core::convert::Infallible;
use core::sync::atomic::{AtomicU8, Ordering};

use embassy_time::{Duration, Timer};
use embedded_graphics_core::Pixel;
use embedded_graphics_core::draw_target::DrawTarget;
use embedded_graphics_core::geometry::{OriginDimensions, Size};
use embedded_graphics_core::pixelcolor::{Gray8, GrayColor};
use embedded_hal::digital::OutputPin;

use crate::display::Display;

/// The number of rows of LEDs, which is also the number of columns.
const SIDE: usize = 5;
/// The number of brightnesses of an LED, of which the first is off.
pub const LEVELS: u8 = 8;
/// Pixels darker than this are the image's background.
const INK: u8 = 64;
/// A row is lit for this long for each of the 7 parts of full brightness: 13 ms for all rows, which
/// is 77 times a second.
const PART: Duration = Duration::from_micros(366);

/// The brightness of each LED, row by row, as [`drive`] lights it.
static SHOWN: [[AtomicU8; SIDE]; SIDE] = [const { [const { AtomicU8::new(0) }; SIDE] }; SIDE];

/// An image of `W` by `H` pixels that is shown on the LEDs.
#[derive(Debug)]
pub struct Leds<const W: usize, const H: usize>([[u8; W]; H]);

impl<const W: usize, const H: usize> Leds<W, H> {
    /// A dark image, for a static.
    #[expect(clippy::new_without_default, reason = "a static is made of a constant")]
    pub const fn new() -> Self {
        Self([[0; W]; H])
    }

    /// The brightness of each LED, row by row.
    pub fn levels(&self) -> [[u8; SIDE]; SIDE] {
        let Some((left, top, side)) = self.square() else { return [[0; SIDE]; SIDE] };
        // Each pixel is cut into SIDE x SIDE parts, so that `side` x `side` parts are an LED.
        let mean = |row: usize, column: usize| {
            let parts = |led: usize| (led * side..(led + 1) * side).map(|part| part / SIDE);
            let pixel = |x: usize, y: usize| {
                let x = (left + x).checked_sub(side)?;
                let y = (top + y).checked_sub(side)?;
                self.0.get(y)?.get(x).copied()
            };
            let ink = parts(row)
                .flat_map(|y| parts(column).map(move |x| (x, y)))
                .filter_map(|(x, y)| pixel(x, y))
                .map(u32::from);
            ink.sum::<u32>() / (side * side).max(1) as u32
        };
        let means: [[u32; SIDE]; SIDE] =
            core::array::from_fn(|row| core::array::from_fn(|column| mean(row, column)));
        let brightest = means.iter().flatten().copied().max().unwrap_or_default().max(1);
        // The level goes with the square of the brightness, because an eye sees half the light as
        // more than half as bright.
        let level = |mean: u32| {
            (u32::from(LEVELS - 1) * mean * mean + brightest * brightest / 2)
                / (brightest * brightest)
        };
        means.map(|row| row.map(|mean| level(mean) as u8))
    }

    /// The smallest square around what is bright: left and top, `side` more than they are because
    /// the square may lie outside of the image in part, and `side`. `None` if all is dark.
    fn square(&self) -> Option<(usize, usize, usize)> {
        let is_ink = |&pixel: &u8| pixel >= INK;
        let rows = || (0..H).filter(|&y| self.0[y].iter().any(is_ink));
        let columns = || (0..W).filter(|&x| self.0.iter().any(|row| is_ink(&row[x])));
        let (left, right) = (columns().next()?, columns().next_back()?);
        let (top, bottom) = (rows().next()?, rows().next_back()?);
        let (width, height) = (right - left + 1, bottom - top + 1);
        let side = width.max(height);
        Some((left + side - (side - width) / 2, top + side - (side - height) / 2, side))
    }
}

impl<const W: usize, const H: usize> OriginDimensions for Leds<W, H> {
    fn size(&self) -> Size {
        Size::new(W as u32, H as u32)
    }
}

impl<const W: usize, const H: usize> DrawTarget for Leds<W, H> {
    type Color = Gray8;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Gray8>>>(
        &mut self,
        pixels: I,
    ) -> Result<(), Infallible> {
        for Pixel(at, color) in pixels {
            let (Ok(x), Ok(y)) = (usize::try_from(at.x), usize::try_from(at.y)) else { continue };
            if let Some(place) = self.0.get_mut(y).and_then(|row| row.get_mut(x)) {
                *place = color.luma();
            }
        }
        Ok(())
    }
}

impl<const W: usize, const H: usize> Display for Leds<W, H> {
    fn show(&mut self) {
        for (shown, level) in SHOWN.iter().flatten().zip(self.levels().as_flattened()) {
            shown.store(*level, Ordering::Relaxed);
        }
    }
}

/// Lights the LEDs, for ever: a row is high and its columns are low where an LED is on. While a row
/// is lit, an LED is on in those of three spans, of 1, 2 and 4 parts, that its level is the sum of.
pub async fn drive<P: OutputPin, Q: OutputPin>(mut rows: [P; SIDE], mut columns: [Q; SIDE]) -> ! {
    loop {
        for (row, levels) in rows.iter_mut().zip(&SHOWN) {
            for parts in [1, 2, 4] {
                for (column, level) in columns.iter_mut().zip(levels) {
                    let on = level.load(Ordering::Relaxed) & parts != 0;
                    let _ = column.set_state((!on).into());
                }
                let _ = row.set_high();
                Timer::after(PART * u32::from(parts)).await;
            }
            let _ = row.set_low();
        }
    }
}
