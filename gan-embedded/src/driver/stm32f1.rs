//! Clocks and pins of ST's STM32F100 (reference manual RM0041, chapters 6 and 7).

use super::Mmio;

/// The core's clock after [`clocks`], the most that it takes; also that of its buses.
pub const HERTZ: u32 = 24_000_000;

const CR: usize = 0x00;
const CFGR: usize = 0x04;
const APB2ENR: usize = 0x18;

const HSIRDY: u32 = 1 << 1;
const PLLON: u32 = 1 << 24;
const PLLRDY: u32 = 1 << 25;
/// The PLL multiplies half of the internal oscillator's 8 MHz by 6. The value 0 of PLLMUL stands
/// for 2.
const PLLMUL_6: u32 = 4 << 18;
const SW_PLL: u32 = 0b10;
const SWS_PLL: u32 = 0b10 << 2;
const IOPAEN: u32 = 1 << 2;
const USART1EN: u32 = 1 << 14;

const CRH: usize = 0x04;
/// PA9 is an output of a device, push-pull, of up to 2 MHz; PA10 is an input.
const USART1_PINS: u32 = 0b1010 << 4 | 0b0100 << 8;
const USART1_MASK: u32 = 0xFF << 4;

fn rcc() -> Mmio {
    // SAFETY: this is RCC.
    unsafe { Mmio::new(0x4002_1000) }
}

/// Brings the core to [`HERTZ`], unless it runs at that already. Up to this clock the flash needs
/// no wait states. QEMU's model has no such control: its registers read as zeros, also where the
/// oscillator that every chip starts with would say that it runs.
pub fn clocks() {
    let rcc = rcc();
    if rcc.read(CR) & HSIRDY == 0 || rcc.read(CFGR) & SWS_PLL != 0 {
        return;
    }
    rcc.write(CFGR, PLLMUL_6);
    rcc.write(CR, rcc.read(CR) | PLLON);
    while rcc.read(CR) & PLLRDY == 0 {}
    rcc.write(CFGR, PLLMUL_6 | SW_PLL);
    while rcc.read(CFGR) & SWS_PLL == 0 {}
}

/// Gives USART1 its clock and its pins.
pub fn connect_usart1() {
    rcc().modify(APB2ENR, 0, IOPAEN | USART1EN);
    // SAFETY: this is port A, whose clock is on.
    unsafe { Mmio::new(0x4001_0800) }.modify(CRH, USART1_MASK, USART1_PINS);
}
