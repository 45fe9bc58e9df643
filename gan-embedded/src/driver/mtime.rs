//! The machine timer of RISC-V (Privileged Architecture, section 3.2.1), memory-mapped.

use super::{Clock, Mmio};

const LOW: usize = 0;
const HIGH: usize = 4;

/// A timer that ticks `HERTZ` times a second.
#[derive(Debug)]
pub struct MachineTimer<const HERTZ: u32>(Mmio);

impl<const HERTZ: u32> MachineTimer<HERTZ> {
    /// Returns the timer whose `mtime` is at `registers`.
    pub fn new(registers: Mmio) -> Self {
        Self(registers)
    }
}

impl<const HERTZ: u32> Clock for MachineTimer<HERTZ> {
    const TICKS_PER_SECOND: u32 = HERTZ;

    fn ticks(&mut self) -> u64 {
        // Both halves are read again if the low half has wrapped in between.
        loop {
            let high = self.0.read(HIGH);
            let low = self.0.read(LOW);
            if self.0.read(HIGH) == high {
                return u64::from(high) << 32 | u64::from(low);
            }
        }
    }
}
