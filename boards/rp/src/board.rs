//! The names of the boards.

/// The Pico or the Pico 2, by whose name the console greets.
pub struct Pico;

common::names!(Pico);
