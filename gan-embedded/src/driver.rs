//! Serial ports and clocks of microcontrollers, as far as the application needs them: a byte in, a byte out, ticks.

mod mmio;
mod wired;

pub mod cmsdk_uart;
pub mod mtime;
pub mod nrf51;
pub mod ns16550;
#[cfg(target_arch = "arm")]
pub mod systick;

pub use mmio::Mmio;
pub use wired::{Clock, Serial, Wired};
