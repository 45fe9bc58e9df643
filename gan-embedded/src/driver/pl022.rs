//! Arm's PL022 synchronous serial port (its Technical Reference Manual, DDI 0194, chapter 3), as an
//! SPI master that only sends.

use super::Mmio;

const CONTROL_0: usize = 0x000;
const CONTROL_1: usize = 0x004;
const DATA: usize = 0x008;
const STATUS: usize = 0x00C;
const PRESCALER: usize = 0x010;

const BITS_8: u32 = 7;
const IDLE_HIGH: u32 = 1 << 6;
const ENABLE: u32 = 1 << 1;
const RX_NOT_EMPTY: u32 = 1 << 2;

/// A port.
#[derive(Debug)]
pub struct Pl022(Mmio);

impl Pl022 {
    /// Switches the port at `registers` on: bytes, SPI mode 2, a bit for each `divisor` ticks of
    /// the port's clock, an even number up to 254.
    pub fn new(registers: Mmio, divisor: u32) -> Self {
        registers.write(CONTROL_1, 0);
        registers.write(CONTROL_0, IDLE_HIGH | BITS_8);
        registers.write(PRESCALER, divisor);
        registers.write(CONTROL_1, ENABLE);
        let port = Self(registers);
        while port.received() {}
        port
    }

    /// Sends a byte. When this returns the last bit is out, so that whatever goes with the byte may
    /// change.
    pub fn send(&mut self, byte: u8) {
        self.0.write(DATA, byte.into());
        // A byte comes in for each that goes out.
        while !self.received() {}
    }

    /// Takes a byte that came in, if there is one.
    fn received(&self) -> bool {
        let some = self.0.read(STATUS) & RX_NOT_EMPTY != 0;
        if some {
            self.0.read(DATA);
        }
        some
    }
}
