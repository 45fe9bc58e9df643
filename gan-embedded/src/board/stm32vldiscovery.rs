//! ST's board STM32VLDISCOVERY, with an STM32F100RB.

use gan_app::Board;

use crate::driver::stm32_usart::{self, Usart};
use crate::driver::systick::SysTick;
use crate::driver::{Mmio, Uart, Wired, stm32f1};

/// Starts the clocks and USART1, which sends on PA9 and receives on PA10.
fn serial() -> Usart {
    stm32f1::clocks();
    stm32f1::connect_usart1();
    // SAFETY: this is USART1, whose clock is on.
    Usart::new(unsafe { Mmio::new(0x4001_3800) }, &stm32_usart::F4, stm32f1::HERTZ)
}

/// Starts the clocks and the serial port. Call this once.
pub fn start() -> impl Board {
    // SAFETY: `main` calls this once, and nobody else uses the core's timer.
    let core = unsafe { cortex_m::Peripherals::steal() };
    Wired::new(serial(), SysTick::<{ stm32f1::HERTZ }>::new(core.SYST))
}

/// Sends bytes over the serial port, whatever state the board is in.
pub fn emergency(bytes: &[u8]) {
    let mut serial = serial();
    bytes.iter().for_each(|&byte| serial.put(byte));
}
