//! A display of 128 by 64 dots in 16 greys: OSRAM's Pictiva OLED panel with Solomon Systech's
//! SSD0323 controller (its data sheet, section 9).

use core::convert::Infallible;
use core::iter;

use embedded_graphics_core::Pixel;
use embedded_graphics_core::draw_target::DrawTarget;
use embedded_graphics_core::geometry::{Dimensions, OriginDimensions, Point, Size};
use embedded_graphics_core::pixelcolor::{Gray4, GrayColor};
use embedded_graphics_core::primitives::Rectangle;

/// The number of dots in a line.
const WIDTH: usize = 128;
/// The number of lines.
const HEIGHT: usize = 64;

const SET_COLUMNS: u8 = 0x15;
const SET_ROWS: u8 = 0x75;

/// The commands that set the panel up after its reset. Addresses count up along a line, and the
/// high half of a byte is the dot on the left.
#[rustfmt::skip]
const INIT: &[u8] = &[
    0xAE,                                                       // off
    0x81, 0x32, 0x85,                                           // contrast; half of the current
    // The order of halves of bytes and of lines is as above, from the panel's wiring.
    0xA0, 0x52,
    // These set the first line, the offset in the 80 lines of memory, and 64 lines in use.
    0xA1, 0x00, 0xA2, 0x4C, 0xA8, 0x3F,
    0xA4,                                                       // show the memory
    0xB1, 0x22, 0xB2, 0x46, 0xB3, 0xF1,                         // phases, ticks of a line, clock
    0xBF, 0x0D, 0xBE, 0x02, 0xBC, 0x10,                         // voltages
    0xB8, 0x01, 0x11, 0x22, 0x32, 0x43, 0x54, 0x65, 0x76,       // pulse widths of the greys
    0xAD, 0x03,                                                 // converter on
];
const ON: &[u8] = &[0xAF];

/// The wires to the controller.
pub trait Link {
    /// Sends bytes with the line D/C low.
    fn command(&mut self, bytes: &[u8]);

    /// Sends bytes with the line D/C high.
    fn data(&mut self, bytes: &[u8]);
}

/// What is in the panel's memory: a byte for two dots. It is kept here as well, because the panel's
/// cannot be read, and to change one dot takes the other.
pub type Shadow = [[u8; WIDTH / 2]; HEIGHT];

/// The memory of a dark panel.
pub const DARK: Shadow = [[0; WIDTH / 2]; HEIGHT];

/// The display. What is drawn goes to the panel at once.
#[derive(Debug)]
pub struct Ssd0323<L> {
    link: L,
    shadow: &'static mut Shadow,
}

impl<L: Link> Ssd0323<L> {
    /// Switches the panel on, showing what is in `shadow`.
    pub fn new(link: L, shadow: &'static mut Shadow) -> Self {
        let mut display = Self { link, shadow };
        display.link.command(INIT);
        display.window(&display.bounding_box());
        display.shadow.iter().for_each(|line| display.link.data(line));
        display.link.command(ON);
        display
    }

    /// Says where the bytes go that follow: line after line of an area, which is on the display.
    fn window(&mut self, area: &Rectangle) {
        let (columns, rows) = (area.columns(), area.rows());
        let [left, right, top, bottom] =
            [columns.start / 2, (columns.end - 1) / 2, rows.start, rows.end - 1].map(|at| at as u8);
        self.link.command(&[SET_COLUMNS, left, right, SET_ROWS, top, bottom]);
    }
}

impl<L> OriginDimensions for Ssd0323<L> {
    fn size(&self) -> Size {
        Size::new(WIDTH as u32, HEIGHT as u32)
    }
}

impl<L: Link> DrawTarget for Ssd0323<L> {
    type Color = Gray4;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Gray4>>>(
        &mut self,
        pixels: I,
    ) -> Result<(), Infallible> {
        pixels.into_iter().try_for_each(|Pixel(at, color)| {
            self.fill_solid(&Rectangle::new(at, Size::new(1, 1)), color)
        })
    }

    /// Sends each line as soon as it is complete, two dots a byte.
    fn fill_contiguous<I: IntoIterator<Item = Gray4>>(
        &mut self,
        area: &Rectangle,
        colors: I,
    ) -> Result<(), Infallible> {
        let visible = area.intersection(&self.bounding_box());
        if visible.is_zero_sized() {
            return Ok(());
        }
        self.window(&visible);
        let mut colors = colors.into_iter();
        let Point { x: left, y: above } = visible.top_left - area.top_left;
        let (left, width, shown) =
            (left as usize, area.size.width as usize, visible.size.width as usize);
        skip(&mut colors, (above as usize).saturating_mul(width));
        let columns = visible.columns();
        let bytes = columns.start as usize / 2..(columns.end as usize).div_ceil(2);
        for line in self
            .shadow
            .iter_mut()
            .skip(visible.rows().start as usize)
            .take(visible.size.height as usize)
        {
            skip(&mut colors, left);
            for (x, color) in columns.clone().zip(&mut colors) {
                let Some(byte) = line.get_mut(x as usize / 2) else { continue };
                *byte = if x % 2 == 0 {
                    *byte & 0x0F | color.luma() << 4
                } else {
                    *byte & 0xF0 | color.luma()
                };
            }
            skip(&mut colors, width.saturating_sub(left + shown));
            self.link.data(line.get(bytes.clone()).unwrap_or_default());
        }
        Ok(())
    }

    fn fill_solid(&mut self, area: &Rectangle, color: Gray4) -> Result<(), Infallible> {
        self.fill_contiguous(&area.intersection(&self.bounding_box()), iter::repeat(color))
    }
}

/// Drops the next `count` colours.
fn skip(colors: &mut impl Iterator<Item = Gray4>, count: usize) {
    if let Some(last) = count.checked_sub(1) {
        colors.nth(last);
    }
}
