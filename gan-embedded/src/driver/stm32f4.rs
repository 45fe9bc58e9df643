//! The clocks of ST's STM32F405 and F407 (reference manual RM0090, sections 3.9 and 7.3).

use super::Mmio;

/// The core's clock after [`clocks`], the most that it takes.
pub const HERTZ: u32 = 168_000_000;
/// The clock of the faster bus, APB2, which USART1 is on.
pub const APB2_HERTZ: u32 = HERTZ / 2;

const CR: usize = 0x00;
const PLLCFGR: usize = 0x04;
const CFGR: usize = 0x08;
const AHB1ENR: usize = 0x30;
const APB2ENR: usize = 0x44;

const HSIRDY: u32 = 1 << 1;
const PLLON: u32 = 1 << 24;
const PLLRDY: u32 = 1 << 25;
const PLL_MASK: u32 = 0x0F43_7FFF;
/// The PLL divides the internal oscillator's 16 MHz by 16, multiplies by 336 and divides by 2; for
/// USB it divides by 7.
const PLL_168_MHZ: u32 = 16 | 336 << 6 | 7 << 24;
/// Divides the core's clock by 4 for APB1, the bus of slower devices, and by 2 for APB2.
const PPRE1_4_PPRE2_2: u32 = 0b101 << 10 | 0b100 << 13;
const SW_PLL: u32 = 0b10;
const SWS_PLL: u32 = 0b10 << 2;
/// Sets five wait states of the flash, as 168 MHz at 3.3 V needs, its prefetch and both caches.
const ACR: u32 = 5 | 0b111 << 8;

fn rcc() -> Mmio {
    // SAFETY: this is RCC.
    unsafe { Mmio::new(0x4002_3800) }
}

/// Brings the core to [`HERTZ`], unless it runs at that already. QEMU's models have no such
/// control: its registers read as zeros, also where the oscillator that every chip starts with
/// would say that it runs.
pub fn clocks() {
    let rcc = rcc();
    if rcc.read(CR) & HSIRDY == 0 || rcc.read(CFGR) & SWS_PLL != 0 {
        return;
    }
    // SAFETY: this is FLASH.
    unsafe { Mmio::new(0x4002_3C00) }.write(0, ACR);
    rcc.write(PLLCFGR, rcc.read(PLLCFGR) & !PLL_MASK | PLL_168_MHZ);
    rcc.write(CR, rcc.read(CR) | PLLON);
    while rcc.read(CR) & PLLRDY == 0 {}
    rcc.write(CFGR, PPRE1_4_PPRE2_2 | SW_PLL);
    while rcc.read(CFGR) & SWS_PLL == 0 {}
}

/// Gives ports of pins and faster devices their clocks: bits of the registers AHB1ENR and APB2ENR.
pub fn power(ports: u32, fast_devices: u32) {
    let rcc = rcc();
    rcc.write(AHB1ENR, rcc.read(AHB1ENR) | ports);
    rcc.write(APB2ENR, rcc.read(APB2ENR) | fast_devices);
    // A device takes two ticks to wake up; a read waits for the write.
    rcc.read(APB2ENR);
}
