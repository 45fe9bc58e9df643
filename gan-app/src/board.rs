//! Defines what the application needs from a board.

use core::convert::Infallible;
use core::fmt;

use embedded_graphics_core::Pixel;
use embedded_graphics_core::draw_target::DrawTarget;
use embedded_graphics_core::geometry::{OriginDimensions, Size};
use embedded_graphics_core::pixelcolor::{Gray8, PixelColor};

/// A board: a serial port, a clock, and perhaps a display.
pub trait Board {
    /// The board's name, which is the firmware's cargo feature for it.
    const NAME: &'static str;
    /// The board's processor core, for people to read.
    const CORE: &'static str;
    /// Number of ticks of the clock in a second.
    const TICKS_PER_SECOND: u32;
    /// Whether QEMU emulates the board. With `-icount shift=0` an instruction then takes a
    /// nanosecond of the board's time.
    const EMULATED: bool = false;

    /// The colour type of the display.
    type Color: PixelColor + From<Gray8>;
    /// The type of the display. It is [`NoDisplay`] for a board without one.
    type Display: DrawTarget<Color = Self::Color>;

    /// Reads a byte from the serial port, if one has come. This does not wait.
    fn read(&mut self) -> Option<u8>;

    /// Sends bytes over the serial port. This waits until the port has taken all of them.
    fn write(&mut self, bytes: &[u8]);

    /// The number of ticks since the start.
    fn ticks(&mut self) -> u64;

    /// The display, if the board has found one.
    fn display(&mut self) -> Option<&mut Self::Display>;

    /// Shows what was drawn. This is for displays whose driver draws in memory first.
    fn refresh(&mut self) {}

    /// The use of the stack, if the board measures it.
    fn stack(&self) -> Option<Stack>;
}

/// Size and use of the stack, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stack {
    /// The largest part of the stack that has been in use since the start.
    pub used: usize,
    /// The whole size of the stack.
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

/// Writes text to a board's serial port, with the line ends that terminals expect.
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
