//! Arm's PL011 UART (its Technical Reference Manual, DDI 0183, chapter 3).

use super::{Mmio, Uart};

const UARTDR: usize = 0x000;
const UARTFR: usize = 0x018;
const UARTIBRD: usize = 0x024;
const UARTFBRD: usize = 0x028;
const UARTLCR_H: usize = 0x02C;
const UARTCR: usize = 0x030;

const BUSY: u32 = 1 << 3;
const RXFE: u32 = 1 << 4;
const TXFF: u32 = 1 << 5;
const FEN: u32 = 1 << 4;
const WLEN_8: u32 = 3 << 5;
const UARTEN: u32 = 1;
const TXE: u32 = 1 << 8;
const RXE: u32 = 1 << 9;
const BAUD: u32 = 115_200;

/// A PL011 that is switched on.
#[derive(Debug)]
pub struct Pl011(Mmio);

impl Pl011 {
    /// Switches the port at `registers` on, at 115,200 baud from a clock of `hertz`.
    pub fn new(registers: Mmio, hertz: u32) -> Self {
        // The port may be in use, and what it is sending may be the start of a message.
        Self(registers).flush();
        registers.write(UARTCR, 0);
        // The divisor is hertz / (16 baud), in sixty-fourths, rounded. It takes effect with the
        // write to UARTLCR_H.
        let divisor = (4 * hertz + BAUD / 2) / BAUD;
        registers.write(UARTIBRD, divisor / 64);
        registers.write(UARTFBRD, divisor % 64);
        registers.write(UARTLCR_H, FEN | WLEN_8);
        registers.write(UARTCR, UARTEN | TXE | RXE);
        Self(registers)
    }

    /// Waits until everything is sent. Call this before the port's clock or its pins change.
    pub fn flush(&mut self) {
        while self.0.read(UARTFR) & BUSY != 0 {}
    }
}

impl Uart for Pl011 {
    fn is_ready(&self) -> bool {
        self.0.read(UARTFR) & RXFE == 0
    }

    fn take(&mut self) -> u8 {
        self.0.read(UARTDR) as u8
    }

    fn put(&mut self, byte: u8) {
        while self.0.read(UARTFR) & TXFF != 0 {}
        self.0.write(UARTDR, byte.into());
    }
}
