//! QEMU's machine `virt`, which has a 16550 UART and the machine timer, whichever core runs in it.

use gan_app::Board;

use crate::driver::mtime::MachineTimer;
use crate::driver::ns16550::Ns16550;
use crate::driver::{Mmio, Uart, Wired};

const MTIME_HERTZ: u32 = 10_000_000;

fn serial() -> Ns16550 {
    // SAFETY: this is the UART of the `virt` machine.
    Ns16550::new(unsafe { Mmio::new(0x1000_0000) })
}

/// Starts the clocks and the serial port. Call this once.
pub fn start() -> impl Board {
    // SAFETY: this is `mtime` in the CLINT of the `virt` machine.
    let clock = MachineTimer::<MTIME_HERTZ>::new(unsafe { Mmio::new(0x0200_BFF8) });
    // The machine has no watchdog.
    Wired::new(serial(), clock, ())
}

/// Sends bytes over the serial port, whatever state the board is in.
pub fn emergency(bytes: &[u8]) {
    let mut serial = serial();
    bytes.iter().for_each(|&byte| serial.put(byte));
}
