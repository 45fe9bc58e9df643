use gan_app::Board;

use crate::driver::nrf51::{Timer, Uart};
use crate::driver::{Mmio, Serial, Wired};

/// Name of the board: its cargo feature.
pub const NAME: &str = "microbit";
/// What computes.
pub const CORE: &str = "Cortex-M0";
/// Runs on QEMU's model of the board as on the board.
pub const EMULATED: bool = true;

/// The pins that lead to the USB chip.
const PIN_TX: u32 = 24;
const PIN_RX: u32 = 25;

fn serial() -> Uart {
    // SAFETY: UART0 of the nRF51.
    Uart::new(unsafe { Mmio::new(0x4000_2000) }, PIN_TX, PIN_RX)
}

/// Switches it on. Once.
pub fn start() -> impl Board {
    // SAFETY: TIMER0. The nRF51's core has no SysTick.
    Wired::new(serial(), Timer::new(unsafe { Mmio::new(0x4000_8000) }))
}

/// Sends bytes, whatever happened before.
pub fn emergency(bytes: &[u8]) {
    let mut serial = serial();
    bytes.iter().for_each(|&byte| serial.write(byte));
    serial.flush();
}
