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

/// The writes that start the watchdog of an STM32 for eight seconds, and feed it once.
#[cfg(any(feature = "b-l475e-iot01a", feature = "netduinoplus2", feature = "stm32vldiscovery"))]
fn watchdog() -> [bus::Write; 5] {
    use stm32_metapac::IWDG;
    use stm32_metapac::iwdg::regs::{Kr, Pr, Rlr};
    use stm32_metapac::iwdg::vals::{self, Key};
    let key = |key| (IWDG.kr().as_ptr() as usize, bits(Kr(0), |kr| kr.set_key(key)).0);
    let divided = bits(Pr(0), |pr| pr.set_pr(vals::Pr::DIVIDE_BY256));
    // 32 kHz / 256 = 125 Hz.
    let reload = bits(Rlr(0), |rlr| rlr.set_rl(8 * 125));
    [
        key(Key::START),
        key(Key::ENABLE),
        (IWDG.pr().as_ptr() as usize, divided.0),
        (IWDG.rlr().as_ptr() as usize, reload.0),
        key(Key::RESET),
    ]
}

/// While the watchdog takes its time over, the driver waits.
#[cfg(any(feature = "b-l475e-iot01a", feature = "netduinoplus2", feature = "stm32vldiscovery"))]
#[test]
#[should_panic(expected = "the driver waits for 0x4000300c")]
fn a_watchdog_is_waited_for() {
    use stm32_metapac::IWDG;
    use stm32_metapac::iwdg::regs::Sr;
    bus::hold((IWDG.sr().as_ptr() as usize, bits(Sr(0), |sr| sr.set_rvu(true)).0));
    crate::driver::stm32_iwdg::Iwdg::start();
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
