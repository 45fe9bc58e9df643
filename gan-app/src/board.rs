//! Defines what the application needs from a board.

use core::convert::Infallible;
use core::fmt;

use embedded_graphics_core::Pixel;
use embedded_graphics_core::draw_target::DrawTarget;
use embedded_graphics_core::geometry::{OriginDimensions, Size};
use embedded_graphics_core::pixelcolor::{Gray8, PixelColor};
use embedded_io::{Read, ReadReady, Write};

/// A board: a serial port of embedded-io, a clock, and perhaps a display of embedded-graphics.
pub trait Board {
    /// The board's name, which is the firmware's cargo feature for it.
    const NAME: &'static str;
    /// The board's processor core, for people to read.
    const CORE: &'static str;
    /// Number of ticks of the clock in a second.
    const TICKS_PER_SECOND: u32;
    /// The clock of the processor core in hertz. It is 0 if the clock is not known.
    const CORE_HERTZ: u32 = 0;

    /// The type of the serial port.
    type Port: Read + ReadReady + Write;
    /// The colour type of the display.
    type Color: PixelColor + From<Gray8>;
    /// The type of the display. It is [`NoDisplay`] for a board without one.
    type Display: DrawTarget<Color = Self::Color>;

    /// The serial port. The application reads it only when a byte is ready, and waits until the
    /// port has taken what it writes.
    fn port(&mut self) -> &mut Self::Port;

    /// The number of ticks since the start.
    fn ticks(&mut self) -> u64;

    /// The display, if the board has found one.
    fn display(&mut self) -> Option<&mut Self::Display>;

    /// Shows what was drawn. This is for displays whose driver draws in memory first.
    fn refresh(&mut self) {}

    /// Waits until something may be to do: a byte has come, or half a second has passed, or less.
    /// The application calls this whenever no byte has come. A board that cannot sleep returns at
    /// once, as this does.
    fn sleep(&mut self) {}

    /// Tells the board's watchdog that the application goes on. The application calls this before
    /// it looks for a byte, sends bytes or shows a line, and before each image of `bench`. The
    /// longest that it computes in between is one image, or the check of a signature: seconds, if
    /// a large model meets a slow core. A board without a watchdog does nothing.
    fn alive(&mut self) {}

    /// The use of the stack, if the board measures it.
    fn stack(&self) -> Option<Stack>;

    /// Reads a byte from the serial port, if one has come. This does not wait.
    fn read(&mut self) -> Option<u8> {
        self.alive();
        let port = self.port();
        let mut byte = [0];
        let count = if port.read_ready().ok()? { port.read(&mut byte).ok()? } else { 0 };
        (count > 0).then_some(byte[0])
    }

    /// Sends bytes over the serial port. This waits until the port has taken all of them. What a
    /// port refuses is lost: there is nobody to tell.
    fn write(&mut self, mut bytes: &[u8]) {
        self.alive();
        // `write_all` of embedded-io would panic if a port took nothing.
        while let Ok(count @ 1..) = self.port().write(bytes) {
            bytes = bytes.get(count..).unwrap_or_default();
            if bytes.is_empty() {
                break;
            }
        }
    }
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
