//! Checks that a watchdog restarts an application that hangs, in QEMU's models of three watchdogs.

use super::session;
use crate::firmware::{self, Input};
use crate::prelude::*;

/// Boards of each watchdog that QEMU has a model of, and whether the watchdog tells before it
/// resets the board: by the non-maskable interrupt.
pub const BOARDS: [(&str, bool); 4] =
    [("mps2-an386", true), ("mps2-an505", true), ("mps3-an547", true), ("lm3s6965evb", false)];
/// An instruction takes 128 ns of the board's time. QEMU makes more of them in a second than that,
/// so that the seconds of a watchdog pass sooner than ours.
const ICOUNT: &[&str] = &["-icount", "shift=7,sleep=off"];

/// Plants a hang after the greeting. The board has to greet a second time.
pub fn check(toolchain: Toolchain, board: &Board, tells: bool) -> Result<()> {
    let model = vectors::default_model()?;
    let input = Input { planted: Some("hang"), ..Input::model(&model) };
    let elf = firmware::build(toolchain, board, "digits", input)?;
    let (mut session, first) = session::open(board, &elf, ICOUNT)?;
    if tells {
        session.until(b": nothing happened for 16 s; a reset follows in 16 s\r\n")?;
    }
    let second = session.greeting().context("no reset")?;
    ensure!(second.ends_with(&first), "after a reset it greets with {second:?}");
    println!("console {}: its watchdog ends a hang", board.name);
    Ok(())
}
