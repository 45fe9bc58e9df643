//! Pins and UARTs of ST's STM32F4 (RM0383, chapters 8 and 19) and STM32H7 (RM0433, chapters 11 and
//! 48).

use super::{Mmio, Serial};

const BAUD: u32 = 115_200;

/// Gives a pin of the port at `registers` to a peripheral, with a pull-up: nothing comes from a pin
/// that is not connected.
pub fn alternate(registers: Mmio, pin: usize, function: u32) {
    const MODE: usize = 0x00;
    const PULL: usize = 0x0C;
    const FUNCTION_LOW: usize = 0x20;
    const ALTERNATE: u32 = 2;
    const UP: u32 = 1;

    registers.modify(FUNCTION_LOW + pin / 8 * 4, 15 << (pin % 8 * 4), function << (pin % 8 * 4));
    registers.modify(PULL, 3 << (pin * 2), UP << (pin * 2));
    registers.modify(MODE, 3 << (pin * 2), ALTERNATE << (pin * 2));
}

/// Where a generation of UARTs has its registers; the bits that are used here are the same ones.
#[derive(Debug)]
pub struct Layout {
    control: usize,
    baud: usize,
    status: usize,
    received: usize,
    transmit: usize,
    /// Where an overrun is cleared, if reading what came does not clear it.
    clear: Option<usize>,
    enable: u32,
}

/// STM32F4.
pub static F4: Layout = Layout {
    control: 0x0C,
    baud: 0x08,
    status: 0x00,
    received: 0x04,
    transmit: 0x04,
    clear: None,
    enable: 1 << 13 | TRANSMITTER | RECEIVER,
};
/// STM32H7.
pub static H7: Layout = Layout {
    control: 0x00,
    baud: 0x0C,
    status: 0x1C,
    received: 0x24,
    transmit: 0x28,
    clear: Some(0x20),
    enable: 1 | TRANSMITTER | RECEIVER,
};

const RECEIVER: u32 = 1 << 2;
const TRANSMITTER: u32 = 1 << 3;

const OVERRUN: u32 = 1 << 3;
const RECEIVED: u32 = 1 << 5;
const SENT: u32 = 1 << 6;
const TRANSMIT_EMPTY: u32 = 1 << 7;

/// A port.
#[derive(Debug)]
pub struct Usart {
    registers: Mmio,
    layout: &'static Layout,
}

impl Usart {
    /// Switches the port at `registers` on, at 115,200 baud from a clock of `hertz`.
    pub fn new(registers: Mmio, layout: &'static Layout, hertz: u32) -> Self {
        // The H7 takes a rate only while the port is off.
        registers.write(layout.control, 0);
        registers.write(layout.baud, (hertz + BAUD / 2) / BAUD);
        registers.write(layout.control, layout.enable);
        Self { registers, layout }
    }

    /// Waits until everything is sent.
    pub fn flush(&mut self) {
        self.registers.wait(self.layout.status, SENT);
    }
}

impl Serial for Usart {
    fn read(&mut self) -> Option<u8> {
        let status = self.registers.read(self.layout.status);
        if status & OVERRUN != 0
            && let Some(clear) = self.layout.clear
        {
            self.registers.write(clear, OVERRUN);
        }
        (status & RECEIVED != 0).then(|| self.registers.read(self.layout.received) as u8)
    }

    fn write(&mut self, byte: u8) {
        self.registers.wait(self.layout.status, TRANSMIT_EMPTY);
        self.registers.write(self.layout.transmit, byte.into());
    }
}
