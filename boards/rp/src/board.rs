//! What the boards are called.

/// The Pico, or the Pico 2.
pub struct Pico;

common::names!(Pico);
