use gan_app::Board;

use super::mps2::Mps2;

/// Name of the board: its cargo feature.
pub const NAME: &str = "an385-m0";
/// What computes.
pub const CORE: &str = "Cortex-M0 code on a Cortex-M3";
/// UART 0, and the core's clock.
type This = Mps2<0x4000_4000, 25_000_000>;

/// Switches it on. Once.
pub fn start() -> impl Board {
    This::start()
}

/// Sends bytes, whatever happened before.
pub fn emergency(bytes: &[u8]) {
    This::emergency(bytes);
}
