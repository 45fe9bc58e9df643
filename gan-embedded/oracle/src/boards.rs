//! The modules of gan-embedded's boards, each with the test that compares it with its chip's PAC.
#![allow(dead_code)]

use embedded_io::{Read, ReadReady};
use gan_app::Board;

use crate::driver::inbox::CAPACITY;
use crate::{asm, bus, peripheral};

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

/// The write that enables an interrupt.
fn enabled(number: u16) -> bus::Write {
    (peripheral::ISER + usize::from(number / 32 * 4), 1 << (number % 32))
}

/// Checks a board that receives by the interrupt of this number: what comes while the application
/// is busy waits, as far as there is room, the core sleeps only if nothing does, and a number that
/// the board did not enable is none of its own. The register `data` has the bytes, and the bits
/// `came` tell of one.
fn receives_by_interrupt(
    board: &mut impl Board,
    interrupt: fn(i16) -> bool,
    number: u16,
    (data, came): (usize, bus::Write),
) {
    let sleeps = |board: &mut _| {
        let before = asm::SLEPT.get();
        Board::sleep(board);
        asm::SLEPT.get() > before
    };
    let number = i16::try_from(number).expect("the number of a device's interrupt");
    assert!(!has_received(board) && sleeps(board));
    let typed: Vec<u8> = (0..CAPACITY + 9).map(|byte| byte as u8).collect();
    let (first, second) = typed.split_at(CAPACITY / 2);
    for part in [first, second] {
        bus::send(data, came, part);
        assert!(interrupt(number));
    }
    assert!(has_received(board) && !sleeps(board));
    for &byte in &typed[..CAPACITY] {
        assert!(has_received(board));
        assert_eq!(take(board), byte);
    }
    assert!(!has_received(board) && sleeps(board));
    for other in [number + 1, -1, -12] {
        assert!(!interrupt(other));
    }
}

/// Takes what came.
fn take(board: &mut impl Board) -> u8 {
    let mut byte = [0];
    assert_eq!(board.port().read(&mut byte).ok(), Some(1));
    byte[0]
}
