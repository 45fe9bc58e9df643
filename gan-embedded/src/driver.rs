//! Serial ports, clocks and displays of microcontrollers, as far as the application needs them: a
//! byte in, a byte out, ticks, pixels.

mod mmio;
mod port;
mod wired;

pub mod cmsdk_uart;
#[cfg(target_arch = "arm")]
pub mod cmsdk_watchdog;
#[cfg(target_arch = "arm")]
pub mod inbox;
#[cfg(target_arch = "arm")]
pub mod interrupt;
#[cfg(target_arch = "arm")]
pub mod lm3s;
pub mod mtime;
#[cfg(target_arch = "arm")]
pub mod nrf51;
#[cfg(target_arch = "arm")]
pub mod nrf51_wdt;
pub mod ns16550;
pub mod pl011;
pub mod pl022;
pub mod ssd0323;
pub mod stm32_debug;
pub mod stm32_iwdg;
pub mod stm32_pins;
#[cfg(target_arch = "arm")]
pub mod stm32_usart;
pub mod stm32f1;
pub mod stm32f4;
pub mod stm32l4;
#[cfg(target_arch = "arm")]
pub mod systick;

pub use mmio::Mmio;
pub use port::{Port, Uart};
pub use wired::{Clock, PATIENCE, Watchdog, Wired};
