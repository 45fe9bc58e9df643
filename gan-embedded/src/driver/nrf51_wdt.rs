//! The watchdog of Nordic's nRF51 (nRF51 Series Reference Manual 3.0, chapter 23).

use super::wired::PATIENCE;
use super::{Mmio, Watchdog};

const TASKS_START: usize = 0x000;
const CRV: usize = 0x504;
const RREN: usize = 0x508;
const CONFIG: usize = 0x50C;
const RR0: usize = 0x600;

/// It counts while the core sleeps, and not while a debugger has stopped the core.
const RUNS_IN_SLEEP: u32 = 1;
const ONLY_RR0: u32 = 1;
const RELOAD: u32 = 0x6E52_4635;
/// Its clock in hertz. It starts the oscillator by itself.
const LFCLK: u32 = 32_768;

/// A watchdog that runs. Nothing but a reset stops it, and until then its settings stay.
#[derive(Debug)]
pub struct Wdt(Mmio);

impl Wdt {
    /// Starts the watchdog.
    pub fn start() -> Self {
        // SAFETY: this is WDT.
        let registers = unsafe { Mmio::new(0x4001_0000) };
        registers.write(CONFIG, RUNS_IN_SLEEP);
        registers.write(CRV, LFCLK * PATIENCE - 1);
        registers.write(RREN, ONLY_RR0);
        registers.write(TASKS_START, 1);
        Self(registers)
    }
}

impl Watchdog for Wdt {
    fn feed(&mut self) {
        self.0.write(RR0, RELOAD);
    }
}
