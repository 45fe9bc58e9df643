//! What the console needs of the Pico and the Pico 2, on embassy-rp.
#![no_std]

pub mod board;
#[cfg(feature = "pico2")]
pub mod flash;
pub mod ports;

common::model!();
