//! The one board this build is for.
//!
//! Adding one: a feature in `Cargo.toml`, a module here, `memory/<board>.x`, a row in `xtask/src/boards.rs`.

#[cfg(feature = "mps2-an386")]
mod mps2_an386;
#[cfg(feature = "mps2-an386")]
pub use mps2_an386::*;

#[cfg(feature = "microbit")]
mod microbit;
#[cfg(feature = "microbit")]
pub use microbit::*;

#[cfg(feature = "riscv32")]
mod riscv32;
#[cfg(feature = "riscv32")]
pub use riscv32::*;
