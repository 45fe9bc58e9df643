//! The debug support of ST's STM32F1 (reference manual RM0041, section 25.15.3), F2 and F4 (RM0090,
//! section 38.16.3) and L4 (RM0351, section 48.16.3): DBGMCU.

use super::Mmio;

const CR: usize = 0x04;
const DBG_SLEEP: u32 = 1;

/// A register, and its bit that stops the watchdog while a debug probe has stopped the core.
#[derive(Debug, Clone, Copy)]
pub struct WatchdogStop(usize, u32);

/// This bit on STM32F1: DBG_IWDG_STOP in CR.
pub const IN_CR: WatchdogStop = WatchdogStop(CR, 1 << 8);
/// This bit on STM32F4 and L4: DBG_IWDG_STOP in APB1_FZ and APB1FZR1.
pub const IN_APB1_FZ: WatchdogStop = WatchdogStop(0x08, 1 << 12);

/// DBGMCU, which needs no clock switched on.
fn dbgmcu() -> Mmio {
    // SAFETY: these are its registers.
    unsafe { Mmio::new(0xE004_2000) }
}

/// Keeps the core's clock on for a debug probe while the core sleeps. Without this the probe loses
/// the core at the first WFI.
pub fn stay_in_sleep() {
    dbgmcu().modify(CR, 0, DBG_SLEEP);
}

/// Stops the watchdog while a debug probe has stopped the core.
pub fn stop_watchdog(WatchdogStop(register, bit): WatchdogStop) {
    dbgmcu().modify(register, 0, bit);
}
