//! The one board this build is for.
//!
//! Every module has `NAME` and `CORE`; `start`, which gives the application what it needs; and
//! `emergency`, which sends bytes over the serial port whatever happened before.

/// What several boards have in common.
#[cfg(any(
    feature = "mps2-an385",
    feature = "mps2-an386",
    feature = "mps2-an500",
    feature = "mps2-an505",
    feature = "mps3-an547",
    feature = "an385-m0"
))]
mod mps2;
#[cfg(any(feature = "riscv32", feature = "riscv32imc"))]
mod virt;

#[cfg(feature = "mps2-an385")]
mod mps2_an385;
#[cfg(feature = "mps2-an385")]
pub use mps2_an385::*;

#[cfg(feature = "mps2-an386")]
mod mps2_an386;
#[cfg(feature = "mps2-an386")]
pub use mps2_an386::*;

#[cfg(feature = "mps2-an500")]
mod mps2_an500;
#[cfg(feature = "mps2-an500")]
pub use mps2_an500::*;

#[cfg(feature = "mps2-an505")]
mod mps2_an505;
#[cfg(feature = "mps2-an505")]
pub use mps2_an505::*;

#[cfg(feature = "mps3-an547")]
mod mps3_an547;
#[cfg(feature = "mps3-an547")]
pub use mps3_an547::*;

#[cfg(feature = "an385-m0")]
mod an385_m0;
#[cfg(feature = "an385-m0")]
pub use an385_m0::*;

#[cfg(feature = "microbit")]
mod microbit;
#[cfg(feature = "microbit")]
pub use microbit::*;

#[cfg(feature = "lm3s6965evb")]
mod lm3s6965evb;
#[cfg(feature = "lm3s6965evb")]
pub use lm3s6965evb::*;

#[cfg(feature = "netduinoplus2")]
mod netduinoplus2;
#[cfg(feature = "netduinoplus2")]
pub use netduinoplus2::*;

#[cfg(feature = "riscv32")]
mod riscv32;
#[cfg(feature = "riscv32")]
pub use riscv32::*;

#[cfg(feature = "riscv32imc")]
mod riscv32imc;
#[cfg(feature = "riscv32imc")]
pub use riscv32imc::*;
