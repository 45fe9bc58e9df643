use gan_app::Board;

use super::nrf52::Nrf52;

/// Name of the board: its cargo feature.
pub const NAME: &str = "nrf52840-dk";
/// What computes.
pub const CORE: &str = "Cortex-M4";
/// A board.
pub const EMULATED: bool = false;

/// The J-Link's serial port on P0.06 and P0.08; a display on P0.26 and P0.27, which are SDA and SCL
/// of the header.
type This = Nrf52<6, 8, 26, 27>;

/// Switches it on. Once.
pub fn start() -> impl Board {
    This::start()
}

/// Sends bytes, whatever happened before.
pub fn emergency(bytes: &[u8]) {
    This::emergency(bytes);
}
