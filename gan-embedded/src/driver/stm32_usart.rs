//! The USARTs of ST's STM32F1 (reference manual RM0041, chapter 23), F2 and F4 (RM0090, chapter 30)
//! and L4 (RM0351, chapter 40).

use super::{Mmio, Uart};

const BAUD: u32 = 115_200;
/// Bits of CR1.
const RE: u32 = 1 << 2;
const TE: u32 = 1 << 3;
/// Bits of the status, SR or ISR.
const ORE: u32 = 1 << 3;
const RXNE: u32 = 1 << 5;
const TXE: u32 = 1 << 7;

/// Where a generation of USARTs has its registers. The bits that are used here are the same in all,
/// but for UE of CR1.
#[derive(Debug)]
pub struct Layout {
    cr1: usize,
    brr: usize,
    /// The offset of the status register, SR or ISR.
    status: usize,
    /// The offset of the register of received bytes, DR or RDR.
    received: usize,
    /// The offset of the register of bytes to send, DR or TDR.
    sent: usize,
    /// The offset of ICR, which clears an overrun where reading a byte does not clear it.
    icr: Option<usize>,
    ue: u32,
}

/// The registers of STM32F1, F2 and F4.
pub static F4: Layout = Layout {
    cr1: 0x0C,
    brr: 0x08,
    status: 0x00,
    received: 0x04,
    sent: 0x04,
    icr: None,
    ue: 1 << 13,
};
/// The registers of STM32L4.
pub static L4: Layout = Layout {
    cr1: 0x00,
    brr: 0x0C,
    status: 0x1C,
    received: 0x24,
    sent: 0x28,
    icr: Some(0x20),
    ue: 1,
};

/// A USART that is switched on.
#[derive(Debug)]
pub struct Usart {
    registers: Mmio,
    layout: &'static Layout,
}

impl Usart {
    /// Switches the port at `registers` on, at 115,200 baud from a clock of `hertz`. One that is on
    /// already goes on as it is, so that nothing it is sending is lost.
    pub fn new(registers: Mmio, layout: &'static Layout, hertz: u32) -> Self {
        let on = layout.ue | TE | RE;
        if registers.read(layout.cr1) & on != on {
            registers.write(layout.brr, (hertz + BAUD / 2) / BAUD);
            registers.write(layout.cr1, on);
        }
        Self { registers, layout }
    }
}

impl Uart for Usart {
    fn is_ready(&self) -> bool {
        let status = self.registers.read(self.layout.status);
        if status & ORE != 0
            && let Some(icr) = self.layout.icr
        {
            self.registers.write(icr, ORE);
        }
        status & RXNE != 0
    }

    fn take(&mut self) -> u8 {
        self.registers.read(self.layout.received) as u8
    }

    fn put(&mut self, byte: u8) {
        while self.registers.read(self.layout.status) & TXE == 0 {}
        self.registers.write(self.layout.sent, byte.into());
    }
}
