//! The BBC micro:bit v1, with an nRF51822. It was tried in QEMU's model only.

use gan_app::Board;

use crate::driver::inbox::{self, Inbox};
use crate::driver::nrf51::{Nrf51Uart, TIMER0, Timer, UART0, start_crystal, wake_again};
use crate::driver::nrf51_wdt::Wdt;
use crate::driver::{Mmio, Uart, Wired};

/// The pins that lead to the USB chip.
const PIN_TX: u32 = 24;
const PIN_RX: u32 = 25;

/// UART0, as it is.
fn uart0() -> Nrf51Uart {
    // SAFETY: this is UART0 of the nRF51.
    Nrf51Uart::new(unsafe { Mmio::new(0x4000_2000) })
}

/// The registers of TIMER0.
fn timer0() -> Mmio {
    // SAFETY: this is TIMER0.
    unsafe { Mmio::new(0x4000_8000) }
}

fn serial() -> Nrf51Uart {
    start_crystal();
    uart0().switch_on(PIN_TX, PIN_RX)
}

/// Starts the clocks and the serial port. Call this once.
pub fn start() -> impl Board {
    // The nRF51's core has no SysTick.
    Wired::new(Inbox::new(serial(), UART0), Timer::new(timer0()), Wdt::start())
}

/// Sends bytes over the serial port, whatever state the board is in.
pub fn emergency(bytes: &[u8]) {
    let mut serial = serial();
    bytes.iter().for_each(|&byte| serial.put(byte));
    serial.flush();
}

/// Receives what UART0's interrupt tells of. That of TIMER0 only wakes the core.
pub fn interrupt(exception: i16) -> bool {
    let is_time = TIMER0.is(exception);
    if is_time {
        wake_again(timer0());
    }
    is_time || inbox::answer(exception, UART0, uart0)
}
