//! The SysTick timer of Cortex-M cores, which counts the core's clock.

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::peripheral::{SYST, syst::SystClkSource};

use super::Clock;

/// The timer counts down through 24 bits.
const PERIOD: u32 = 1 << 24;

/// How often the timer has wrapped. Only its exception writes this, and nothing interrupts that.
static WRAPS: AtomicU32 = AtomicU32::new(0);

/// The timer of a core that is clocked with `HERTZ`.
#[derive(Debug)]
pub struct SysTick<const HERTZ: u32>(());

impl<const HERTZ: u32> SysTick<HERTZ> {
    /// Starts the timer.
    pub fn new(mut timer: SYST) -> Self {
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(PERIOD - 1);
        timer.clear_current();
        timer.enable_counter();
        timer.enable_interrupt();
        Self(())
    }
}

// The programs in `checks/` use no clock, and one of them has a handler of its own.
#[cfg(not(feature = "semihosting"))]
#[cortex_m_rt::exception]
fn SysTick() {
    WRAPS.store(WRAPS.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
}

impl<const HERTZ: u32> Clock for SysTick<HERTZ> {
    const TICKS_PER_SECOND: u32 = HERTZ;

    fn ticks(&mut self) -> u64 {
        // Both are read again if the timer has wrapped in between.
        loop {
            let wraps = WRAPS.load(Ordering::Relaxed);
            let left = SYST::get_current();
            if WRAPS.load(Ordering::Relaxed) == wraps {
                return u64::from(wraps) * u64::from(PERIOD) + u64::from(PERIOD - 1 - left);
            }
        }
    }
}
