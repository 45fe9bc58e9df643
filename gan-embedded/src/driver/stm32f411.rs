//! Clocks of ST's STM32F411 with a crystal of 8 MHz (RM0383).

use super::Mmio;

/// Of the core.
pub const HERTZ: u32 = 100_000_000;
/// Of the bus with USART 2, APB1.
pub const BUS_HERTZ: u32 = HERTZ / 2;

/// Registers, and bits in them, of reset and clock control (RM0383, section 6.3), power control
/// (5.4) and the flash interface (3.8).
mod rcc {
    pub const CR: usize = 0x00;
    pub const PLLCFGR: usize = 0x04;
    pub const CFGR: usize = 0x08;
    pub const AHB1ENR: usize = 0x30;
    pub const APB1ENR: usize = 0x40;

    pub const HSE_ON: u32 = 1 << 16;
    pub const HSE_READY: u32 = 1 << 17;
    pub const PLL_ON: u32 = 1 << 24;
    pub const PLL_READY: u32 = 1 << 25;
    /// Everything in the register that is not reserved.
    pub const PLL_FIELDS: u32 = 0x0F43_7FFF;
    /// From the crystal of 8 MHz: divided by 4, times 100, divided by 2 for the core; by 5 for USB,
    /// which is not used.
    pub const PLL_100_MHZ: u32 = 4 | 100 << 6 | 1 << 22 | 5 << 24;
    /// The bus of the slow peripherals at half the core's clock.
    pub const APB1_HALF: u32 = 4 << 10;
    pub const FROM_PLL: u32 = 2;
    pub const RUNS_FROM_PLL: u32 = 2 << 2;
    pub const POWER: u32 = 1 << 28;
    /// Power control: the voltage for up to 100 MHz, which comes once the phase-locked loop runs.
    pub const SCALE_1: u32 = 3 << 14;
    pub const POWER_STATUS: usize = 0x04;
    pub const SCALE_READY: u32 = 1 << 14;
    /// Flash: 3 wait states, which are enough for 100 MHz from 2.7 V on; prefetch and both caches.
    pub const THREE_WAIT_STATES: u32 = 3 | 1 << 8 | 1 << 9 | 1 << 10;
}

fn blocks() -> (Mmio, Mmio, Mmio) {
    // SAFETY: RCC, PWR and the flash interface.
    unsafe { (Mmio::new(0x4002_3800), Mmio::new(0x4000_7000), Mmio::new(0x4002_3C00)) }
}

/// The core at [`HERTZ`], unless it is already.
pub fn start_clocks() {
    let (clock, power, flash) = blocks();
    if clock.read(rcc::CFGR) & rcc::RUNS_FROM_PLL != 0 {
        return;
    }
    clock.modify(rcc::APB1ENR, 0, rcc::POWER);
    // As in `enable`.
    clock.read(rcc::APB1ENR);
    power.modify(0, 0, rcc::SCALE_1);
    clock.modify(rcc::CR, 0, rcc::HSE_ON);
    clock.wait(rcc::CR, rcc::HSE_READY);
    clock.modify(rcc::PLLCFGR, rcc::PLL_FIELDS, rcc::PLL_100_MHZ);
    clock.modify(rcc::CR, 0, rcc::PLL_ON);
    clock.wait(rcc::CR, rcc::PLL_READY);
    power.wait(rcc::POWER_STATUS, rcc::SCALE_READY);
    flash.write(0, rcc::THREE_WAIT_STATES);
    // Taken when it reads back.
    flash.wait(0, rcc::THREE_WAIT_STATES);
    clock.write(rcc::CFGR, rcc::APB1_HALF | rcc::FROM_PLL);
    clock.wait(rcc::CFGR, rcc::RUNS_FROM_PLL);
}

/// Clocks for what these bits of AHB1ENR (ports) and APB1ENR say.
pub fn enable(ports: u32, peripherals: u32) {
    let (clock, ..) = blocks();
    clock.modify(rcc::AHB1ENR, 0, ports);
    clock.modify(rcc::APB1ENR, 0, peripherals);
    // A peripheral takes two cycles to wake up; a read waits for the write.
    clock.read(rcc::APB1ENR);
}
