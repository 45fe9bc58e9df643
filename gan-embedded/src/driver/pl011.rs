//! Arm's PrimeCell UART (PL011 Technical Reference Manual, DDI 0183, chapter 3).

use super::{Mmio, Serial};

const DATA: usize = 0x00;
const FLAGS: usize = 0x18;
const BAUD_INTEGER: usize = 0x24;
const BAUD_FRACTION: usize = 0x28;
const LINE: usize = 0x2C;
const CONTROL: usize = 0x30;

const BUSY: u32 = 1 << 3;
const RX_EMPTY: u32 = 1 << 4;
const TX_FULL: u32 = 1 << 5;
/// 8 bits, no parity, a stop bit; FIFOs.
const LINE_8N1: u32 = 3 << 5 | 1 << 4;
const ENABLE_TX_RX: u32 = 1 | 1 << 8 | 1 << 9;
const BAUD: u32 = 115_200;

/// A port.
#[derive(Debug)]
pub struct Pl011(Mmio);

impl Pl011 {
    /// Switches the port at `registers` on, at 115,200 baud from a clock of `hertz`.
    pub fn new(registers: Mmio, hertz: u32) -> Self {
        // The clock over 16 times the rate, in 64ths, rounded.
        let divisor = (hertz * 4 + BAUD / 2) / BAUD;
        registers.write(BAUD_INTEGER, divisor >> 6);
        registers.write(BAUD_FRACTION, divisor & 63);
        registers.write(LINE, LINE_8N1);
        registers.write(CONTROL, ENABLE_TX_RX);
        Self(registers)
    }

    /// Waits until everything is sent.
    pub fn flush(&mut self) {
        while self.0.read(FLAGS) & BUSY != 0 {}
    }
}

impl Serial for Pl011 {
    fn read(&mut self) -> Option<u8> {
        (self.0.read(FLAGS) & RX_EMPTY == 0).then(|| self.0.read(DATA) as u8)
    }

    fn write(&mut self, byte: u8) {
        while self.0.read(FLAGS) & TX_FULL != 0 {}
        self.0.write(DATA, byte.into());
    }
}
