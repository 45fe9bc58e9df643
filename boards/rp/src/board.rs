//! What the boards are called.

use common::Names;

/// The Pico, or the Pico 2.
pub struct Pico;

impl Names for Pico {
    const NAME: &'static str = if cfg!(feature = "pico2") { "pico2" } else { "pico" };
    const CORE: &'static str = if cfg!(feature = "pico2") { "Cortex-M33" } else { "Cortex-M0+" };
}
