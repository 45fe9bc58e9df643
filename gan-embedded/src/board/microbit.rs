use gan_app::Board;

use crate::driver::nrf51::{Nrf51Uart, Timer, start_crystal};
use crate::driver::{Mmio, Uart, Wired};

/// Name of the board: its cargo feature.
pub const NAME: &str = "microbit";
/// What computes.
pub const CORE: &str = "Cortex-M0";

/// The pins that lead to the USB chip.
const PIN_TX: u32 = 24;
const PIN_RX: u32 = 25;

fn serial() -> Nrf51Uart {
    start_crystal();
    // SAFETY: UART0 of the nRF51.
    Nrf51Uart::new(unsafe { Mmio::new(0x4000_2000) }, PIN_TX, PIN_RX)
}

/// Switches it on. Once.
pub fn start() -> impl Board {
    // SAFETY: TIMER0. The nRF51's core has no SysTick.
    Wired::new(serial(), Timer::new(unsafe { Mmio::new(0x4000_8000) }))
}

/// Sends bytes, whatever happened before.
pub fn emergency(bytes: &[u8]) {
    let mut serial = serial();
    bytes.iter().for_each(|&byte| serial.put(byte));
    serial.flush();
}
