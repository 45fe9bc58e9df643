//! Firmware that runs a `.gan` blob.
//!
//! The application is [`gan_app`], which knows no hardware; `src/bin/digits.rs` starts it. The
//! programs in `checks/`, a package of its own, run in QEMU and talk to the host over semihosting
//! (feature `semihosting`). Under them:
//!
//! - [`model`]: the blob, put into flash by `build.rs`, and the size of every buffer it needs,
//!   known at build time.
//! - [`about`]: what `boards.toml` says of the board that was chosen with a cargo feature.
//! - [`board`]: that board's drivers.
//! - [`driver`]: serial ports and clocks that several boards have.
//! - [`arch`]: the start-up code of a core family, shared by its boards.
//! - [`stack`]: how much of the stack was used. It is gan-guard's, as are the stack's guard and
//!   the report of faults on Cortex-M, because the boards on HALs have them too.
//! - [`fatal`](fn@fatal): the end of a program that cannot go on.
//!
//! There is no heap. All RAM is statics and a stack of fixed size, and the linker knows both.
#![no_std]

pub mod about;
pub mod arch;
pub mod board;
#[cfg(feature = "semihosting")]
pub mod console;
pub mod driver;
mod fatal;
pub mod model;

pub use arch::entry;
pub use gan_guard::{fatal, stack};
