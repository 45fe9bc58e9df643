//! What Arm's MPS2 and MPS3 boards have in common: a CMSDK UART, and the core's own timer.

use crate::driver::cmsdk_uart::CmsdkUart;
use crate::driver::systick::SysTick;
use crate::driver::{Mmio, Uart, Wired};

/// A board whose first UART is at `UART` and whose core is clocked with `HERTZ`.
pub struct Mps2<const UART: usize, const HERTZ: u32>;

impl<const UART: usize, const HERTZ: u32> Mps2<UART, HERTZ> {
    /// Its serial port.
    fn serial() -> CmsdkUart {
        // SAFETY: the address in the board's module is that of its UART.
        CmsdkUart::new(unsafe { Mmio::new(UART) }, HERTZ)
    }

    /// Switches it on.
    pub fn start() -> Wired<CmsdkUart, SysTick<HERTZ>> {
        // SAFETY: called once, by `main`, and nobody else uses the core's timer.
        let core = unsafe { cortex_m::Peripherals::steal() };
        Wired::new(Self::serial(), SysTick::new(core.SYST))
    }

    /// Sends bytes, whatever happened before.
    pub fn emergency(bytes: &[u8]) {
        let mut serial = Self::serial();
        bytes.iter().for_each(|&byte| serial.put(byte));
    }
}
