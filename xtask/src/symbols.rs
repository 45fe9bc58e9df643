//! Whether firmware can panic, from its ELF file.

use object::{Object, ObjectSymbol};

use crate::firmware::{self, Input};
use crate::prelude::*;

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

/// Bytes of RAM under which no model is received.
const ROOM_TO_RECEIVE: u64 = 12 << 10;

/// Names of the functions that are only there because something can panic.
pub fn panics(elf: &Path) -> Result<Vec<String>> {
    let bytes = shell::read(elf)?;
    let file = object::File::parse(&*bytes).with_context(|| relative(elf))?;
    let names: Vec<_> =
        file.symbols().filter_map(|symbol| Some(symbol.name().ok()?.to_owned())).collect();
    ensure!(names.iter().any(|name| name == "main"), "{} has no symbols", relative(elf));
    Ok(names
        .into_iter()
        .filter(|name| PANICS.iter().any(|telltale| name.contains(telltale)))
        .collect())
}

/// Checks that the optimizer has proved every panic of the application away: then the linker has
/// dropped what a panic needs. Also that the check finds a panic that is planted.
pub fn check(toolchain: Toolchain, boards: &[&Board]) -> Result<()> {
    let model = vectors::default_model()?;
    let input = Input::model(&model);
    let numbers = vectors::folder().join("v3-table.gan");
    for board in boards {
        for (model, load) in [(&model, 0), (&numbers, 0), (&model, 1024)] {
            // What can be received is not known before, and its buffers are not small.
            if load > 0 && board.ram.length < ROOM_TO_RECEIVE {
                continue;
            }
            let input = Input { load, ..Input::model(model) };
            let found = panics(&firmware::build(toolchain, board, "digits", input)?)?;
            let (name, found) = (&board.name, found.join(", "));
            ensure!(found.is_empty(), "{name}: the application can panic: {found}");
        }
    }
    let plain = boards.first().context("no board")?;
    let input = Input { planted: Some("panic"), ..input };
    let found = panics(&firmware::build(toolchain, plain, "digits", input)?)?;
    ensure!(!found.is_empty(), "{}: a planted panic was not found", plain.name);
    Ok(())
}
