//! Which boards a task is for: those of `gan-embedded/boards.toml`, or of them those that QEMU
//! emulates here.

mod hals;
mod machines;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use anyhow::Result;
pub use gan_boards::Board;

use crate::shell;
pub use hals::{folders, is_skipped};
pub use machines::{
    CHOICE, emulator, has_machine, is_refused, newer_folder, program_and_machine, version,
};

/// Every board whose crates can be had.
pub fn all() -> Vec<&'static Board> {
    gan_boards::all().iter().filter(|board| !hals::lacks_crates(board)).collect()
}

/// The boards that a QEMU here emulates. Those whose machine none has are told and left out.
pub fn emulated() -> Vec<&'static Board> {
    let boards = gan_boards::all().iter().filter(|board| board.qemu.is_some());
    boards.filter(|board| !machines::is_nowhere(board)).collect()
}

/// The boards that QEMU does not emulate.
pub fn hardware() -> Vec<&'static Board> {
    all().into_iter().filter(|board| board.qemu.is_none()).collect()
}

/// The emulated boards that `name` means: one, or all.
pub fn select(name: &str) -> Result<Vec<&'static Board>, String> {
    named(name, emulated())
}

/// The boards that `name` means: one of them, or all.
pub fn select_any(name: &str) -> Result<Vec<&'static Board>, String> {
    if name == "all" { Ok(all()) } else { select_one(name).map(|board| vec![board]) }
}

/// What `--board` without a name stands for: no board, so that the answer lists them.
pub const LIST: &str = "?";

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

/// The folder of the package with a board's application.
pub fn folder(board: &Board) -> PathBuf {
    board.package.as_ref().map_or_else(firmware_folder, |package| shell::root().join(package))
}

/// Works on each board, and returns what was made of them, in the order of the boards.
///
/// Boards of one package come one after the other, because cargo locks the folder that their builds
/// share. Packages are worked on at once, one a CPU: most of the time a build is one crate, or one
/// link, on one CPU.
pub fn by_package<'b, T: Send>(
    boards: &[&'b Board],
    work: impl Fn(&'b Board) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let mut packages = BTreeMap::<_, Vec<_>>::new();
    for (place, board) in boards.iter().enumerate() {
        packages.entry(folder(board)).or_default().push((place, *board));
    }
    let mut packages: Vec<_> = packages.into_values().collect();
    packages.sort_by_key(|boards| std::cmp::Reverse(boards.len()));
    let (next, (sender, receiver)) = (AtomicUsize::new(0), mpsc::channel());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            let (packages, next, work, sender) = (&packages, &next, &work, sender.clone());
            scope.spawn(move || {
                while let Some(boards) = packages.get(next.fetch_add(1, Ordering::Relaxed)) {
                    for &(place, board) in boards {
                        // The receiver is there until all threads have ended.
                        let _ = sender.send((place, work(board)));
                    }
                }
            });
        }
    });
    drop(sender);
    let mut made: Vec<_> = receiver.iter().collect();
    made.sort_by_key(|(place, _)| *place);
    made.into_iter().map(|(_, made)| made).collect()
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

    #[test]
    fn work_by_package_keeps_the_order_and_tells_of_errors() {
        let names = |board: &Board| Ok(board.name.clone());
        let expected: Vec<_> = all().iter().map(|board| board.name.clone()).collect();
        assert_eq!(by_package(&all(), names).unwrap(), expected);
        let error = by_package(&all(), |board| match board.name.as_str() {
            "pico2" => anyhow::bail!("no {}", board.name),
            _ => Ok(()),
        });
        assert_eq!(error.unwrap_err().to_string(), "no pico2");
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
