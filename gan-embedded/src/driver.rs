//! Serial ports, clocks and displays of microcontrollers, as far as the application needs them: a
//! byte in, a byte out, ticks, pixels.

mod bus;
mod mmio;
mod wired;

pub mod cmsdk_uart;
#[cfg(feature = "esp32-c3")]
pub mod esp32c3;
#[cfg(target_arch = "arm")]
pub mod lm3s;
pub mod mtime;
pub mod nrf51;
pub mod nrf52;
pub mod ns16550;
#[cfg(feature = "oled")]
pub mod oled;
pub mod pl011;
pub mod pl022;
pub mod ssd0323;
pub mod stm32;
pub mod stm32_usart;
pub mod stm32f4;
pub mod stm32f411;
pub mod stm32h7;
#[cfg(target_arch = "arm")]
pub mod systick;

pub use bus::{Bus, NoAnswer};
pub use mmio::Mmio;
pub use wired::{Clock, Refresh, Serial, Wired};
