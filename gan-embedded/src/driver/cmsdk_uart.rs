//! The APB UART of Arm's Cortex-M System Design Kit (its Technical Reference Manual, DDI 0479,
//! section 4.3).

use super::{Mmio, Uart};

const DATA: usize = 0;
const STATE: usize = 4;
const CTRL: usize = 8;
const BAUDDIV: usize = 16;

const TX_FULL: u32 = 1;
const RX_FULL: u32 = 2;
const TX_AND_RX_ENABLE: u32 = 3;
const BAUD: u32 = 115_200;

/// A CMSDK UART that is switched on.
#[derive(Debug)]
pub struct CmsdkUart(Mmio);

impl CmsdkUart {
    /// Switches the port at `registers` on, at 115,200 baud from a clock of `hertz`.
    pub fn new(registers: Mmio, hertz: u32) -> Self {
        registers.write(BAUDDIV, hertz / BAUD);
        registers.write(CTRL, TX_AND_RX_ENABLE);
        Self(registers)
    }
}

impl Uart for CmsdkUart {
    fn is_ready(&self) -> bool {
        self.0.read(STATE) & RX_FULL != 0
    }

    fn take(&mut self) -> u8 {
        self.0.read(DATA) as u8
    }

    fn put(&mut self, byte: u8) {
        while self.0.read(STATE) & TX_FULL != 0 {}
        self.0.write(DATA, byte.into());
    }
}
