//! The APB watchdog of Arm's Cortex-M System Design Kit (its Technical Reference Manual, DDI 0479,
//! section 4.5), which is also that of TI's LM3S microcontrollers (data sheet of the LM3S6965,
//! section 11).

use super::{Mmio, Watchdog};
use crate::fatal;

const LOAD: usize = 0x000;
const CONTROL: usize = 0x008;
const INTCLR: usize = 0x00C;
const LOCK: usize = 0xC00;

const INTEN_AND_RESEN: u32 = 0b11;
const UNLOCK: u32 = 0x1ACC_E551;
/// Seconds until the interrupt on MPS2 and MPS3 boards, and from there to the reset: they have
/// flash for models of megabytes, whose signature a core at 20 MHz checks for 12 s.
pub const HALF_PATIENCE: u32 = 16;
/// The non-maskable interrupt, as cortex-m-rt numbers exceptions.
const NMI: i16 = -14;

/// A watchdog that runs. It counts down twice: after the first time it raises an interrupt, and
/// after the second it resets the chip.
#[derive(Debug)]
pub struct CmsdkWatchdog(Mmio);

impl CmsdkWatchdog {
    /// Starts the watchdog at `registers`, whose clock has `hertz`: it counts down so many seconds,
    /// twice. It stays unlocked, so that [`feed`](Watchdog::feed) is one write.
    pub fn start(registers: Mmio, hertz: u32, seconds: u32) -> Self {
        registers.write(LOCK, UNLOCK);
        registers.write(LOAD, hertz * seconds);
        registers.write(INTCLR, 0);
        registers.write(CONTROL, INTEN_AND_RESEN);
        Self(registers)
    }
}

impl Watchdog for CmsdkWatchdog {
    /// Clears the interrupt, which has the counter begin anew.
    fn feed(&mut self) {
        self.0.write(INTCLR, 0);
    }
}

/// Handles the exception by which the watchdog of an MPS2 or MPS3 board tells that it was not fed:
/// says so and waits for the reset, which follows after the same time once more. Returns false if
/// the exception is another one.
pub fn answer(exception: i16) -> bool {
    if exception == NMI {
        let seconds = HALF_PATIENCE;
        fatal(format_args!("nothing happened for {seconds} s; a reset follows in {seconds} s"));
    }
    false
}
