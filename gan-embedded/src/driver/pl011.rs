//! Arm's PL011 UART (its Technical Reference Manual, DDI 0183, chapter 3).

use super::{Mmio, Uart};

const DATA: usize = 0x000;
const FLAGS: usize = 0x018;
const DIVISOR: usize = 0x024;
const DIVISOR_FRACTION: usize = 0x028;
const LINE_CONTROL: usize = 0x02C;
const CONTROL: usize = 0x030;

const BUSY: u32 = 1 << 3;
const RX_EMPTY: u32 = 1 << 4;
const TX_FULL: u32 = 1 << 5;
const FIFOS: u32 = 1 << 4;
const BITS_8: u32 = 3 << 5;
const ENABLE: u32 = 1;
const TX_ENABLE: u32 = 1 << 8;
const RX_ENABLE: u32 = 1 << 9;
const BAUD: u32 = 115_200;

/// A port.
#[derive(Debug)]
pub struct Pl011(Mmio);

impl Pl011 {
    /// Switches the port at `registers` on, at 115,200 baud from a clock of `hertz`.
    pub fn new(registers: Mmio, hertz: u32) -> Self {
        // The port may be in use, and what it is sending may be the start of a message.
        Self(registers).flush();
        registers.write(CONTROL, 0);
        // hertz / (16 baud), in sixty-fourths, rounded. The write to LINE_CONTROL is what makes it
        // count.
        let divisor = (4 * hertz + BAUD / 2) / BAUD;
        registers.write(DIVISOR, divisor / 64);
        registers.write(DIVISOR_FRACTION, divisor % 64);
        registers.write(LINE_CONTROL, FIFOS | BITS_8);
        registers.write(CONTROL, ENABLE | TX_ENABLE | RX_ENABLE);
        Self(registers)
    }

    /// Waits until everything is sent: before the port's clock changes, or its pins.
    pub fn flush(&mut self) {
        while self.0.read(FLAGS) & BUSY != 0 {}
    }
}

impl Uart for Pl011 {
    fn is_ready(&self) -> bool {
        self.0.read(FLAGS) & RX_EMPTY == 0
    }

    fn take(&mut self) -> u8 {
        self.0.read(DATA) as u8
    }

    fn put(&mut self, byte: u8) {
        while self.0.read(FLAGS) & TX_FULL != 0 {}
        self.0.write(DATA, byte.into());
    }
}
