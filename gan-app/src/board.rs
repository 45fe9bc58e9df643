//! What the application asks of a board.

use core::convert::Infallible;
use core::fmt;

use embedded_graphics_core::Pixel;
use embedded_graphics_core::draw_target::DrawTarget;
use embedded_graphics_core::geometry::{OriginDimensions, Size};
use embedded_graphics_core::pixelcolor::{Gray8, PixelColor};

/// A board: a serial port, a clock, and perhaps a display.
pub trait Board {
    /// Its name: the cargo feature of the firmware.
    const NAME: &'static str;
    /// What computes.
    const CORE: &'static str;
    /// How often the clock ticks.
    const TICKS_PER_SECOND: u32;
    /// Whether QEMU emulates it, where an instruction takes a nanosecond if `-icount shift=0` is
    /// given.
    const EMULATED: bool = false;

    /// The display's type of colour.
    type Color: PixelColor + From<Gray8>;
    /// The display; [`NoDisplay`] for a board without.
    type Display: DrawTarget<Color = Self::Color>;

    /// A byte that came over the serial port, if there is one. Does not wait.
    fn read(&mut self) -> Option<u8>;

    /// Sends bytes over the serial port, and waits where it has to.
    fn write(&mut self, bytes: &[u8]);

    /// Ticks since the start.
    fn ticks(&mut self) -> u64;

    /// The display, if one answered.
    fn display(&mut self) -> Option<&mut Self::Display>;

    /// Shows what was drawn, on a display that draws in memory first.
    fn refresh(&mut self) {}

    /// The stack, if its use is measured.
    fn stack(&self) -> Option<Stack>;
}

/// The stack, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stack {
    /// The most that was in use since the start.
    pub used: usize,
    /// All there is.
    pub size: usize,
}

/// The display of a board that has none.
#[derive(Debug)]
pub enum NoDisplay {}

impl OriginDimensions for NoDisplay {
    fn size(&self) -> Size {
        match *self {}
    }
}

impl DrawTarget for NoDisplay {
    type Color = Gray8;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Gray8>>>(&mut self, _: I) -> Result<(), Infallible> {
        match *self {}
    }
}

/// A board's serial port as a writer of text, whose lines end as terminals want them.
pub(crate) struct Text<'b, B>(pub &'b mut B);

impl<B: Board> fmt::Write for Text<'_, B> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for line in text.split_inclusive('\n') {
            match line.strip_suffix('\n') {
                Some(line) => {
                    self.0.write(line.as_bytes());
                    self.0.write(b"\r\n");
                }
                None => self.0.write(line.as_bytes()),
            }
        }
        Ok(())
    }
}
