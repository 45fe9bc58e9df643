//! Which boards a task is for: those of `gan-embedded/boards.toml`, or of them those that QEMU
//! emulates here.

mod hals;

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use anyhow::{Context, Result};
pub use gan_boards::Board;

use crate::shell;
pub use hals::{folders, is_skipped};

/// Every board whose crates can be had.
pub fn all() -> Vec<&'static Board> {
    gan_boards::all().iter().filter(|board| !hals::lacks_crates(board)).collect()
}

/// The boards that QEMU emulates. Older versions of it lack some: they are told and left out.
pub fn emulated() -> Vec<&'static Board> {
    static LACKING: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
        let lacking = gan_boards::all().iter().filter(|board| lacks_machine(board));
        lacking.map(|board| board.name.as_str()).collect()
    });
    let is_there = |board: &&Board| !LACKING.contains(&board.name.as_str());
    gan_boards::all().iter().filter(|board| board.qemu.is_some()).filter(is_there).collect()
}

/// Whether the QEMU that is installed has no such machine.
fn lacks_machine(board: &Board) -> bool {
    let Some((program, machine)) = board.qemu.as_deref().and_then(|command| {
        let (program, rest) = command.split_once(" -machine ")?;
        Some((program, rest.split(' ').next()?))
    }) else {
        return false;
    };
    // One that is not installed is told when it is needed.
    let Ok(help) = shell::capture(Command::new(program).args(["-machine", "help"])) else {
        return false;
    };
    let lacks = !help.lines().any(|line| line.split(' ').next() == Some(machine));
    if lacks {
        eprintln!(
            "SKIPPED board {}: this {program} has no machine {machine}; Debian 12's backports have \
             a newer one: apt-get install -t bookworm-backports {program} (docs/testing.md)",
            board.name
        );
    }
    lacks
}

/// The boards that QEMU does not emulate.
pub fn hardware() -> Vec<&'static Board> {
    all().into_iter().filter(|board| board.qemu.is_none()).collect()
}

/// The emulated boards that `name` means: one, or all.
pub fn select(name: &str) -> Result<Vec<&'static Board>, String> {
    named(name, emulated())
}

/// The boards that `name` means: one, or all.
pub fn select_any(name: &str) -> Result<Vec<&'static Board>, String> {
    if name == "all" { Ok(all()) } else { select_one(name).map(|board| vec![board]) }
}

/// The board of this name.
pub fn select_one(name: &str) -> Result<&'static Board, String> {
    let boards: Vec<_> = gan_boards::all().iter().collect();
    let found = boards.iter().find(|board| board.name == name);
    let board = *found.ok_or_else(|| format!("no such board; there are {}", names(&boards)))?;
    hals::have_crates(board)?;
    Ok(board)
}

fn named(name: &str, of: Vec<&'static Board>) -> Result<Vec<&'static Board>, String> {
    let boards: Vec<_> =
        of.iter().copied().filter(|board| name == "all" || board.name == name).collect();
    let hardware = gan_boards::all().iter().any(|board| board.name == name);
    if boards.is_empty() && hardware {
        let of = names(&of);
        Err(format!("QEMU does not emulate it; it does {of}, and all means these"))
    } else if boards.is_empty() {
        Err(format!("no such board; there are {} and all", names(&of)))
    } else {
        Ok(boards)
    }
}

fn names(boards: &[&Board]) -> String {
    boards.iter().map(|board| board.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// The program that emulates a board, and its arguments up to the firmware's path. `serial` is
/// where QEMU connects the serial port.
pub fn emulator<'a>(board: &'a Board, serial: &'a str) -> Result<(&'a str, Vec<&'a str>)> {
    let qemu = board
        .qemu
        .as_deref()
        .with_context(|| format!("{}: QEMU does not emulate it", board.name))?;
    let mut words = qemu.split(' ');
    let program = words.next().unwrap_or_default();
    let console = [
        "-display",
        "none",
        "-serial",
        serial,
        "-semihosting-config",
        "enable=on,target=native",
        "-kernel",
    ];
    Ok((program, words.chain(console).collect()))
}

/// The folder of the package with a board's application.
pub fn folder(board: &Board) -> PathBuf {
    board.package.as_ref().map_or_else(firmware_folder, |package| shell::root().join(package))
}

/// What cargo has to know of a board besides its target and its feature: settings for `--config`.
pub fn cargo_config(board: &Board) -> Option<String> {
    board.forced.then(|| {
        format!(
            "target.{}.rustflags=['--cfg', 'gan_core_backend=\"{}\"']",
            board.target, board.kernel
        )
    })
}

/// The package that compares drivers with PACs.
pub fn oracle_folder() -> PathBuf {
    firmware_folder().join("oracle")
}

/// The package of the programs that check boards.
pub fn checks_folder() -> PathBuf {
    firmware_folder().join("checks")
}

/// The firmware's workspace.
pub fn firmware_folder() -> PathBuf {
    shell::root().join("gan-embedded")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_board_that_is_not_there_is_told_with_those_that_are() {
        for name in ["", "no-such", "MICROBIT"] {
            for error in [select(name).unwrap_err(), select_one(name).unwrap_err()] {
                assert!(error.starts_with("no such board; there are mps2-an385, "), "{error}");
            }
        }
        let error = select("pico").unwrap_err();
        assert!(error.starts_with("QEMU does not emulate it; it does mps2-an385, "), "{error}");
        assert!(!error.contains("pico"), "{error}");
        assert_eq!(select_any("pico").unwrap().len(), 1);
        assert_eq!(select("all").unwrap(), emulated());
    }

    /// A board has its feature, its drivers or its package, and what it is reached by.
    #[test]
    fn every_board_is_complete() {
        for board in all() {
            let (folder, name) = (folder(board), &board.name);
            let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
            let manifest: toml::Table = manifest.parse().unwrap();
            assert!(manifest["features"].as_table().unwrap().contains_key(name), "{name}");
            if let Some(module) = &board.module {
                assert!(folder.join(format!("src/board/{module}.rs")).exists(), "{name}");
            } else {
                assert!(board.package.is_some(), "{name}");
            }
            let reached = board.chip.is_some() || board.espflash.is_some();
            assert!(board.qemu.is_some() || board.megahertz.is_some() && reached, "{name}");
        }
    }
}
