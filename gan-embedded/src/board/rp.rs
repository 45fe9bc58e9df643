//! What the Raspberry Pi Pico and Pico 2 have in common: the pins, and the peripherals of their
//! chips.

use gan_app::Board;

use crate::driver::pl011::Pl011;
use crate::driver::rp::Rp;
use crate::driver::systick::SysTick;
use crate::driver::{Serial, Wired};

/// UART 0 on GP0 and GP1.
fn serial(chip: &Rp) -> Pl011 {
    chip.start_clocks();
    Pl011::new(chip.uart(0, 1), chip.hertz())
}

/// Switches it on. `HERTZ` is the chip's.
pub fn start<const HERTZ: u32>(chip: &Rp) -> impl Board + use<HERTZ> {
    let serial = serial(chip);
    // SAFETY: called once, by `main`, and nobody else uses the core's timer.
    let core = unsafe { cortex_m::Peripherals::steal() };
    let board = Wired::new(serial, SysTick::<HERTZ>::new(core.SYST));
    #[cfg(feature = "oled")]
    let board = {
        use crate::driver::{dw_i2c::DwI2c, oled};
        // I2C 0 on GP4 and GP5.
        board.with_display(oled::connect(DwI2c::new(chip.i2c(4, 5), HERTZ)))
    };
    board
}

/// Sends bytes, whatever happened before.
pub fn emergency(chip: &Rp, bytes: &[u8]) {
    let mut serial = serial(chip);
    bytes.iter().for_each(|&byte| serial.write(byte));
    serial.flush();
}
