//! What it costs a device to check the signature of a model.

use anyhow::{Context, Result, ensure};

use super::{of_each_core, program};
use crate::boards::Board;
use crate::firmware::{self, Input};
use crate::setup;
use crate::vectors;

/// Prints, for each core, the instructions of a check and the milliseconds that these take at
/// 48 MHz if each takes a cycle.
pub fn run(boards: &[&'static Board]) -> Result<()> {
    const HERTZ: f64 = 48e6;
    let toolchain = setup::firmware(boards)?;
    let models = [vectors::folder().join("v1-tiny.gan"), vectors::default_model()?];
    println!("{:<12} {:<16} {:>7} {:>13} {:>6}", "board", "core", "bytes", "instructions", "ms");
    for board in of_each_core(boards) {
        if board.stack.length < firmware::SIGNATURE_STACK {
            println!(
                "{:<12} SKIPPED: {} bytes of stack are too few",
                board.name, board.stack.length
            );
            continue;
        }
        for model in &models {
            let input = Input::model(model);
            let elf = firmware::build(toolchain, board, "verify", input)?;
            let (instructions, lines) = program(board, &elf).with_context(|| board.name.clone())?;
            let said = lines.first().map(String::as_str).unwrap_or_default();
            let bytes =
                said.strip_prefix("refused: true, ").and_then(|rest| rest.split(' ').next());
            ensure!(bytes.is_some(), "{}: the check says {lines:?}", board.name);
            println!(
                "{:<12} {:<16} {:>7} {instructions:>13} {:>6.0}",
                board.name,
                board.core,
                bytes.unwrap_or_default(),
                instructions as f64 / HERTZ * 1000.0
            );
        }
    }
    Ok(())
}
