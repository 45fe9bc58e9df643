//! Measures flash, RAM and stack of the application, for each board and model.

use crate::boards::emulated;
use crate::console;
use crate::firmware::Input;
use crate::prelude::*;
use crate::room;
use crate::sections::grouped;

/// Prints a line for each board and model: what is used, what is left, and, where QEMU runs it, the
/// most that the stack has held when images, the grid and the information have been drawn.
pub fn table(toolchain: Toolchain, boards: &[&Board], models: &[PathBuf]) -> Result<()> {
    println!("the application, bytes");
    println!(
        "{:<15} {:<12} {:>10} {:>10} {:>8} {:>10} {:>7} {:>11}",
        "board", "model", "flash", "left", "RAM", "left", "stack", "of it used"
    );
    let runs = emulated();
    for board in boards {
        let [flash, ram, stack] = [board.flash, board.ram, board.stack].map(|region| region.length);
        for model in models {
            let name = model.file_stem().unwrap_or_default().display().to_string();
            let (elf, size) = match room::build(toolchain, board, Input::model(model)) {
                Ok(built) => built,
                Err(error) => {
                    println!("{:<15} {name:<12} {}", board.name, first_reason(&error.to_string()));
                    continue;
                }
            };
            let used = if runs.contains(board) {
                let used = stack_used(board, &elf);
                grouped(used.with_context(|| format!("{} {name}", board.name))?)
            } else {
                "-".into()
            };
            println!(
                "{:<15} {name:<12} {:>10} {:>10} {:>8} {:>10} {:>7} {used:>11}",
                board.name,
                grouped(size.flash()),
                grouped(flash.saturating_sub(size.flash())),
                grouped(size.ram()),
                grouped(ram.saturating_sub(size.ram())),
                grouped(stack)
            );
        }
    }
    Ok(())
}

/// Returns the part of a refusal that says how much is too much. `cargo xtask firmware` says what
/// would fit.
fn first_reason(refusal: &str) -> &str {
    let from = refusal.find("does not fit").unwrap_or(0);
    refusal[from..].split(';').next().unwrap_or_default()
}

/// Bytes of stack that the application has used, as it says itself.
fn stack_used(board: &Board, elf: &Path) -> Result<u64> {
    let info = console::answers(board, elf, &["0", "grid", "bench", "info"])?;
    let line = info.lines().find_map(|line| line.strip_prefix("stack "));
    let used = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    used.with_context(|| format!("{}: no stack in {info}", relative(elf)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_short() {
        let refusal = "mnist-large does not fit microbit: 1,293,320 bytes of flash too many; \
                       of models/, digits8 would";
        assert_eq!(
            first_reason(refusal),
            "does not fit microbit: 1,293,320 bytes of flash too many"
        );
        assert_eq!(first_reason("rustc: not found"), "rustc: not found");
    }
}
