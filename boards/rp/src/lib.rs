//! What the console needs of the Pico and the Pico 2, on embassy-rp.
//!
//! The application computes in `main`: an image takes milliseconds. All that must answer sooner
//! runs in interrupts, in the task of [`ports`]:
//!
//! ```text
//!  USB serial --+                                        +--> USB serial, while a terminal is open
//!               +--> INPUT --> gan-app --> board.rs --+--+
//!  UART 0 ------+      (in main, asleep without input)   +--> UART 0, while none is
//! ```
#![no_std]

pub mod board;
#[cfg(feature = "oled")]
pub mod display;
pub mod model;
pub mod ports;

pub use board::Pico;
