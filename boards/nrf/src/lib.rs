//! What the console needs of the nRF52840-DK and the micro:bit v2, on embassy-nrf.
#![no_std]

pub mod board;

common::model!();
