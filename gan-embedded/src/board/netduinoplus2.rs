//! Netduino Plus 2, an STM32F405: what is behind the names is in ST's reference manual RM0090, sections 3.9 (flash), 7.3 (clocks) and 8.4 (GPIO).

use gan_app::Board;

use crate::driver::stm32_usart::Usart;
use crate::driver::systick::SysTick;
use crate::driver::{Mmio, Serial, Wired};

/// Name of the board: its cargo feature.
pub const NAME: &str = "netduinoplus2";
/// What computes.
pub const CORE: &str = "Cortex-M4F";
/// Only QEMU's model of the board was tried.
pub const EMULATED: bool = true;

/// The core's clock. QEMU's model has it from the start.
const HERTZ: u32 = 168_000_000;

mod rcc {
    pub const CONTROL: usize = 0x00;
    pub const PLL: usize = 0x04;
    pub const CLOCK: usize = 0x08;
    pub const GATES_AHB1: usize = 0x30;
    pub const GATES_APB2: usize = 0x44;

    pub const HSI_READY: u32 = 1 << 1;
    pub const PLL_ON: u32 = 1 << 24;
    pub const PLL_READY: u32 = 1 << 25;
    pub const PLL_FIELDS: u32 = 0x0F43_7FFF;
    /// 16 MHz of the internal oscillator, by 16, times 336, by 2; by 7 for USB.
    pub const PLL_168_MHZ: u32 = 16 | 336 << 6 | 7 << 24;
    /// The bus of the slower devices by 4, that of the faster ones by 2.
    pub const BUSES: u32 = 0b101 << 10 | 0b100 << 13;
    pub const FROM_PLL: u32 = 0b10;
    pub const IS_FROM_PLL: u32 = 0b10 << 2;
    pub const PORT_B: u32 = 1 << 1;
    pub const USART1: u32 = 1 << 4;
}

/// Access control of the flash: 5 wait states, as 168 MHz at 3.3 V needs, its prefetch and both caches.
const FLASH: u32 = 5 | 0b111 << 8;

/// Clocks for the core and the devices. QEMU has none to set: there the block reads as zeros, also where the oscillator that every chip starts with
/// would say that it runs.
fn clocks(rcc: Mmio) {
    use rcc::*;
    if rcc.read(CONTROL) & HSI_READY == 0 || rcc.read(CLOCK) & IS_FROM_PLL != 0 {
        return;
    }
    // SAFETY: the flash's access control.
    unsafe { Mmio::new(0x4002_3C00) }.write(0, FLASH);
    rcc.write(PLL, rcc.read(PLL) & !PLL_FIELDS | PLL_168_MHZ);
    rcc.write(CONTROL, rcc.read(CONTROL) | PLL_ON);
    while rcc.read(CONTROL) & PLL_READY == 0 {}
    rcc.write(CLOCK, BUSES | FROM_PLL);
    while rcc.read(CLOCK) & IS_FROM_PLL == 0 {}
}

/// USART1, sending to B6 and receiving from B7: SD and SC on the board's header.
fn serial() -> Usart {
    // SAFETY: the clocks' control.
    let rcc = unsafe { Mmio::new(0x4002_3800) };
    clocks(rcc);
    rcc.write(rcc::GATES_AHB1, rcc.read(rcc::GATES_AHB1) | rcc::PORT_B);
    rcc.write(rcc::GATES_APB2, rcc.read(rcc::GATES_APB2) | rcc::USART1);
    // SAFETY: port B, whose clock is on.
    let port = unsafe { Mmio::new(0x4002_0400) };
    // Alternate function 7 for pins 6 and 7: a digit of the low half of the functions each, then a digit of the modes each.
    port.write(0x20, port.read(0x20) & !0xFF00_0000 | 0x7700_0000);
    port.write(0x00, port.read(0x00) & !(0b1111 << 12) | 0b1010 << 12);
    // SAFETY: USART1, whose clock is on. Its bus runs at half the core's clock.
    Usart::new(unsafe { Mmio::new(0x4001_1000) }, HERTZ / 2)
}

/// Switches it on. Once.
pub fn start() -> impl Board {
    // SAFETY: called once, by `main`, and nobody else uses the core's timer.
    let core = unsafe { cortex_m::Peripherals::steal() };
    Wired::new(serial(), SysTick::<HERTZ>::new(core.SYST))
}

/// Sends bytes, whatever happened before.
pub fn emergency(bytes: &[u8]) {
    let mut serial = serial();
    bytes.iter().for_each(|&byte| serial.write(byte));
}
