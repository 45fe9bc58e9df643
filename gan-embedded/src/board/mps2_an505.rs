use gan_app::Board;

use super::mps2::Mps2;

/// Name of the board: its cargo feature.
pub const NAME: &str = "mps2-an505";
/// What computes.
pub const CORE: &str = "Cortex-M33";
/// UART 0 at its secure address, and the core's clock.
type This = Mps2<0x5020_0000, 20_000_000>;

/// Switches it on. Once.
pub fn start() -> impl Board {
    This::start()
}

/// Sends bytes, whatever happened before.
pub fn emergency(bytes: &[u8]) {
    This::emergency(bytes);
}
