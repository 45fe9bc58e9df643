use gan_app::Board;

use super::nrf52::Nrf52;

/// Name of the board: its cargo feature.
pub const NAME: &str = "microbit-v2";
/// What computes.
pub const CORE: &str = "Cortex-M4";
/// A board.
pub const EMULATED: bool = false;

/// The serial port of the USB chip on P0.06 and P1.08; a display on P1.00 and P0.26, which are SDA
/// (20) and SCL (19) of the edge connector.
type This = Nrf52<6, 40, 32, 26>;

/// Switches it on. Once.
pub fn start() -> impl Board {
    This::start()
}

/// Sends bytes, whatever happened before.
pub fn emergency(bytes: &[u8]) {
    This::emergency(bytes);
}
