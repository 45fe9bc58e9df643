//! ST's B-L475E-IOT01A: STM32L475VG.

use gan_app::Board;

use crate::driver::stm32_usart::{self, Usart};
use crate::driver::systick::SysTick;
use crate::driver::{Mmio, Uart, Wired, stm32l4};

/// USART1, which leads to the ST-Link's USB port: sending to PB6 and receiving from PB7.
fn serial() -> Usart {
    stm32l4::clocks();
    stm32l4::connect_usart1();
    // SAFETY: USART1, whose clock is on.
    Usart::new(unsafe { Mmio::new(0x4001_3800) }, &stm32_usart::L4, stm32l4::HERTZ)
}

/// Starts the clocks and the serial port. Call this once.
pub fn start() -> impl Board {
    // SAFETY: called once, by `main`, and nobody else uses the core's timer.
    let core = unsafe { cortex_m::Peripherals::steal() };
    Wired::new(serial(), SysTick::<{ stm32l4::HERTZ }>::new(core.SYST))
}

/// Sends bytes, whatever happened before.
pub fn emergency(bytes: &[u8]) {
    let mut serial = serial();
    bytes.iter().for_each(|&byte| serial.put(byte));
}
