//! Counts what it costs a device to check the signature of a model.

use super::{of_each_core, program};
use crate::firmware::{self, Input};
use crate::prelude::*;
use crate::setup;

/// Prints, for each core, the instructions of a check and the milliseconds that these take at
/// 48 MHz if each takes a cycle.
pub fn run(boards: &[&'static Board]) -> Result<()> {
    const HERTZ: f64 = 48e6;
    let toolchain = setup::firmware(boards)?;
    let models = [vectors::folder().join("v1-tiny.gan"), vectors::default_model()?];
    println!("{:<12} {:<16} {:>7} {:>13} {:>6}", "board", "core", "bytes", "instructions", "ms");
    for board in of_each_core(boards) {
        if board.stack.length < firmware::SIGNATURE_STACK {
            let (name, stack) = (&board.name, board.stack.length);
            println!("{name:<12} SKIPPED: {stack} bytes of stack are too few");
            continue;
        }
        for model in &models {
            let input = Input::model(model);
            let elf = firmware::build(toolchain, board, "verify", input)?;
            let (instructions, lines) = program(board, &elf).with_context(|| board.name.clone())?;
            let said = lines.first().and_then(|line| line.strip_prefix("refused: true, "));
            let Board { name, core, .. } = board;
            let said = said.with_context(|| format!("{name}: the check says {lines:?}"))?;
            let bytes = said.split(' ').next().unwrap_or_default();
            let ms = instructions as f64 / HERTZ * 1000.0;
            println!("{name:<12} {core:<16} {bytes:>7} {instructions:>13} {ms:>6.0}");
        }
    }
    Ok(())
}
