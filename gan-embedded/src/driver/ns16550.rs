//! The UART that every 16550 is compatible with.

use super::{Mmio, Uart};

const RBR_THR: usize = 0;
const LSR: usize = 5;

const DR: u8 = 1;
const THRE: u8 = 1 << 5;

/// A UART that the emulator or a boot loader has set up.
#[derive(Debug)]
pub struct Ns16550(Mmio);

impl Ns16550 {
    /// Returns the UART at `registers`.
    pub fn new(registers: Mmio) -> Self {
        Self(registers)
    }
}

impl Uart for Ns16550 {
    fn is_ready(&self) -> bool {
        self.0.read_byte(LSR) & DR != 0
    }

    fn take(&mut self) -> u8 {
        self.0.read_byte(RBR_THR)
    }

    fn put(&mut self, byte: u8) {
        while self.0.read_byte(LSR) & THRE == 0 {}
        self.0.write_byte(RBR_THR, byte);
    }
}
