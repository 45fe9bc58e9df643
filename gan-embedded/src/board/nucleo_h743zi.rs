use gan_app::Board;

use crate::driver::stm32::{H7, Usart, alternate};
use crate::driver::stm32h7::{HERTZ, OSCILLATOR, enable, start_clocks};
use crate::driver::systick::SysTick;
use crate::driver::{Mmio, Serial, Wired};

/// Name of the board: its cargo feature.
pub const NAME: &str = "nucleo-h743zi";
/// What computes.
pub const CORE: &str = "Cortex-M7";
/// A board.
pub const EMULATED: bool = false;

/// Bits of GPIOD and USART 3 (RM0433, section 8.7).
const GPIOD: u32 = 1 << 3;
const USART3: u32 = 1 << 18;

/// USART 3 on PD8 and PD9, which the ST-Link connects to USB.
fn serial() -> Usart {
    start_clocks();
    enable(GPIOD, USART3);
    // SAFETY: GPIOD and USART3.
    let (port, usart) = unsafe { (Mmio::new(0x5802_0C00), Mmio::new(0x4000_4800)) };
    [8, 9].into_iter().for_each(|pin| alternate(port, pin, 7));
    Usart::new(usart, &H7, OSCILLATOR)
}

/// Switches it on. Once.
pub fn start() -> impl Board {
    let serial = serial();
    // SAFETY: called once, by `main`, and nobody else uses the core's timer and caches.
    let mut core = unsafe { cortex_m::Peripherals::steal() };
    // Data and the blob lie behind a bus at half the core's clock. Nothing but the core accesses
    // memory.
    core.SCB.enable_icache();
    core.SCB.enable_dcache(&mut core.CPUID);
    Wired::new(serial, SysTick::<HERTZ>::new(core.SYST))
}

/// Sends bytes, whatever happened before.
pub fn emergency(bytes: &[u8]) {
    let mut serial = serial();
    bytes.iter().for_each(|&byte| serial.write(byte));
    serial.flush();
}
