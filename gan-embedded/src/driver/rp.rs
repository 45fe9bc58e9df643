//! Clocks, resets and pins of Raspberry Pi's RP2040 and RP2350: RP2040 Datasheet, sections 2.14 to
//! 2.19; RP2350 Datasheet, chapters 7 to 9. The two have the same blocks at other addresses.

use super::Mmio;

/// Hertz of the crystal on the boards.
pub const CRYSTAL: u32 = 12_000_000;
/// The phase-locked loop's oscillator: the crystal times `FEEDBACK`.
const FEEDBACK: u32 = 125;

/// What a pin does: the number of its function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Function {
    /// UART.
    Uart = 2,
    /// I2C.
    I2c = 3,
}

/// Where a chip has its blocks, and its bits in the register of resets.
#[derive(Debug)]
pub struct Rp {
    resets: usize,
    clocks: usize,
    crystal: usize,
    pll: usize,
    io: usize,
    pads: usize,
    uart: usize,
    i2c: usize,
    reset_pll: u32,
    reset_io: u32,
    reset_pads: u32,
    reset_uart: u32,
    reset_i2c: u32,
    /// Dividers after the phase-locked loop.
    dividers: (u32, u32),
    /// Bits after the point in the dividers of clocks.
    fraction_bits: u32,
}

/// At 125 MHz.
pub const RP2040: Rp = Rp {
    resets: 0x4000_C000,
    clocks: 0x4000_8000,
    crystal: 0x4002_4000,
    pll: 0x4002_8000,
    io: 0x4001_4000,
    pads: 0x4001_C000,
    uart: 0x4003_4000,
    i2c: 0x4004_4000,
    reset_pll: 1 << 12,
    reset_io: 1 << 5,
    reset_pads: 1 << 8,
    reset_uart: 1 << 22,
    reset_i2c: 1 << 3,
    dividers: (6, 2),
    fraction_bits: 8,
};

/// At 150 MHz.
pub const RP2350: Rp = Rp {
    resets: 0x4002_0000,
    clocks: 0x4001_0000,
    crystal: 0x4004_8000,
    pll: 0x4005_0000,
    io: 0x4002_8000,
    pads: 0x4003_8000,
    uart: 0x4007_0000,
    i2c: 0x4009_0000,
    reset_pll: 1 << 14,
    reset_io: 1 << 6,
    reset_pads: 1 << 9,
    reset_uart: 1 << 26,
    reset_i2c: 1 << 4,
    dividers: (5, 2),
    fraction_bits: 16,
};

mod resets {
    pub const RESET: usize = 0x0;
    pub const DONE: usize = 0x8;
}

mod clocks {
    pub const REF_CTRL: usize = 0x30;
    pub const REF_DIVIDER: usize = 0x34;
    pub const REF_SELECTED: usize = 0x38;
    pub const SYS_CTRL: usize = 0x3C;
    pub const SYS_DIVIDER: usize = 0x40;
    pub const SYS_SELECTED: usize = 0x44;
    pub const PERI_CTRL: usize = 0x48;

    /// Sources of the reference clock: a ring oscillator, which runs from reset on, and the
    /// crystal.
    pub const REF_SOURCE: u32 = 3;
    pub const REF_CRYSTAL: u32 = 2;
    /// Sources of the system clock: the reference clock, or what the other field says, whose 0 is
    /// the phase-locked loop.
    pub const SYS_SOURCE: u32 = 1;
    pub const SYS_OTHER: u32 = 7 << 5;
    /// The peripherals' clock, whose source 0 is the system clock.
    pub const PERI_ENABLE: u32 = 1 << 11;
}

mod crystal {
    pub const CTRL: usize = 0x0;
    pub const STATUS: usize = 0x4;
    pub const STARTUP: usize = 0xC;

    /// For 1 to 15 MHz; on.
    pub const ENABLE: u32 = 0xFA_BAA0;
    pub const STABLE: u32 = 1 << 31;
    /// Six milliseconds, in units of 256 periods: what the chips' C SDK waits for boards of which
    /// it knows no more.
    pub const WAIT: u32 = 6 * (super::CRYSTAL / 1000 / 256 + 1);
}

mod pll {
    pub const STATUS: usize = 0x0;
    pub const POWER: usize = 0x4;
    pub const FEEDBACK: usize = 0x8;
    pub const DIVIDERS: usize = 0xC;

    pub const LOCKED: u32 = 1 << 31;
    /// Power-down bits: of the whole, of the dividers, of the oscillator.
    pub const OFF: u32 = 1;
    pub const DIVIDERS_OFF: u32 = 1 << 3;
    pub const OSCILLATOR_OFF: u32 = 1 << 5;
}

mod pads {
    pub const SCHMITT: u32 = 1 << 1;
    pub const PULL_UP: u32 = 1 << 3;
    pub const DRIVE_4_MA: u32 = 1 << 4;
    pub const INPUT_ENABLE: u32 = 1 << 6;
}

/// A block of a chip.
fn block(base: usize) -> Mmio {
    // SAFETY: the bases above are those of the two datasheets, and nothing here starts DMA.
    unsafe { Mmio::new(base) }
}

impl Rp {
    /// Hertz of the core and the peripherals, once the clocks are started.
    pub const fn hertz(&self) -> u32 {
        CRYSTAL * FEEDBACK / (self.dividers.0 * self.dividers.1)
    }

    /// The crystal, the phase-locked loop, and core and peripherals on it. It may run already: a
    /// debugger's reset leaves the clocks alone.
    pub fn start_clocks(&self) {
        let (clocks, crystal, pll) = (block(self.clocks), block(self.crystal), block(self.pll));
        // Off the phase-locked loop before it is reset; both multiplexers change without a glitch,
        // and say when they have.
        clocks.modify(clocks::SYS_CTRL, clocks::SYS_SOURCE, 0);
        clocks.wait(clocks::SYS_SELECTED, 1);
        clocks.modify(clocks::REF_CTRL, clocks::REF_SOURCE, 0);
        clocks.wait(clocks::REF_SELECTED, 1);
        // Whoever ran before may have divided them.
        [clocks::REF_DIVIDER, clocks::SYS_DIVIDER]
            .into_iter()
            .for_each(|divider| clocks.write(divider, 1 << self.fraction_bits));

        crystal.write(crystal::STARTUP, crystal::WAIT);
        crystal.write(crystal::CTRL, crystal::ENABLE);
        crystal.wait(crystal::STATUS, crystal::STABLE);
        clocks.modify(clocks::REF_CTRL, clocks::REF_SOURCE, clocks::REF_CRYSTAL);
        clocks.wait(clocks::REF_SELECTED, 1 << clocks::REF_CRYSTAL);

        self.reset(self.reset_pll);
        self.release(self.reset_pll);
        // The crystal undivided; then the order of the datasheets: the oscillator, its lock, the
        // dividers.
        pll.write(pll::STATUS, 1);
        pll.write(pll::FEEDBACK, FEEDBACK);
        pll.modify(pll::POWER, pll::OFF | pll::OSCILLATOR_OFF, 0);
        pll.wait(pll::STATUS, pll::LOCKED);
        pll.write(pll::DIVIDERS, self.dividers.0 << 16 | self.dividers.1 << 12);
        pll.modify(pll::POWER, pll::DIVIDERS_OFF, 0);

        clocks.modify(clocks::SYS_CTRL, clocks::SYS_OTHER, 0);
        clocks.modify(clocks::SYS_CTRL, 0, clocks::SYS_SOURCE);
        clocks.wait(clocks::SYS_SELECTED, 1 << clocks::SYS_SOURCE);
        clocks.write(clocks::PERI_CTRL, clocks::PERI_ENABLE);
    }

    /// UART 0, out of reset and on these pins.
    pub fn uart(&self, transmit: usize, receive: usize) -> Mmio {
        self.device(self.uart, self.reset_uart, [transmit, receive], Function::Uart)
    }

    /// I2C 0, out of reset and on these pins.
    pub fn i2c(&self, data: usize, clock: usize) -> Mmio {
        self.device(self.i2c, self.reset_i2c, [data, clock], Function::I2c)
    }

    fn device(&self, base: usize, reset: u32, pins: [usize; 2], function: Function) -> Mmio {
        self.release(self.reset_io | self.reset_pads);
        self.reset(reset);
        self.release(reset);
        pins.into_iter().for_each(|pin| self.pin(pin, function));
        block(base)
    }

    /// A pin with a pull-up, so that nothing comes from one that is not connected. On the RP2350
    /// this also ends its isolation.
    fn pin(&self, number: usize, function: Function) {
        let pad = pads::SCHMITT | pads::PULL_UP | pads::DRIVE_4_MA | pads::INPUT_ENABLE;
        block(self.pads).write(4 + 4 * number, pad);
        block(self.io).write(4 + 8 * number, function as u32);
    }

    fn reset(&self, bits: u32) {
        block(self.resets).modify(resets::RESET, 0, bits);
    }

    fn release(&self, bits: u32) {
        block(self.resets).modify(resets::RESET, bits, 0);
        block(self.resets).wait(resets::DONE, bits);
    }
}
