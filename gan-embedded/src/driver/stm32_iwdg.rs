//! The independent watchdog of ST's STM32F1, F4 and L4 (reference manuals RM0041, RM0090 and
//! RM0351, chapter "Independent watchdog").

use super::wired::PATIENCE;
use super::{Mmio, Watchdog};

const KR: usize = 0x00;
const PR: usize = 0x04;
const RLR: usize = 0x08;
const SR: usize = 0x0C;

const KEY_RELOAD: u32 = 0xAAAA;
const KEY_ACCESS: u32 = 0x5555;
const KEY_START: u32 = 0xCCCC;
/// The prescaler and the time are being taken.
const PVU_AND_RVU: u32 = 0b11;
/// The counter's clock is LSI, divided by 4 * 2^6.
const DIVIDED_BY_256: u32 = 6;
/// LSI in hertz. It is 32 kHz on F4 and L4, and 40 kHz on F1, and chips differ by up to a half: the
/// time is 4.3 s at least, on an F1 whose LSI has 60 kHz.
const LSI: u32 = 32_000;

/// A watchdog that runs. Nothing but a reset stops it.
#[derive(Debug)]
pub struct Iwdg(Mmio);

impl Iwdg {
    /// Starts the watchdog, which starts its oscillator, LSI, and waits until it has taken the
    /// time: five ticks of LSI.
    pub fn start() -> Self {
        // SAFETY: this is IWDG, which needs no clock switched on.
        let registers = unsafe { Mmio::new(0x4000_3000) };
        registers.write(KR, KEY_START);
        registers.write(KR, KEY_ACCESS);
        registers.write(PR, DIVIDED_BY_256);
        registers.write(RLR, LSI / 256 * PATIENCE);
        while registers.read(SR) & PVU_AND_RVU != 0 {}
        registers.write(KR, KEY_RELOAD);
        Self(registers)
    }
}

impl Watchdog for Iwdg {
    fn feed(&mut self) {
        self.0.write(KR, KEY_RELOAD);
    }
}
