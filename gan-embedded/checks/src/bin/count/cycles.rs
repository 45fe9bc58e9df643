//! The cycles that a Cortex-M counts by itself: CYCCNT of its data watchpoint and trace unit
//! (Armv7-M Architecture Reference Manual, C1.8), or SysTick where there is no such unit, as on a
//! Cortex-M0 (Armv6-M Architecture Reference Manual, B3.3). QEMU has no CYCCNT.

#[cfg(not(armv6m))]
use cortex_m::peripheral::DWT;
use cortex_m::peripheral::{Peripherals, SYST, syst::SystClkSource};

/// The value that SysTick counts down from.
const MOST: u32 = 0xFF_FFFF;

/// A running counter of cycles.
pub enum Counter {
    // Armv6-M has no such unit, and its cores answer with zeros or with a fault.
    #[cfg(not(armv6m))]
    Cyccnt,
    SysTick,
}

/// The units of the core that count.
fn core() -> Peripherals {
    // SAFETY: nothing else uses these units.
    unsafe { Peripherals::steal() }
}

/// Starts the counter from 0.
pub fn start() -> Counter {
    let mut core = core();
    #[cfg(not(armv6m))]
    {
        core.DCB.enable_trace();
        if DWT::has_cycle_counter() {
            core.DWT.set_cycle_count(0);
            core.DWT.enable_cycle_counter();
            return Counter::Cyccnt;
        }
    }
    core.SYST.set_clock_source(SystClkSource::Core);
    core.SYST.set_reload(MOST);
    core.SYST.clear_current();
    core.SYST.enable_counter();
    Counter::SysTick
}

impl Counter {
    /// The number of cycles since the start. It is `None` if there were more than the counter
    /// holds.
    pub fn cycles(self) -> Option<u32> {
        match self {
            #[cfg(not(armv6m))]
            Self::Cyccnt => Some(DWT::cycle_count()),
            Self::SysTick => {
                let left = SYST::get_current();
                (!core().SYST.has_wrapped()).then_some(MOST - left)
            }
        }
    }
}
