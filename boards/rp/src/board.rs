//! The names of the boards, and their watchdog.

use common::console::PATIENCE;
use embassy_rp::Peri;
use embassy_rp::peripherals::WATCHDOG;
use embassy_rp::watchdog::Watchdog;

/// The Pico or the Pico 2, by whose name the console greets.
pub struct Pico;

common::names!(Pico);

/// Starts the watchdog, and returns what feeds it. It waits while a debug probe has stopped the
/// core.
pub fn watchdog(watchdog: Peri<'static, WATCHDOG>) -> impl FnMut() {
    let mut watchdog = Watchdog::new(watchdog);
    watchdog.pause_on_debug(true);
    watchdog.start(PATIENCE);
    move || watchdog.feed(PATIENCE)
}
