//! Arm's MPS2 and MPS3 boards: a CMSDK UART, and the core's own timer.

use gan_app::Board;

use crate::about::{HERTZ, UART};
use crate::driver::cmsdk_uart::CmsdkUart;
use crate::driver::systick::SysTick;
use crate::driver::{Mmio, Uart, Wired};

fn serial() -> CmsdkUart {
    // SAFETY: the address in boards.toml is that of the board's UART 0.
    CmsdkUart::new(unsafe { Mmio::new(UART) }, HERTZ)
}

/// Starts the clocks and the serial port. Call this once.
pub fn start() -> impl Board {
    // SAFETY: `main` calls this once, and nobody else uses the core's timer.
    let core = unsafe { cortex_m::Peripherals::steal() };
    Wired::new(serial(), SysTick::<HERTZ>::new(core.SYST))
}

/// Sends bytes over the serial port, whatever state the board is in.
pub fn emergency(bytes: &[u8]) {
    let mut serial = serial();
    bytes.iter().for_each(|&byte| serial.put(byte));
}

/// No device's interrupt is enabled: the serial port is asked for bytes.
pub fn interrupt(_: i16) -> bool {
    false
}
