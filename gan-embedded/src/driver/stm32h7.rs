//! Clocks of ST's STM32H743 (RM0433).

use super::Mmio;

/// Of the core: what every revision of the chip runs at.
pub const HERTZ: u32 = 400_000_000;
/// Of the internal oscillator, which is trimmed to 1 %, feeds the phase-locked loop and, as it is,
/// the UART. Boards differ in what else there is.
pub const OSCILLATOR: u32 = 64_000_000;

/// Registers, and bits in them, of reset and clock control (RM0433, section 8.7).
mod rcc {
    pub const CR: usize = 0x00;
    pub const CFGR: usize = 0x10;
    pub const D1CFGR: usize = 0x18;
    pub const D2CFGR: usize = 0x1C;
    pub const D3CFGR: usize = 0x20;
    pub const PLLCKSELR: usize = 0x28;
    pub const PLLCFGR: usize = 0x2C;
    pub const PLL1DIVR: usize = 0x30;
    pub const D2CCIP2R: usize = 0x54;
    pub const AHB4ENR: usize = 0xE0;
    pub const APB1LENR: usize = 0xE8;

    pub const PLL1_ON: u32 = 1 << 24;
    pub const PLL1_READY: u32 = 1 << 25;
    /// The internal oscillator divided by 10, which makes 6.4 MHz.
    pub const DIVIDE_10: u32 = 10 << 4;
    /// For 4 to 8 MHz, the wide oscillator; its first output only.
    pub const RANGE_4_8: u32 = 2 << 2 | 1 << 16;
    /// Times 125, which makes 800 MHz, divided by 2; the two other outputs, which are off, as after
    /// a reset.
    pub const TIMES_125_HALF: u32 = (125 - 1) | (2 - 1) << 9 | (2 - 1) << 16 | (2 - 1) << 24;
    /// The buses at half the core's clock, and those of the peripherals at half of that.
    pub const AHB_HALF_APB3_HALF: u32 = 8 | 4 << 4;
    pub const APB1_HALF_APB2_HALF: u32 = 4 << 4 | 4 << 8;
    pub const APB4_HALF: u32 = 4 << 4;
    pub const FROM_PLL1: u32 = 3;
    pub const RUNS_FROM_PLL1: u32 = 3 << 3;
    pub const UART_FROM_OSCILLATOR: u32 = 3;
}

/// Of power control (section 6.8) and the flash interface (4.9).
mod power {
    pub const CSR1: usize = 0x04;
    pub const CR3: usize = 0x0C;
    pub const D3CR: usize = 0x18;

    /// The chip's own regulator supplies the core. The register takes one write after power is on.
    pub const REGULATOR: u32 = 1 << 1;
    pub const SUPPLY: u32 = 7;
    pub const ACTUAL_READY: u32 = 1 << 13;
    /// The voltage for up to 400 MHz.
    pub const SCALE_1: u32 = 3 << 14;
    pub const READY: u32 = 1 << 13;
    /// Flash at up to 210 MHz: 2 wait states, and the delay that goes with them.
    pub const TWO_WAIT_STATES: u32 = 2 | 2 << 4;
}

fn blocks() -> (Mmio, Mmio, Mmio) {
    // SAFETY: RCC, PWR and the flash interface.
    unsafe { (Mmio::new(0x5802_4400), Mmio::new(0x5802_4800), Mmio::new(0x5200_2000)) }
}

/// The core at [`HERTZ`], unless it is already; UARTs 2 to 5, 7 and 8 at [`OSCILLATOR`].
pub fn start_clocks() {
    let (clock, supply, flash) = blocks();
    if clock.read(rcc::CFGR) & rcc::RUNS_FROM_PLL1 != 0 {
        return;
    }
    supply.modify(power::CR3, power::SUPPLY, power::REGULATOR);
    supply.wait(power::CSR1, power::ACTUAL_READY);
    supply.modify(power::D3CR, 0, power::SCALE_1);
    supply.wait(power::D3CR, power::READY);

    clock.write(rcc::PLLCKSELR, rcc::DIVIDE_10);
    clock.write(rcc::PLLCFGR, rcc::RANGE_4_8);
    clock.write(rcc::PLL1DIVR, rcc::TIMES_125_HALF);
    clock.modify(rcc::CR, 0, rcc::PLL1_ON);
    clock.wait(rcc::CR, rcc::PLL1_READY);
    flash.write(0, power::TWO_WAIT_STATES);
    // Taken when it reads back.
    flash.wait(0, power::TWO_WAIT_STATES);
    clock.write(rcc::D1CFGR, rcc::AHB_HALF_APB3_HALF);
    clock.write(rcc::D2CFGR, rcc::APB1_HALF_APB2_HALF);
    clock.write(rcc::D3CFGR, rcc::APB4_HALF);
    clock.modify(rcc::CFGR, 0, rcc::FROM_PLL1);
    clock.wait(rcc::CFGR, rcc::RUNS_FROM_PLL1);

    clock.modify(rcc::D2CCIP2R, 0, rcc::UART_FROM_OSCILLATOR);
}

/// Clocks for what these bits of AHB4ENR (ports) and APB1LENR say.
pub fn enable(ports: u32, peripherals: u32) {
    let (clock, ..) = blocks();
    clock.modify(rcc::AHB4ENR, 0, ports);
    clock.modify(rcc::APB1LENR, 0, peripherals);
    // A peripheral takes two cycles to wake up; a read waits for the write.
    clock.read(rcc::APB1LENR);
}
