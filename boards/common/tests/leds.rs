//! Images on 5x5 LEDs: what is lit, and how the rows and columns are driven.

use std::cell::RefCell;
use std::convert::Infallible;

use common::display::Display;
use common::leds::{LEVELS, Leds, drive};
use embassy_futures::block_on;
use embassy_futures::select::select;
use embassy_time::Timer;
use embedded_graphics_core::Pixel;
use embedded_graphics_core::draw_target::DrawTarget;
use embedded_graphics_core::geometry::Point;
use embedded_graphics_core::pixelcolor::Gray8;
use embedded_hal::digital::{ErrorType, OutputPin};

const FULL: u8 = LEVELS - 1;

/// An image of `W` by `H` pixels, whose brightness is said by their place.
fn image<const W: usize, const H: usize>(luma: impl Fn(i32, i32) -> u8) -> Leds<W, H> {
    let mut leds = Leds::new();
    let points = (0..H as i32).flat_map(|y| (0..W as i32).map(move |x| Point::new(x, y)));
    let pixels = points.map(|at| Pixel(at, Gray8::new(luma(at.x, at.y))));
    leds.draw_iter(pixels).unwrap();
    leds
}

#[test]
fn dark_stays_dark() {
    assert_eq!(image::<28, 28>(|_, _| 40).levels(), [[0; 5]; 5]);
}

#[test]
fn what_is_bright_fills_the_leds() {
    // A letter L of 3x5 dots of 2x2 pixels each, anywhere in the image.
    let l = [[1, 0, 0], [1, 0, 0], [1, 0, 0], [1, 0, 0], [1, 1, 1]];
    let expected = l.map(|[a, b, c]| [0, a, b, c, 0].map(|on| on * FULL));
    for (left, top) in [(0, 0), (3, 1), (22, 18)] {
        let leds = image::<28, 28>(|x, y| {
            let dot = (
                usize::try_from((y - top).div_euclid(2)),
                usize::try_from((x - left).div_euclid(2)),
            );
            let (Ok(y), Ok(x)) = dot else { return 0 };
            255 * l.get(y).and_then(|row| row.get(x)).copied().unwrap_or(0)
        });
        assert_eq!(leds.levels(), expected, "at {left}, {top}");
    }
}

/// The LED's share of each pixel, by the areas that they have in common.
fn by_areas(image: &[[u8; 8]; 8]) -> [[u8; 5]; 5] {
    let overlap = |led: usize, pixel: usize| {
        let (start, end) = (led as f64 * 1.6, (led + 1) as f64 * 1.6);
        (end.min((pixel + 1) as f64) - start.max(pixel as f64)).max(0.0)
    };
    let mean = |row: usize, column: usize| -> f64 {
        let pixels = (0..8).flat_map(|y| (0..8).map(move |x| (x, y)));
        pixels.map(|(x, y)| overlap(row, y) * overlap(column, x) * f64::from(image[y][x])).sum()
    };
    let means: [[f64; 5]; 5] =
        std::array::from_fn(|row| std::array::from_fn(|column| mean(row, column)));
    let brightest = means.iter().flatten().copied().fold(0.0, f64::max);
    means.map(|row| row.map(|mean| (7.0 * (mean / brightest).powi(2)).round() as u8))
}

#[test]
fn a_pixel_counts_for_each_led_that_it_lies_in() {
    // Ink in the corners makes the square the whole image.
    let pixels: [[u8; 8]; 8] = std::array::from_fn(|y| {
        std::array::from_fn(|x| if (x + y) % 7 == 0 { 255 } else { (37 * x + 59 * y) as u8 / 4 })
    });
    let leds = image::<8, 8>(|x, y| pixels[y as usize][x as usize]);
    for (shown, expected) in
        leds.levels().as_flattened().iter().zip(by_areas(&pixels).as_flattened())
    {
        // The mean is a whole number here.
        assert!(shown.abs_diff(*expected) <= 1, "{:?}", leds.levels());
    }
}

/// A pin that notes its name and state.
struct Noted<'n>(&'n RefCell<Vec<(char, usize, bool)>>, char, usize);

impl ErrorType for Noted<'_> {
    type Error = Infallible;
}

impl OutputPin for Noted<'_> {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.0.borrow_mut().push((self.1, self.2, false));
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.0.borrow_mut().push((self.1, self.2, true));
        Ok(())
    }
}

#[test]
fn each_led_is_on_in_the_spans_of_its_level() {
    let mut leds =
        image::<5, 5>(|x, y| if (x + y) % 4 == 0 { 255 } else { (40 * x + 9 * y) as u8 });
    leds.show();
    let levels = leds.levels();
    assert!(levels.as_flattened().iter().any(|level| !matches!(*level, 0 | FULL)), "{levels:?}");
    let notes = RefCell::new(Vec::new());
    let rows = std::array::from_fn(|row| Noted(&notes, 'r', row));
    let columns = std::array::from_fn(|column| Noted(&notes, 'c', column));
    block_on(select(drive(rows, columns), Timer::after_millis(200)));
    // Whenever the row is switched on, its columns are as the span wants it.
    let (mut lit, mut columns, mut spans) = ([false; 5], [true; 5], [0; 5]);
    let mut sums = [[0; 5]; 5];
    for (kind, index, high) in notes.into_inner() {
        if kind == 'c' {
            columns[index] = high;
            continue;
        }
        lit[index] = high;
        assert!(lit.iter().filter(|lit| **lit).count() <= 1, "two rows are lit");
        if high && spans[index] < 3 {
            let parts = 1 << spans[index];
            spans[index] += 1;
            for (sum, high) in sums[index].iter_mut().zip(columns) {
                *sum += if high { 0 } else { parts };
            }
        }
    }
    assert_eq!(sums, levels);
}
