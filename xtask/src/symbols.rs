//! Whether firmware can panic, and whether a panic has a message, from its ELF file.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use object::{Object, ObjectSymbol};

use crate::boards::Board;
use crate::firmware::{self, Input};
use crate::setup::Toolchain;
use crate::{shell, vectors};

/// What every panic needs: the functions of core that begin one, the handler, what formats its
/// message.
const PANICS: &[&str] = &[
    "panicking",
    "rust_begin_unwind",
    "unwrap_failed",
    "expect_failed",
    "slice_error_fail",
    "PanicInfo",
    "PanicMessage",
];
/// How every message of a panic begins. What formats one has no symbol of its own: it is inlined
/// into the handler.
const MESSAGE: &[u8] = b"panicked at ";

/// Whether a panic's message is formatted.
fn has_message(elf: &Path) -> Result<bool> {
    let bytes = fs::read(elf).with_context(|| shell::relative(elf))?;
    Ok(bytes.windows(MESSAGE.len()).any(|window| window == MESSAGE))
}

/// Names of the functions that are only there because something can panic.
fn panics(elf: &Path) -> Result<Vec<String>> {
    let bytes = fs::read(elf).with_context(|| shell::relative(elf))?;
    let file = object::File::parse(&*bytes).with_context(|| shell::relative(elf))?;
    let names: Vec<_> =
        file.symbols().filter_map(|symbol| Some(symbol.name().ok()?.to_owned())).collect();
    ensure!(names.iter().any(|name| name == "main"), "{} has no symbols", shell::relative(elf));
    Ok(names
        .into_iter()
        .filter(|name| PANICS.iter().any(|telltale| name.contains(telltale)))
        .collect())
}

/// Checks that the optimizer has proved every panic of the application away: then the linker has
/// dropped what a panic needs. With a display, whose driver takes slices, that no panic has a
/// message. Also that each of the two checks finds what is planted.
pub fn check(toolchain: Toolchain, boards: &[&Board]) -> Result<()> {
    let model = vectors::default_model()?;
    let input = Input::model(&model);
    let numbers = vectors::folder().join("v3-table.gan");
    for board in boards {
        for (model, load) in [(&model, 0), (&model, 1024), (&numbers, 0)] {
            let input = Input { load, ..Input::model(model) };
            let found = panics(&firmware::build(toolchain, board, "digits", input)?)?;
            ensure!(
                found.is_empty(),
                "{}: the application can panic: {}",
                board.name,
                found.join(", ")
            );
        }
        if board.oled {
            let elf = firmware::build(toolchain, board, "digits", Input { oled: true, ..input })?;
            ensure!(!has_message(&elf)?, "{}: a panic has a message", board.name);
        }
    }
    let plain = boards.first().context("no board")?;
    let planted =
        firmware::build(toolchain, plain, "digits", Input { planted: Some("panic"), ..input })?;
    if panics(&planted)?.is_empty() {
        bail!("{}: a planted panic was not found", plain.name);
    }
    if let Some(board) = boards.iter().find(|board| board.oled) {
        let planted = firmware::build(
            toolchain,
            board,
            "digits",
            Input { planted: Some("message"), oled: true, ..input },
        )?;
        if !has_message(&planted)? {
            bail!("{}: a planted message was not found", board.name);
        }
    }
    Ok(())
}
