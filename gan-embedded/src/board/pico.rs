use gan_app::Board;
use rp2040_boot2::BOOT_LOADER_W25Q080;

use super::rp;
use crate::driver::rp::RP2040;

/// Name of the board: its cargo feature.
pub const NAME: &str = "pico";
/// What computes.
pub const CORE: &str = "Cortex-M0+";
/// A board.
pub const EMULATED: bool = false;

/// What the chip's own boot loader takes from the flash first: it sets up the flash to be read in
/// place, at half the core's clock.
#[unsafe(link_section = ".boot2")]
#[used]
static BOOT2: [u8; 256] = BOOT_LOADER_W25Q080;

/// Switches it on. Once.
pub fn start() -> impl Board {
    rp::start::<{ RP2040.hertz() }>(&RP2040)
}

/// Sends bytes, whatever happened before.
pub fn emergency(bytes: &[u8]) {
    rp::emergency(&RP2040, bytes);
}
