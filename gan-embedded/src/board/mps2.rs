//! Arm's MPS2 and MPS3 boards: a CMSDK UART and watchdog, and the core's own timer.

use gan_app::Board;

use crate::about::{HERTZ, UART, WATCHDOG};
use crate::driver::cmsdk_uart::CmsdkUart;
use crate::driver::cmsdk_watchdog::{self, CmsdkWatchdog, HALF_PATIENCE};
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
    let (address, hertz) = WATCHDOG;
    // SAFETY: the address in boards.toml is that of a watchdog of the board.
    let registers = unsafe { Mmio::new(address) };
    let watchdog = CmsdkWatchdog::start(registers, hertz, HALF_PATIENCE);
    Wired::new(serial(), SysTick::<HERTZ>::new(core.SYST), watchdog)
}

/// Sends bytes over the serial port, whatever state the board is in.
pub fn emergency(bytes: &[u8]) {
    let mut serial = serial();
    bytes.iter().for_each(|&byte| serial.put(byte));
}

/// Handles what the watchdog tells. No device's interrupt is enabled: the serial port is asked for
/// bytes.
pub fn interrupt(exception: i16) -> bool {
    cmsdk_watchdog::answer(exception)
}
