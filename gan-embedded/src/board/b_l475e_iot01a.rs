//! ST's board B-L475E-IOT01A, with an STM32L475VG.

use gan_app::Board;

use crate::driver::stm32_usart::{self, Usart};
use crate::driver::systick::SysTick;
use crate::driver::{Mmio, Uart, Wired, stm32l4};

/// Starts the clocks and USART1, which sends on PB6 and receives on PB7. The ST-Link connects it to
/// USB.
fn serial() -> Usart {
    stm32l4::clocks();
    stm32l4::connect_usart1();
    // SAFETY: this is USART1, whose clock is on.
    Usart::new(unsafe { Mmio::new(0x4001_3800) }, &stm32_usart::L4, stm32l4::HERTZ)
}

/// Starts the clocks and the serial port. Call this once.
pub fn start() -> impl Board {
    // SAFETY: `main` calls this once, and nobody else uses the core's timer.
    let core = unsafe { cortex_m::Peripherals::steal() };
    Wired::new(serial(), SysTick::<{ stm32l4::HERTZ }>::new(core.SYST))
}

/// Sends bytes over the serial port, whatever state the board is in.
pub fn emergency(bytes: &[u8]) {
    let mut serial = serial();
    bytes.iter().for_each(|&byte| serial.put(byte));
}
