//! The cycles that a Cortex-M counts by itself: CYCCNT of its data watchpoint and trace unit
//! (Armv7-M Architecture Reference Manual, C1.8), or SysTick where there is no such unit, as on a
//! Cortex-M0 (Armv6-M Architecture Reference Manual, B3.3). QEMU has no CYCCNT.

use core::ptr::{with_exposed_provenance, with_exposed_provenance_mut};

const DEMCR: usize = 0xE000_EDFC;
const TRCENA: u32 = 1 << 24;
const DWT_CTRL: usize = 0xE000_1000;
const CYCCNTENA: u32 = 1;
const NOCYCCNT: u32 = 1 << 25;
const DWT_CYCCNT: usize = 0xE000_1004;
const SYST_CSR: usize = 0xE000_E010;
const SYST_RVR: usize = 0xE000_E014;
const SYST_CVR: usize = 0xE000_E018;
/// The bits ENABLE and CLKSOURCE of SYST_CSR, with which the timer counts the core's clock.
const ON: u32 = 1 | 1 << 2;
/// The value that SysTick counts down from.
const MOST: u32 = 0xFF_FFFF;
/// The bit of SYST_CSR that says that the timer has reached 0 since it was read.
const COUNTFLAG: u32 = 1 << 16;

/// A running counter of cycles.
pub enum Counter {
    Cyccnt,
    SysTick,
}

/// Starts the counter from 0.
pub fn start() -> Counter {
    // Armv6-M has no such unit, and its cores answer with zeros or with a fault.
    if !cfg!(armv6m) {
        write(DEMCR, read(DEMCR) | TRCENA);
        if read(DWT_CTRL) & NOCYCCNT == 0 {
            write(DWT_CYCCNT, 0);
            write(DWT_CTRL, read(DWT_CTRL) | CYCCNTENA);
            return Counter::Cyccnt;
        }
    }
    write(SYST_RVR, MOST);
    write(SYST_CVR, 0);
    write(SYST_CSR, ON);
    Counter::SysTick
}

impl Counter {
    /// The number of cycles since the start. It is `None` if there were more than the counter
    /// holds.
    pub fn cycles(self) -> Option<u32> {
        match self {
            Self::Cyccnt => Some(read(DWT_CYCCNT)),
            Self::SysTick => {
                let left = read(SYST_CVR);
                (read(SYST_CSR) & COUNTFLAG == 0).then_some(MOST - left)
            }
        }
    }
}

fn read(register: usize) -> u32 {
    // SAFETY: the addresses are those of registers of the core, and reading them changes no memory.
    unsafe { with_exposed_provenance::<u32>(register).read_volatile() }
}

fn write(register: usize, value: u32) {
    // SAFETY: as above, and nothing else uses these units.
    unsafe { with_exposed_provenance_mut::<u32>(register).write_volatile(value) }
}
