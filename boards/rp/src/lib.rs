//! What the console needs of the Pico and the Pico 2, on embassy-rp.
#![no_std]

pub mod board;
pub mod ports;

common::model!();
