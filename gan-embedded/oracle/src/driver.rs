//! The drivers of gan-embedded, on the registers of [`bus`](crate::bus).
#![allow(dead_code)]

#[path = "../../src/driver/port.rs"]
mod port;
#[path = "../../src/driver/wired.rs"]
mod wired;

#[path = "../../src/driver/cmsdk_watchdog.rs"]
pub mod cmsdk_watchdog;
#[path = "../../src/driver/inbox.rs"]
pub mod inbox;
#[path = "../../src/driver/interrupt.rs"]
pub mod interrupt;
#[path = "../../src/driver/lm3s.rs"]
pub mod lm3s;
#[path = "../../src/driver/nrf51.rs"]
pub mod nrf51;
#[path = "../../src/driver/nrf51_wdt.rs"]
pub mod nrf51_wdt;
#[path = "../../src/driver/pl011.rs"]
pub mod pl011;
#[path = "../../src/driver/pl022.rs"]
pub mod pl022;
#[path = "../../src/driver/ssd0323.rs"]
pub mod ssd0323;
#[path = "../../src/driver/stm32_debug.rs"]
pub mod stm32_debug;
#[path = "../../src/driver/stm32_iwdg.rs"]
pub mod stm32_iwdg;
#[path = "../../src/driver/stm32_pins.rs"]
pub mod stm32_pins;
#[path = "../../src/driver/stm32_usart.rs"]
pub mod stm32_usart;
#[path = "../../src/driver/stm32f1.rs"]
pub mod stm32f1;
#[path = "../../src/driver/stm32f4.rs"]
pub mod stm32f4;
#[path = "../../src/driver/stm32l4.rs"]
pub mod stm32l4;

pub use crate::bus::Mmio;
pub use port::{Port, Uart};
pub use wired::{Clock, PATIENCE, Watchdog, Wired};

/// In place of the core's timer, whose registers the crate cortex-m knows.
pub mod systick {
    pub struct SysTick<const HERTZ: u32>;

    impl<const HERTZ: u32> SysTick<HERTZ> {
        pub fn new(_timer: crate::peripheral::SYST) -> Self {
            Self
        }
    }

    impl<const HERTZ: u32> super::Clock for SysTick<HERTZ> {
        const TICKS_PER_SECOND: u32 = HERTZ;

        fn ticks(&mut self) -> u64 {
            0
        }
    }
}
