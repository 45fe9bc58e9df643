//! The modules of gan-embedded's boards, each with the test that compares it with its chip's PAC.
#![allow(dead_code)]

use embedded_io::{Read, ReadReady};
use gan_app::Board;

#[cfg(feature = "b-l475e-iot01a")]
mod b_l475e_iot01a;
#[cfg(feature = "lm3s6965evb")]
mod lm3s6965evb;
#[cfg(feature = "microbit")]
mod microbit;
#[cfg(feature = "netduinoplus2")]
mod netduinoplus2;
#[cfg(feature = "stm32vldiscovery")]
mod stm32vldiscovery;

/// The bits of a register: all zero, but for what `set` does by the names that the PAC has.
#[allow(unused)]
fn bits<T>(mut register: T, set: impl FnOnce(&mut T)) -> T {
    set(&mut register);
    register
}

/// Whether the board says that something came.
fn has_received(board: &mut impl Board) -> bool {
    board.port().read_ready().expect("a UART without errors")
}

/// Takes what came.
fn take(board: &mut impl Board) -> u8 {
    let mut byte = [0];
    assert_eq!(board.port().read(&mut byte).ok(), Some(1));
    byte[0]
}
