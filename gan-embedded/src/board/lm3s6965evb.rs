//! TI's LM3S6965 evaluation kit, with its display.

use gan_app::Board;
use static_cell::ConstStaticCell;

use crate::driver::cmsdk_watchdog::CmsdkWatchdog;
use crate::driver::pl011::Pl011;
use crate::driver::pl022::Pl022;
use crate::driver::ssd0323::{DARK, Link, Shadow, Ssd0323};
use crate::driver::systick::SysTick;
use crate::driver::{Mmio, PATIENCE, Port, Uart, Wired, lm3s};

const UART0_AND_SSI0: u32 = 1 | 1 << 4;
const PORTS_A_AND_C: u32 = 1 | 1 << 2;
/// The pins of UART0 on port A.
const PINS_OF_UART0: u32 = 0b11;
/// The pins of SSI0 on port A: clock, select, and data, which goes out only.
const PINS_OF_SSI0: u32 = 0b10_1100;
/// The pin D/C of the display, on port C.
const PIN_DC: u8 = 1 << 7;
/// The display takes 4 MHz: a fourteenth of the core's clock is less.
const DISPLAY_DIVISOR: u32 = 14;

/// Starts the clocks and UART0, which the USB chip connects to the host.
fn serial() -> Pl011 {
    lm3s::clocks();
    lm3s::power(UART0_AND_SSI0, PORTS_A_AND_C);
    // SAFETY: these are port A and UART0, whose clocks are on.
    let (port, uart) = unsafe { (Mmio::new(0x4000_4000), Mmio::new(0x4000_C000)) };
    lm3s::connect(port, PINS_OF_UART0 | PINS_OF_SSI0);
    Pl011::new(uart, lm3s::HERTZ)
}

/// The wires to the display: SSI0, and port C with the line D/C.
struct Panel(Pl022, Mmio);

impl Panel {
    fn send(&mut self, dc: u8, bytes: &[u8]) {
        lm3s::set(self.1, PIN_DC, dc);
        bytes.iter().for_each(|&byte| self.0.send(byte));
    }
}

impl Link for Panel {
    fn command(&mut self, bytes: &[u8]) {
        self.send(0, bytes);
    }

    fn data(&mut self, bytes: &[u8]) {
        self.send(PIN_DC, bytes);
    }
}

/// Starts the clocks and the serial port. Call this once.
pub fn start() -> impl Board {
    static SHADOW: ConstStaticCell<Shadow> = ConstStaticCell::new(DARK);
    let serial = serial();
    // SAFETY: these are SSI0 and port C, whose clocks are on.
    let (ssi, port) = unsafe { (Mmio::new(0x4000_8000), Mmio::new(0x4000_6000)) };
    lm3s::output(port, PIN_DC.into());
    let display = SHADOW
        .try_take()
        .map(|shadow| Ssd0323::new(Panel(Pl022::new(ssi, DISPLAY_DIVISOR), port), shadow));
    // SAFETY: `main` calls this once, and nobody else uses the core's timer.
    let core = unsafe { cortex_m::Peripherals::steal() };
    let clock = SysTick::<{ lm3s::HERTZ }>::new(core.SYST);
    lm3s::power_watchdog();
    // SAFETY: this is the watchdog, whose clock is on. Its interrupt is off in the core.
    let registers = unsafe { Mmio::new(0x4000_0000) };
    let watchdog = CmsdkWatchdog::start(registers, lm3s::HERTZ, PATIENCE / 2);
    Wired { serial: Port(serial), clock, watchdog, display }
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
