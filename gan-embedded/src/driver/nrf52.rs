//! What Nordic's nRF52833 and nRF52840 have beside the nRF51's UART, which they have too: the
//! crystal, pins and the two-wire interface (nRF52840 Product Specification 1.11, sections 4.2,
//! 5.4, 6.8 and 6.31).

use super::Mmio;
use super::bus::{Bus, NoAnswer, soon};

/// Hertz of the core: there is no other speed.
pub const HERTZ: u32 = 64_000_000;

/// The crystal instead of the inaccurate oscillator that runs from reset on, and the cache between
/// the core and its flash, which takes wait states by itself.
pub fn start_clocks() {
    const START_CRYSTAL: usize = 0x000;
    const STARTED: usize = 0x100;
    const CACHE: usize = 0x540;
    // SAFETY: CLOCK and NVMC.
    let (clock, flash) = unsafe { (Mmio::new(0x4000_0000), Mmio::new(0x4001_E000)) };
    clock.write(STARTED, 0);
    clock.write(START_CRYSTAL, 1);
    clock.wait(STARTED, 1);
    flash.write(CACHE, 1);
}

/// How a pin is set up before a peripheral takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Pin {
    /// An output, which is high.
    High = 0b0011,
    /// An input with a pull-up: nothing comes from one that is not connected.
    PulledUp = 3 << 2,
    /// An input with a pull-up that is also driven low.
    OpenDrain = 6 << 8 | 3 << 2,
}

/// Sets up pin `number`: 32 and up are those of the second port.
pub fn pin(number: u32, setting: Pin) {
    const SET: usize = 0x508;
    const CONFIGURE: usize = 0x700;
    const PORT: usize = 0x300;
    // SAFETY: P0 and, for numbers from 32 on, P1.
    let port = unsafe { Mmio::new(0x5000_0000 + number as usize / 32 * PORT) };
    port.write(SET, if setting == Pin::High { 1 << (number % 32) } else { 0 });
    port.write(CONFIGURE + 4 * (number as usize % 32), setting as u32);
}

/// The two-wire interface, which is I2C.
#[derive(Debug)]
pub struct Twi(Mmio);

mod twi {
    pub const START_TX: usize = 0x008;
    pub const STOP: usize = 0x014;
    pub const STOPPED: usize = 0x104;
    pub const SENT: usize = 0x11C;
    pub const ERROR: usize = 0x124;
    pub const ERROR_SOURCE: usize = 0x4C4;
    pub const ENABLE: usize = 0x500;
    pub const PIN_CLOCK: usize = 0x508;
    pub const PIN_DATA: usize = 0x50C;
    pub const TX: usize = 0x51C;
    pub const FREQUENCY: usize = 0x524;
    pub const ADDRESS: usize = 0x588;

    pub const ENABLED: u32 = 5;
    pub const KILOHERTZ_400: u32 = 0x0668_0000;
    pub const ANY_ERROR: u32 = 7;
}

impl Twi {
    /// Switches the interface at `registers` on.
    pub fn new(registers: Mmio, pin_data: u32, pin_clock: u32) -> Self {
        [pin_data, pin_clock].into_iter().for_each(|number| pin(number, Pin::OpenDrain));
        registers.write(twi::PIN_DATA, pin_data);
        registers.write(twi::PIN_CLOCK, pin_clock);
        registers.write(twi::FREQUENCY, twi::KILOHERTZ_400);
        registers.write(twi::ENABLE, twi::ENABLED);
        Self(registers)
    }

    fn transmit(&mut self, bytes: impl Iterator<Item = u8>) -> Result<(), NoAnswer> {
        for byte in bytes {
            self.0.write(twi::SENT, 0);
            self.0.write(twi::TX, byte.into());
            soon(|| self.0.read(twi::SENT) != 0 || self.0.read(twi::ERROR) != 0)?;
            if self.0.read(twi::ERROR) != 0 {
                return Err(NoAnswer);
            }
        }
        Ok(())
    }
}

impl Bus for Twi {
    fn send(&mut self, address: u8, bytes: impl Iterator<Item = u8>) -> Result<(), NoAnswer> {
        self.0.write(twi::ADDRESS, address.into());
        self.0.write(twi::ERROR, 0);
        self.0.write(twi::ERROR_SOURCE, twi::ANY_ERROR);
        self.0.write(twi::STOPPED, 0);
        self.0.write(twi::START_TX, 1);
        let sent = self.transmit(bytes);
        self.0.write(twi::STOP, 1);
        sent.and(soon(|| self.0.read(twi::STOPPED) != 0))
    }
}
