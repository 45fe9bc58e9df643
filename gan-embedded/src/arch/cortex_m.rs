//! Cortex-M.

pub use cortex_m_rt::entry;
use cortex_m_rt::{ExceptionFrame, exception};

use crate::console::fatal;

/// Every fault ends here: the configurable ones are not enabled, so they escalate.
// SAFETY: `#[exception]` demands `unsafe` because HardFault runs even with interrupts masked, in the middle of any
// critical section. This one takes no lock, uses no static and never returns.
#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    fatal(format_args!("hard fault at {:#010x}, called from {:#010x}", frame.pc(), frame.lr()))
}

/// Any other exception or interrupt: none is enabled, so one that arrives is a bug.
// SAFETY: as above, except that it does not preempt critical sections.
#[exception]
unsafe fn DefaultHandler(irq: i16) {
    fatal(format_args!("unexpected exception or interrupt {irq}"))
}
