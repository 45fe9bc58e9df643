//! The board as gan-app sees it: a serial port, which is one of two, a clock and perhaps a display.

use core::sync::atomic::Ordering;

use embassy_time::{Duration, Instant, TICK_HZ};
use embedded_graphics_core::draw_target::DrawTarget;
use gan_app::{Board, Stack};

use crate::ports::{Bytes, INPUT, TO_UART, TO_USB, USB_OPEN};

#[cfg(feature = "oled")]
use crate::display::Oled as Display;
#[cfg(not(feature = "oled"))]
use gan_app::NoDisplay as Display;

/// A terminal that takes no byte for so long is taken for closed: a program that opened the port
/// and does not read must not stop the board.
const PATIENCE: Duration = Duration::from_millis(1000);

/// The board. [`ports::run`](crate::ports::run) must run in an interrupt.
pub struct Pico {
    /// The display, if one has answered.
    pub display: Option<Display>,
}

impl Pico {
    /// Sleeps until an interrupt comes, unless bytes wait to be read. Call this between two steps
    /// of the application.
    pub fn sleep(&mut self) {
        if INPUT.is_empty() {
            cortex_m::asm::wfe();
        }
    }
}

impl Board for Pico {
    const NAME: &'static str = if cfg!(feature = "pico2") { "pico2" } else { "pico" };
    const CORE: &'static str = if cfg!(feature = "pico2") { "Cortex-M33" } else { "Cortex-M0+" };
    const TICKS_PER_SECOND: u32 = TICK_HZ as u32;

    type Color = <Display as DrawTarget>::Color;
    type Display = Display;

    fn read(&mut self) -> Option<u8> {
        let mut byte = [0];
        INPUT.try_read(&mut byte).is_ok().then_some(byte[0])
    }

    fn write(&mut self, bytes: &[u8]) {
        if USB_OPEN.load(Ordering::Acquire) {
            if !send(&TO_USB, bytes, || USB_OPEN.load(Ordering::Acquire)) {
                USB_OPEN.store(false, Ordering::Release);
            }
        } else {
            send(&TO_UART, bytes, || true);
        }
    }

    fn ticks(&mut self) -> u64 {
        Instant::now().as_ticks()
    }

    fn display(&mut self) -> Option<&mut Display> {
        self.display.as_mut()
    }

    #[cfg(feature = "oled")]
    fn refresh(&mut self) {
        if let Some(display) = &mut self.display {
            // A display that no longer answers stays dark.
            let _ = display.flush();
        }
    }

    fn stack(&self) -> Option<Stack> {
        None
    }
}

/// Puts bytes into a pipe, as long as the port is `open`, and waits for room. Returns whether the
/// port has taken them in time.
fn send(pipe: &Bytes, mut bytes: &[u8], open: impl Fn() -> bool) -> bool {
    let mut moved = Instant::now();
    while !bytes.is_empty() && open() {
        match pipe.try_write(bytes) {
            Ok(count) => {
                bytes = bytes.get(count..).unwrap_or_default();
                moved = Instant::now();
            }
            Err(_) if moved.elapsed() > PATIENCE => return false,
            // The interrupt in which the port takes bytes wakes this, and if it takes none, the
            // LED's.
            Err(_) => cortex_m::asm::wfe(),
        }
    }
    true
}
