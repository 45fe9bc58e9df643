//! The application of the firmware: a line console on a serial port, and a display if there is one.
//!
//! It knows nothing of any board but what [`Board`] says, so the same code runs on a
//! microcontroller, in QEMU and, as the example `simulator`, on a host. Everything is static: the
//! caller lends the [`Memory`], and nothing allocates or panics.
//!
//! | module | owns |
//! |---|---|
//! | [`board`] | what the application asks of a board |
//! | [`command`] | the language of the console |
//! | [`app`] | what each command does, and when an idle board draws |
//! | `show` | an image as text, as PGM, on the display |
//! | [`memory`] | the buffers that are lent to it |
//! | [`serve`](mod@serve) | which model runs: the one in flash, or one received over the console |

#![no_std]
#![forbid(unsafe_code)]

pub mod app;
pub mod board;
pub mod command;
mod line;
pub mod memory;
pub mod serve;
mod show;

pub use app::App;
pub use board::{Board, NoDisplay, Stack};
pub use memory::Memory;
pub use serve::{Slots, serve, serve_with_slots};
