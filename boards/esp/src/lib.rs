//! What the console needs of the ESP32-C3, on esp-hal.
#![no_std]

pub mod board;

common::model!();
