use gan_app::Board;

use crate::driver::pl011::Pl011;
use crate::driver::rp::RP2350;
use crate::driver::systick::SysTick;
use crate::driver::{Serial, Wired};

/// Name of the board: its cargo feature.
pub const NAME: &str = "pico2";
/// What computes.
pub const CORE: &str = "Cortex-M33";
/// A board.
pub const EMULATED: bool = false;

const HERTZ: u32 = RP2350.hertz();

/// What makes a program of it for the chip's own boot loader, which starts no other: the least there is for secure Arm code (RP2350 Datasheet, section
/// 5.9.5.1). Start; an executable for the RP2350's Arm cores, secure; the end of the items, one word; the next block is this one; end.
#[unsafe(link_section = ".start_block")]
#[used]
static IMAGE_DEFINITION: [u32; 5] = [0xFFFF_DED3, 0x1021_0142, 0x0000_01FF, 0, 0xAB12_3579];

/// UART 0 on GP0 and GP1.
fn serial() -> Pl011 {
    RP2350.start_clocks();
    Pl011::new(RP2350.uart(0, 1), HERTZ)
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
        board.with_display(oled::connect(DwI2c::new(RP2350.i2c(4, 5), HERTZ)))
    };
    board
}

/// Sends bytes, whatever happened before.
pub fn emergency(bytes: &[u8]) {
    let mut serial = serial();
    bytes.iter().for_each(|&byte| serial.write(byte));
    serial.flush();
}
