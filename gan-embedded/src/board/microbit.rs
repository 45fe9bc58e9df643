//! The BBC micro:bit v1, with an nRF51822. It was tried in QEMU's model only.

use gan_app::Board;

use crate::driver::nrf51::{Nrf51Uart, Timer, start_crystal};
use crate::driver::{Mmio, Uart, Wired};

/// The pins that lead to the USB chip.
const PIN_TX: u32 = 24;
const PIN_RX: u32 = 25;

fn serial() -> Nrf51Uart {
    start_crystal();
    // SAFETY: this is UART0 of the nRF51.
    Nrf51Uart::new(unsafe { Mmio::new(0x4000_2000) }, PIN_TX, PIN_RX)
}

/// Starts the clocks and the serial port. Call this once.
pub fn start() -> impl Board {
    // The nRF51's core has no SysTick.
    // SAFETY: this is TIMER0.
    Wired::new(serial(), Timer::new(unsafe { Mmio::new(0x4000_8000) }))
}

/// Sends bytes over the serial port, whatever state the board is in.
pub fn emergency(bytes: &[u8]) {
    let mut serial = serial();
    bytes.iter().for_each(|&byte| serial.put(byte));
    serial.flush();
}
