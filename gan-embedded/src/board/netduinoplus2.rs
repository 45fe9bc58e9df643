//! The board Netduino Plus 2, with an STM32F405.

use gan_app::Board;

use crate::driver::inbox::{self, Inbox};
use crate::driver::stm32_iwdg::Iwdg;
use crate::driver::stm32_usart::{self, USART1, Usart};
use crate::driver::systick::SysTick;
use crate::driver::{Mmio, Uart, Wired, stm32_debug, stm32_pins, stm32f4};

const GPIOBEN: u32 = 1 << 1;
const USART1EN: u32 = 1 << 4;
const AF7: u32 = 7;

/// USART1, as it is. Its clock has to be on.
fn usart1() -> Usart {
    // SAFETY: this is USART1.
    Usart::new(unsafe { Mmio::new(0x4001_1000) }, &stm32_usart::F4)
}

/// Starts the clocks and USART1, which sends on PB6 and receives on PB7: SD and SC on the header.
fn serial() -> Usart {
    stm32f4::clocks();
    stm32f4::power(GPIOBEN, USART1EN);
    // SAFETY: this is port B, whose clock is on.
    let port = unsafe { Mmio::new(0x4002_0400) };
    for pin in [6, 7] {
        stm32_pins::connect(port, pin, AF7);
    }
    usart1().switch_on(stm32f4::APB2_HERTZ)
}

/// Starts the clocks and the serial port. Call this once.
pub fn start() -> impl Board {
    stm32_debug::stay_in_sleep();
    // This starts the clocks, by which all others go.
    let serial = Inbox::new(serial(), USART1);
    // SAFETY: `main` calls this once, and nobody else uses the core's timer.
    let core = unsafe { cortex_m::Peripherals::steal() };
    let clock = SysTick::<{ stm32f4::HERTZ }>::new(core.SYST);
    stm32_debug::stop_watchdog(stm32_debug::IN_APB1_FZ);
    Wired::new(serial, clock, Iwdg::start())
}

/// Sends bytes over the serial port, whatever state the board is in.
pub fn emergency(bytes: &[u8]) {
    let mut serial = serial();
    bytes.iter().for_each(|&byte| serial.put(byte));
}

/// Receives what USART1's interrupt tells of.
pub fn interrupt(exception: i16) -> bool {
    inbox::answer(exception, USART1, usart1)
}
