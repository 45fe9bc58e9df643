//! Interrupts of devices of Cortex-M cores, and sleep until one comes. The handler of all of them
//! is `DefaultHandler` in `arch`, which asks the board's module.

use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::NVIC;

/// The number of a device's interrupt, as the chip's manual has it in the table of vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Irq(pub u16);

// SAFETY: the number is one of the chip's, and stays the same.
unsafe impl InterruptNumber for Irq {
    fn number(self) -> u16 {
        self.0
    }
}

impl Irq {
    /// Lets the interrupt come from now on.
    pub fn enable(self) {
        // SAFETY: no critical section relies on one interrupt being off: they turn off all.
        unsafe { NVIC::unmask(self) }
    }

    /// Whether an exception's number, counted from the first interrupt of a device, is this one.
    pub fn is(self, exception: i16) -> bool {
        i32::from(exception) == i32::from(self.0)
    }
}

/// Sleeps until an interrupt comes, unless there is something to do already. An interrupt that
/// comes after `is_ready` was asked wakes the core too: it stays pending as long as interrupts are
/// masked, and WFI ends for a pending one whether it is masked or not (Armv7-M Architecture
/// Reference Manual, B1.5.19; Armv6-M, B1.5.17).
pub fn sleep_unless(is_ready: impl FnOnce() -> bool) {
    critical_section::with(|_| {
        if !is_ready() {
            // Writes to devices are done before the core sleeps.
            cortex_m::asm::dsb();
            cortex_m::asm::wfi();
        }
    });
}
