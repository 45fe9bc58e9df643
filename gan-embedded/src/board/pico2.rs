use gan_app::Board;

use super::rp;
use crate::driver::rp::RP2350;

/// Name of the board: its cargo feature.
pub const NAME: &str = "pico2";
/// What computes.
pub const CORE: &str = "Cortex-M33";
/// A board.
pub const EMULATED: bool = false;

/// What makes a program of it for the chip's own boot loader, which starts no other: the least
/// there is for secure Arm code (RP2350 Datasheet, section 5.9.5.1). Start; an executable for the
/// RP2350's Arm cores, secure; the end of the items, one word; the next block is this one; end.
#[unsafe(link_section = ".start_block")]
#[used]
static IMAGE_DEFINITION: [u32; 5] = [0xFFFF_DED3, 0x1021_0142, 0x0000_01FF, 0, 0xAB12_3579];

/// Switches it on. Once.
pub fn start() -> impl Board {
    rp::start::<{ RP2350.hertz() }>(&RP2350)
}

/// Sends bytes, whatever happened before.
pub fn emergency(bytes: &[u8]) {
    rp::emergency(&RP2350, bytes);
}
