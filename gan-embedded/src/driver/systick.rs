//! The SysTick timer of Cortex-M cores, which counts the core's clock.

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::peripheral::{SYST, syst::SystClkSource};

use super::Clock;

/// How often the timer has begun anew. Only its exception writes this, and nothing interrupts that.
static WRAPS: AtomicU32 = AtomicU32::new(0);

/// The timer of a core that is clocked with `HERTZ`.
#[derive(Debug)]
pub struct SysTick<const HERTZ: u32>(());

impl<const HERTZ: u32> SysTick<HERTZ> {
    /// The ticks after which the timer begins anew, a sixteenth of a second: its exception wakes
    /// the core. The timer has 24 bits.
    const PERIOD: u32 = {
        assert!(HERTZ / 16 <= 1 << 24);
        HERTZ / 16
    };

    /// Starts the timer.
    pub fn new(mut timer: SYST) -> Self {
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(Self::PERIOD - 1);
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
        let period = Self::PERIOD;
        // Both are read again if the timer has begun anew in between.
        loop {
            let wraps = WRAPS.load(Ordering::Relaxed);
            let left = SYST::get_current();
            if WRAPS.load(Ordering::Relaxed) == wraps {
                return u64::from(wraps) * u64::from(period) + u64::from(period - 1 - left);
            }
        }
    }
}
