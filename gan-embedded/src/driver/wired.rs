//! A board put together from a serial port, a clock and perhaps a display.

use embedded_graphics_core::draw_target::DrawTarget;
use embedded_graphics_core::pixelcolor::{Gray8, PixelColor};
use gan_app::{Board, NoDisplay, Stack};

use super::{Port, Uart};
use crate::{about, stack};

/// A clock that counts ticks since the start.
pub trait Clock {
    /// The number of ticks in a second.
    const TICKS_PER_SECOND: u32;

    /// The number of ticks since the start.
    fn ticks(&mut self) -> u64;
}

/// Seconds after which a watchdog restarts a board whose application has stopped.
pub const PATIENCE: u32 = 8;

/// A watchdog: it restarts the board if it is not fed for [`PATIENCE`] seconds, or for what its
/// driver says.
pub trait Watchdog {
    /// Has it wait anew.
    fn feed(&mut self);
}

/// The watchdog of a board that has none.
impl Watchdog for () {
    fn feed(&mut self) {}
}

/// A board that is put together from its parts.
#[derive(Debug)]
pub struct Wired<U, C, W = (), D = NoDisplay> {
    /// The board's serial port.
    pub serial: Port<U>,
    /// The board's clock.
    pub clock: C,
    /// The board's watchdog, which runs.
    pub watchdog: W,
    /// The board's display, if one answered.
    pub display: Option<D>,
}

impl<U, C, W> Wired<U, C, W> {
    /// A board without a display.
    pub fn new(serial: U, clock: C, watchdog: W) -> Self {
        Self { serial: Port(serial), clock, watchdog, display: None }
    }
}

impl<U, C, W, D> Board for Wired<U, C, W, D>
where
    U: Uart,
    C: Clock,
    W: Watchdog,
    D: DrawTarget<Color: PixelColor + From<Gray8>>,
{
    const NAME: &'static str = about::NAME;
    const CORE: &'static str = about::CORE;
    const TICKS_PER_SECOND: u32 = C::TICKS_PER_SECOND;
    const CORE_HERTZ: u32 = if about::EMULATED { 0 } else { about::HERTZ };

    type Port = Port<U>;
    type Color = D::Color;
    type Display = D;

    fn port(&mut self) -> &mut Port<U> {
        &mut self.serial
    }

    fn ticks(&mut self) -> u64 {
        self.clock.ticks()
    }

    fn display(&mut self) -> Option<&mut D> {
        self.display.as_mut()
    }

    fn sleep(&mut self) {
        self.serial.0.sleep();
    }

    fn alive(&mut self) {
        self.watchdog.feed();
    }

    fn stack(&self) -> Option<Stack> {
        Some(stack::measure())
    }
}
