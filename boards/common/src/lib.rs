//! What the consoles of the boards on HALs have in common.
//!
//! The application computes in `main`, where an image takes milliseconds. All that must answer
//! sooner is a task, and an executor runs the tasks in an interrupt. Bytes wait in pipes between
//! the two, so that nothing is lost that is typed while an image is made:
//!
//! ```text
//!  USB serial --+                                     +--> USB serial, while somebody reads it
//!               +--> INPUT --> gan-app --> port.rs ---+
//!  UART --------+      (in main, asleep without input) +--> UART
//! ```
//!
//! | module | owns |
//! |---|---|
//! | [`port`] | the pipes, the tasks that fill and empty them, and the serial port made of them |
//! | [`console`] | the board as gan-app sees it, and how it sleeps |
//! | [`display`] | displays, by their drivers' crates |
//! | [`fatal`](mod@fatal) | what a panic and a fault do |
//! | [`leds`] | an image on 5x5 LEDs |
//! | [`mod@model`] | the model that a console carries, and the memory that it needs |
#![no_std]

pub mod console;
pub mod display;
pub mod fatal;
pub mod leds;
pub mod model;
pub mod port;

pub use console::{Console, Names, prepare_stack};
pub use gan_app;
pub use gan_core;
pub use gan_guard;
pub use static_cell;
