//! Clocks and pins of ST's STM32L475 (reference manual RM0351, chapters 3, 6 and 8).

use super::{Mmio, stm32_pins};

/// The core's clock after [`clocks`], the most that it takes; also that of its buses.
pub const HERTZ: u32 = 80_000_000;

const CR: usize = 0x00;
const CFGR: usize = 0x08;
const PLLCFGR: usize = 0x0C;
const AHB2ENR: usize = 0x4C;
const APB2ENR: usize = 0x60;

const PLLON: u32 = 1 << 24;
const PLLRDY: u32 = 1 << 25;
/// The PLL multiplies MSI, the oscillator of 4 MHz that the chip starts with, by 40, and divides by
/// 2 for the core.
const PLL_80_MHZ: u32 = 0b01 | 40 << 8 | 1 << 24;
const SW_PLL: u32 = 0b11;
const SWS_PLL: u32 = 0b11 << 2;
const GPIOBEN: u32 = 1 << 1;
const USART1EN: u32 = 1 << 14;
/// Sets four wait states of the flash, as 80 MHz needs, its prefetch and both caches.
const ACR: u32 = 4 | 0b111 << 8;

const USART1_PINS: [usize; 2] = [6, 7];
const AF7: u32 = 7;

fn rcc() -> Mmio {
    // SAFETY: this is RCC.
    unsafe { Mmio::new(0x4002_1000) }
}

/// Brings the core to [`HERTZ`]. Call this once.
pub fn clocks() {
    let rcc = rcc();
    if rcc.read(CFGR) & SWS_PLL == SWS_PLL {
        return;
    }
    // SAFETY: this is FLASH.
    unsafe { Mmio::new(0x4002_2000) }.write(0, ACR);
    rcc.write(PLLCFGR, PLL_80_MHZ);
    rcc.modify(CR, 0, PLLON);
    while rcc.read(CR) & PLLRDY == 0 {}
    rcc.modify(CFGR, 0, SW_PLL);
    while rcc.read(CFGR) & SWS_PLL != SWS_PLL {}
}

/// Gives USART1 its clock, and PB6 and PB7 to it.
pub fn connect_usart1() {
    rcc().modify(AHB2ENR, 0, GPIOBEN);
    rcc().modify(APB2ENR, 0, USART1EN);
    // A device takes two ticks to wake up; a read waits for the write.
    rcc().read(APB2ENR);
    // SAFETY: this is port B, whose clock is on.
    let port = unsafe { Mmio::new(0x4800_0400) };
    for pin in USART1_PINS {
        stm32_pins::connect(port, pin, AF7);
    }
}
