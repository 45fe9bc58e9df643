use gan_app::Board;
use rp2040_boot2::BOOT_LOADER_W25Q080;

use crate::driver::pl011::Pl011;
use crate::driver::rp::RP2040;
use crate::driver::systick::SysTick;
use crate::driver::{Serial, Wired};

/// Name of the board: its cargo feature.
pub const NAME: &str = "pico";
/// What computes.
pub const CORE: &str = "Cortex-M0+";
/// A board.
pub const EMULATED: bool = false;

const HERTZ: u32 = RP2040.hertz();

/// What the chip's own boot loader takes from the flash first: it sets up the flash to be read in place, at half the core's clock.
#[unsafe(link_section = ".boot2")]
#[used]
static BOOT2: [u8; 256] = BOOT_LOADER_W25Q080;

/// UART 0 on GP0 and GP1.
fn serial() -> Pl011 {
    RP2040.start_clocks();
    Pl011::new(RP2040.uart(0, 1), HERTZ)
}

/// Switches it on. Once.
pub fn start() -> impl Board {
    let serial = serial();
    // SAFETY: called once, by `main`, and nobody else uses the core's timer.
    let core = unsafe { cortex_m::Peripherals::steal() };
    let board = Wired::new(serial, SysTick::<HERTZ>::new(core.SYST));
    #[cfg(feature = "oled")]
    let board = {
        use crate::driver::{dw_i2c::DwI2c, oled};
        // I2C 0 on GP4 and GP5.
        board.with_display(oled::connect(DwI2c::new(RP2040.i2c(4, 5), HERTZ)))
    };
    board
}

/// Sends bytes, whatever happened before.
pub fn emergency(bytes: &[u8]) {
    let mut serial = serial();
    bytes.iter().for_each(|&byte| serial.write(byte));
    serial.flush();
}
