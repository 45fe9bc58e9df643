//! A board put together from a serial port, a clock and perhaps a display.

use embedded_graphics_core::draw_target::DrawTarget;
use embedded_graphics_core::pixelcolor::{Gray8, PixelColor};
use gan_app::{Board, NoDisplay, Stack};

use crate::{board, stack};

/// A serial port.
pub trait Serial {
    /// A byte that came, if there is one. Does not wait.
    fn read(&mut self) -> Option<u8>;

    /// Sends a byte, and waits until there is room for it.
    fn write(&mut self, byte: u8);
}

/// A clock.
pub trait Clock {
    /// How often it ticks.
    const TICKS_PER_SECOND: u32;

    /// Ticks since the start.
    fn ticks(&mut self) -> u64;
}

/// The board.
#[derive(Debug)]
pub struct Wired<S, C, D = NoDisplay> {
    /// Its serial port.
    pub serial: S,
    /// Its clock.
    pub clock: C,
    /// Its display, if one answered.
    pub display: Option<D>,
}

impl<S, C> Wired<S, C> {
    /// A board without a display.
    pub fn new(serial: S, clock: C) -> Self {
        Self { serial, clock, display: None }
    }

    /// The same board with a display, if one answered.
    pub fn with_display<D>(self, display: Option<D>) -> Wired<S, C, D> {
        Wired { serial: self.serial, clock: self.clock, display }
    }
}

/// A display, which may draw in memory first.
pub trait Refresh {
    /// Shows what was drawn.
    fn refresh(&mut self) {}
}

impl Refresh for NoDisplay {}

impl<S: Serial, C: Clock, D: DrawTarget<Color: PixelColor + From<Gray8>> + Refresh> Board
    for Wired<S, C, D>
{
    const NAME: &'static str = board::NAME;
    const CORE: &'static str = board::CORE;
    const TICKS_PER_SECOND: u32 = C::TICKS_PER_SECOND;
    const EMULATED: bool = board::EMULATED;

    type Color = D::Color;
    type Display = D;

    fn read(&mut self) -> Option<u8> {
        self.serial.read()
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.serial.write(byte));
    }

    fn ticks(&mut self) -> u64 {
        self.clock.ticks()
    }

    fn display(&mut self) -> Option<&mut D> {
        self.display.as_mut()
    }

    fn refresh(&mut self) {
        if let Some(display) = &mut self.display {
            display.refresh();
        }
    }

    fn stack(&self) -> Option<Stack> {
        Some(stack::measure())
    }
}
