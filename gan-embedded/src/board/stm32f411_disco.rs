use gan_app::Board;

use crate::driver::stm32::{F4, Usart, alternate};
use crate::driver::stm32f411::{BUS_HERTZ, HERTZ, enable, start_clocks};
use crate::driver::systick::SysTick;
use crate::driver::{Mmio, Serial, Wired};

/// Name of the board: its cargo feature.
pub const NAME: &str = "stm32f411-disco";
/// What computes.
pub const CORE: &str = "Cortex-M4";
/// A board.
pub const EMULATED: bool = false;

/// Bits of GPIOA and USART 2 (RM0383, section 6.3).
const GPIOA: u32 = 1;
const USART2: u32 = 1 << 17;

/// USART 2 on PA2 and PA3. The board connects it to no USB.
fn serial() -> Usart {
    start_clocks();
    enable(GPIOA, USART2);
    // SAFETY: GPIOA and USART2.
    let (port, usart) = unsafe { (Mmio::new(0x4002_0000), Mmio::new(0x4000_4400)) };
    [2, 3].into_iter().for_each(|pin| alternate(port, pin, 7));
    Usart::new(usart, &F4, BUS_HERTZ)
}

/// Switches it on. Once.
pub fn start() -> impl Board {
    let serial = serial();
    // SAFETY: called once, by `main`, and nobody else uses the core's timer.
    let core = unsafe { cortex_m::Peripherals::steal() };
    Wired::new(serial, SysTick::<HERTZ>::new(core.SYST))
}

/// Sends bytes, whatever happened before.
pub fn emergency(bytes: &[u8]) {
    let mut serial = serial();
    bytes.iter().for_each(|&byte| serial.write(byte));
    serial.flush();
}
