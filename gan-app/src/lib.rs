//! The application of the firmware: a line console on a serial port, and a display if there is one.
//!
//! The application knows a board only through the trait [`Board`], so the same code runs on a
//! microcontroller, in QEMU and, as the example `simulator`, on a host. It allocates nothing and
//! does not panic: the caller lends it the [`Memory`].
//!
//! | module | owns |
//! |---|---|
//! | [`board`] | what the application asks of a board |
//! | [`admit`] | what is taken as a model |
//! | [`command`] | the language of the console |
//! | [`app`] | what each command does, and when an idle board draws |
//! | `show` | an image as text, as PGM, on the display |
//! | [`memory`] | the buffers that are lent to it |
//! | [`partition`] | a model that lies in flash by itself |
//! | `receive` | bytes that come over the console |
//! | [`serve`](mod@serve) | which model runs: the one in flash, or one received over the console |
//! | [`buffers`] | all of that memory in one static |

#![no_std]
#![forbid(unsafe_code)]

pub mod admit;
pub mod app;
pub mod board;
pub mod buffers;
pub mod command;
mod line;
pub mod memory;
pub mod partition;
mod receive;
pub mod serve;
mod show;

pub use admit::{ADMIT, Admit, admit_all};
pub use app::App;
pub use board::{Board, NoDisplay, Stack};
pub use buffers::Buffers;
pub use memory::Memory;
pub use serve::{Slots, serve, serve_with_slots};
