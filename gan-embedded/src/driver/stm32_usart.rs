//! The USART of ST's STM32F2 and F4 (reference manual RM0090, chapter 30).

use super::{Mmio, Uart};

const STATUS: usize = 0x00;
const DATA: usize = 0x04;
const BAUD_RATE: usize = 0x08;
const CONTROL_1: usize = 0x0C;

const RX_NOT_EMPTY: u32 = 1 << 5;
const TX_EMPTY: u32 = 1 << 7;
const RX_ENABLE: u32 = 1 << 2;
const TX_ENABLE: u32 = 1 << 3;
const ENABLE: u32 = 1 << 13;
const BAUD: u32 = 115_200;

/// A port.
#[derive(Debug)]
pub struct Usart(Mmio);

impl Usart {
    /// Switches the port at `registers` on, at 115,200 baud from a clock of `hertz`. One that is on
    /// already goes on as it is.
    pub fn new(registers: Mmio, hertz: u32) -> Self {
        registers.write(BAUD_RATE, (hertz + BAUD / 2) / BAUD);
        registers.write(CONTROL_1, ENABLE | TX_ENABLE | RX_ENABLE);
        Self(registers)
    }
}

impl Uart for Usart {
    fn is_ready(&self) -> bool {
        self.0.read(STATUS) & RX_NOT_EMPTY != 0
    }

    fn take(&mut self) -> u8 {
        self.0.read(DATA) as u8
    }

    fn put(&mut self, byte: u8) {
        while self.0.read(STATUS) & TX_EMPTY == 0 {}
        self.0.write(DATA, byte.into());
    }
}
