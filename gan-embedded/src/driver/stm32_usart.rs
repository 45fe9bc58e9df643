//! The USARTs of ST's STM32F1 (reference manual RM0041, chapter 23), F2 and F4 (RM0090, chapter 30)
//! and L4 (RM0351, chapter 40).

use super::interrupt::Irq;
use super::{Mmio, Uart};

/// The interrupt of USART1, the same in all.
pub const USART1: Irq = Irq(37);

const BAUD: u32 = 115_200;
/// Bits of CR1.
const RE: u32 = 1 << 2;
const TE: u32 = 1 << 3;
const RXNEIE: u32 = 1 << 5;
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

/// A USART.
#[derive(Debug)]
pub struct Usart {
    registers: Mmio,
    layout: &'static Layout,
}

impl Usart {
    /// Returns the port at `registers`, as it is.
    pub const fn new(registers: Mmio, layout: &'static Layout) -> Self {
        Self { registers, layout }
    }

    /// Switches the port on, at 115,200 baud from a clock of `hertz`. One that is on already goes
    /// on as it is, so that nothing it is sending is lost.
    pub fn switch_on(self, hertz: u32) -> Self {
        let Self { registers, layout } = &self;
        let on = layout.ue | TE | RE;
        if registers.read(layout.cr1) & on != on {
            registers.write(layout.brr, (hertz + BAUD / 2) / BAUD);
            registers.write(layout.cr1, on);
        }
        self
    }
}

impl Uart for Usart {
    /// This also ends an overrun, a byte that was lost because the one before it had not been
    /// taken: it keeps up the interrupt of received bytes.
    fn is_ready(&self) -> bool {
        let status = self.registers.read(self.layout.status);
        let has_come = status & RXNE != 0;
        if status & ORE != 0 {
            match self.layout.icr {
                Some(icr) => self.registers.write(icr, ORE),
                // Reading DR after SR ends it. If there is a byte, `take` does so.
                None if has_come => {}
                None => {
                    self.registers.read(self.layout.received);
                }
            }
        }
        has_come
    }

    fn take(&mut self) -> u8 {
        self.registers.read(self.layout.received) as u8
    }

    fn put(&mut self, byte: u8) {
        while self.registers.read(self.layout.status) & TXE == 0 {}
        self.registers.write(self.layout.sent, byte.into());
    }

    fn listen(&mut self) {
        self.registers.modify(self.layout.cr1, 0, RXNEIE);
    }
}
