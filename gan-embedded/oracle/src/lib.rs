//! An independent oracle for the register constants of gan-embedded's drivers, which nobody has run
//! on a board: the modules of boards and drivers are compiled here as they are, with an [`Mmio`]
//! that keeps the registers in a table, and the test of each board compares every write, address
//! and value, with what a published PAC (peripheral access crate) of the chip says. PACs are made
//! from the vendors' descriptions of their chips, and share nothing with the drivers.
//!
//! `cargo test --features microbit` checks one board, and `cargo xtask test --only oracle` all. Of
//! these drivers there is no PAC; their constants are those of the manuals' sections:
//!
//! - `cmsdk_uart`: Arm's Cortex-M System Design Kit Technical Reference Manual, DDI 0479, 4.3
//! - `cmsdk_watchdog`: the same manual, 4.5; on the LM3S6965 it is compared with the TM4C123x's
//! - `ns16550`: TI's PC16550D data sheet, 8.1 to 8.4
//! - `ssd0323`: Solomon Systech's SSD0323 data sheet, section 9 (commands, no registers)
//!
//! [`Mmio`]: crate::driver::Mmio
#![cfg(test)]

// The modules of boards name the crates of the core and of the board, which exist for one target
// only: here is what they use of them.
extern crate self as cortex_m;

mod boards;
mod bus;
mod driver;

/// What the build script of gan-embedded writes for a board. Only the console shows it.
mod about {
    pub const NAME: &str = "";
    pub const CORE: &str = "";
    pub const EMULATED: bool = false;
    pub const HERTZ: u32 = 0;
}

/// What ends a program, which no test gets to.
#[allow(dead_code)]
fn fatal(reason: std::fmt::Arguments<'_>) -> ! {
    panic!("{reason}")
}

/// The stack of a board, which there is none of.
mod stack {
    pub fn measure() -> gan_app::Stack {
        unimplemented!("a test measures no stack")
    }
}

/// A delay takes no time, and sleep is counted.
#[allow(dead_code)]
mod asm {
    use std::cell::Cell;

    thread_local! {
        /// How often the core was put to sleep.
        pub static SLEPT: Cell<u32> = const { Cell::new(0) };
    }

    pub fn delay(_cycles: u32) {}

    pub fn dsb() {}

    pub fn wfi() {
        SLEPT.set(SLEPT.get() + 1);
    }
}

mod interrupt {
    /// As the drivers implement it.
    ///
    /// # Safety
    ///
    /// Nothing: the registers are a table.
    pub unsafe trait InterruptNumber: Copy {
        fn number(self) -> u16;
    }
}

#[allow(clippy::upper_case_acronyms, dead_code)]
mod peripheral {
    use crate::bus::Mmio;
    use crate::interrupt::InterruptNumber;

    /// The core's timer.
    pub struct SYST;

    /// The core's controller of interrupts.
    pub struct NVIC;

    /// Where it enables interrupts, a bit each: ISER0 (Armv7-M Architecture Reference Manual,
    /// B3.4).
    pub const ISER: usize = 0xE000_E100;

    impl NVIC {
        /// Unsafe like the one that drivers call.
        ///
        /// # Safety
        ///
        /// Nothing: the registers are a table.
        pub unsafe fn unmask<I: InterruptNumber>(interrupt: I) {
            let number = interrupt.number();
            // SAFETY: as above.
            let registers = unsafe { Mmio::new(ISER) };
            registers.write(usize::from(number / 32 * 4), 1 << (number % 32));
        }
    }
}

/// The peripherals of the core. Not every board uses its timer.
#[allow(dead_code, non_snake_case)]
struct Peripherals {
    SYST: peripheral::SYST,
}

#[allow(dead_code)]
impl Peripherals {
    /// Unsafe like the one that boards call.
    ///
    /// # Safety
    ///
    /// Nothing: the registers are a table.
    unsafe fn steal() -> Self {
        Self { SYST: peripheral::SYST }
    }
}
