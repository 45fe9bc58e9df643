//! Arm's PL022 synchronous serial port (its Technical Reference Manual, DDI 0194, chapter 3), as an
//! SPI master that only sends.

use super::Mmio;

const SSPCR0: usize = 0x000;
const SSPCR1: usize = 0x004;
const SSPDR: usize = 0x008;
const SSPSR: usize = 0x00C;
const SSPCPSR: usize = 0x010;

const DSS_8: u32 = 7;
const SPO: u32 = 1 << 6;
const SSE: u32 = 1 << 1;
const RNE: u32 = 1 << 2;

/// A PL022 that is switched on.
#[derive(Debug)]
pub struct Pl022(Mmio);

impl Pl022 {
    /// Switches the port at `registers` on: bytes, SPI mode 2, a bit for each `divisor` ticks of
    /// the port's clock, an even number up to 254.
    pub fn new(registers: Mmio, divisor: u32) -> Self {
        registers.write(SSPCR1, 0);
        registers.write(SSPCR0, SPO | DSS_8);
        registers.write(SSPCPSR, divisor);
        registers.write(SSPCR1, SSE);
        let port = Self(registers);
        while port.received() {}
        port
    }

    /// Sends a byte. When this returns the last bit is out, so that whatever goes with the byte may
    /// change.
    pub fn send(&mut self, byte: u8) {
        self.0.write(SSPDR, byte.into());
        // A byte comes in for each that goes out.
        while !self.received() {}
    }

    /// Takes a byte that came in, if there is one.
    fn received(&self) -> bool {
        let some = self.0.read(SSPSR) & RNE != 0;
        if some {
            self.0.read(SSPDR);
        }
        some
    }
}
