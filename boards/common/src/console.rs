//! The board as gan-app sees it: a serial port, a clock, and perhaps a display.

use core::marker::PhantomData;

use embassy_time::{Duration, Instant, TICK_HZ};
use embedded_graphics_core::draw_target::DrawTarget;
use gan_app::{Board, NoDisplay, Stack};

use crate::display::Display;
use crate::port::{INPUT, Port};

/// Time after which a watchdog restarts a board whose application has stopped. That of an RP2040
/// counts to 8.3 s.
pub const PATIENCE: Duration = Duration::from_secs(8);

/// The name of a board, and what it says of its processor.
pub trait Names {
    /// The board's name, which is also its cargo feature.
    const NAME: &'static str;
    /// Its processor core.
    const CORE: &'static str;
    /// The core's clock.
    const HERTZ: u32;
}

/// Names a board's type as `boards.toml` does, whose words the package's `build.rs` hands over.
#[macro_export]
macro_rules! names {
    ($board:ty) => {
        impl $crate::Names for $board {
            const NAME: &'static str = env!("GAN_BOARD");
            const CORE: &'static str = env!("GAN_CORE");
            const HERTZ: u32 = $crate::model::number(env!("GAN_HERTZ")) as u32;
        }
    };
}

/// The board. The tasks of [`port`](crate::port) must run in an interrupt.
#[derive(Debug)]
pub struct Console<N, D = NoDisplay, F = fn()> {
    port: Port,
    display: Option<D>,
    feed: F,
    names: PhantomData<N>,
}

impl<N: Names, D: Display, F: FnMut()> Console<N, D, F> {
    /// A board with this port, and this display if one has answered. `feed` has the watchdog wait
    /// for [`PATIENCE`] anew. It runs in `main`, not in a task: a task may run while `main` hangs.
    pub fn new(port: Port, display: Option<D>, feed: F) -> Self {
        Self { port, display, feed, names: PhantomData }
    }
}

impl<N: Names, D: Display, F: FnMut()> Board for Console<N, D, F> {
    const NAME: &'static str = N::NAME;
    const CORE: &'static str = N::CORE;
    const TICKS_PER_SECOND: u32 = TICK_HZ as u32;
    const CORE_HERTZ: u32 = N::HERTZ;

    type Port = Port;
    type Color = <D as DrawTarget>::Color;
    type Display = D;

    fn port(&mut self) -> &mut Port {
        &mut self.port
    }

    fn ticks(&mut self) -> u64 {
        Instant::now().as_ticks()
    }

    fn display(&mut self) -> Option<&mut D> {
        self.display.as_mut()
    }

    fn refresh(&mut self) {
        if let Some(display) = &mut self.display {
            display.show();
        }
    }

    /// The ports' interrupts wake the core, and twice a second that of a timer.
    fn sleep(&mut self) {
        sleep_unless(|| !INPUT.is_empty());
    }

    fn alive(&mut self) {
        (self.feed)();
    }

    #[cfg(any(target_arch = "arm", target_arch = "riscv32"))]
    fn stack(&self) -> Option<Stack> {
        Some(gan_guard::stack::measure())
    }

    #[cfg(not(any(target_arch = "arm", target_arch = "riscv32")))]
    fn stack(&self) -> Option<Stack> {
        None
    }
}

/// Guards the stack against running over, and begins to measure it. Call this first in `main`.
pub fn prepare_stack() {
    #[cfg(target_arch = "arm")]
    gan_guard::guard_stack();
    #[cfg(any(target_arch = "arm", target_arch = "riscv32"))]
    gan_guard::stack::paint();
}

/// Sleeps until an interrupt comes, unless there is something to do. An interrupt that comes after
/// `ready` was asked wakes the core too: on Arm it sets the event that WFE waits for.
#[cfg(target_arch = "arm")]
pub fn sleep_unless(ready: impl Fn() -> bool) {
    if !ready() {
        cortex_m::asm::wfe();
    }
}

/// Sleeps until an interrupt comes, unless there is something to do. An interrupt that comes after
/// `ready` was asked wakes the core too: it stays pending during a critical section, and WFI wakes
/// for a pending interrupt.
#[cfg(target_arch = "riscv32")]
pub fn sleep_unless(ready: impl Fn() -> bool) {
    critical_section::with(|_| {
        if !ready() {
            riscv::asm::wfi();
        }
    });
}

/// Lets other threads run. Tests on a host use this in place of sleep.
#[cfg(not(any(target_arch = "arm", target_arch = "riscv32")))]
pub fn sleep_unless(_: impl Fn() -> bool) {
    core::hint::spin_loop();
}
