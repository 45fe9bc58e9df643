//! The debug support of ST's STM32F1 (reference manual RM0041, section 25.15.3), F2 and F4 (RM0090,
//! section 38.16.3) and L4 (RM0351, section 48.16.3): DBGMCU.

use super::Mmio;

const CR: usize = 0x04;
const DBG_SLEEP: u32 = 1;

/// Keeps the core's clock on for a debug probe while the core sleeps. Without this the probe loses
/// the core at the first WFI.
pub fn stay_in_sleep() {
    // SAFETY: this is DBGMCU, which needs no clock switched on.
    unsafe { Mmio::new(0xE004_2000) }.modify(CR, 0, DBG_SLEEP);
}
