//! Netduino Plus 2: STM32F405.

use gan_app::Board;

use crate::driver::stm32_usart::{self, Usart};
use crate::driver::systick::SysTick;
use crate::driver::{Mmio, Uart, Wired, stm32_pins, stm32f4};

const PORT_B: u32 = 1 << 1;
const USART1: u32 = 1 << 4;
const FUNCTION_OF_USART1: u32 = 7;

/// USART1, sending to B6 and receiving from B7: SD and SC on the header.
fn serial() -> Usart {
    stm32f4::clocks();
    stm32f4::power(PORT_B, USART1);
    // SAFETY: port B, whose clock is on.
    let port = unsafe { Mmio::new(0x4002_0400) };
    for pin in [6, 7] {
        stm32_pins::connect(port, pin, FUNCTION_OF_USART1);
    }
    // SAFETY: USART1, whose clock is on.
    Usart::new(unsafe { Mmio::new(0x4001_1000) }, &stm32_usart::F4, stm32f4::APB2_HERTZ)
}

/// Starts the clocks and the serial port. Call this once.
pub fn start() -> impl Board {
    // SAFETY: called once, by `main`, and nobody else uses the core's timer.
    let core = unsafe { cortex_m::Peripherals::steal() };
    Wired::new(serial(), SysTick::<{ stm32f4::HERTZ }>::new(core.SYST))
}

/// Sends bytes, whatever happened before.
pub fn emergency(bytes: &[u8]) {
    let mut serial = serial();
    bytes.iter().for_each(|&byte| serial.put(byte));
}
