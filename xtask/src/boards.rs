//! Which boards a task is for: those of `gan-embedded/boards.toml`, or of them those that QEMU
//! emulates here.

mod hals;
mod machines;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use crate::prelude::*;

pub use gan_boards::Board;

pub use hals::{folders, is_skipped};
pub use machines::{
    CHOICE, emulator, has_machine, is_refused, newer_folder, program_and_machine, version,
};

/// Every board whose crates can be had.
pub fn all() -> Vec<&'static Board> {
    gan_boards::all().iter().filter(|board| !hals::lacks_crates(board)).collect()
}

/// Returns the boards that a QEMU here emulates. Those whose machine none has are told and left
/// out.
pub fn emulated() -> Vec<&'static Board> {
    let boards = gan_boards::all().iter().filter(|board| board.qemu.is_some());
    boards.filter(|board| !machines::is_nowhere(board)).collect()
}

/// Returns the boards that QEMU does not emulate.
pub fn hardware() -> Vec<&'static Board> {
    all().into_iter().filter(|board| board.qemu.is_none()).collect()
}

/// Returns the emulated boards that `name` means: one, or all.
pub fn select(name: &str) -> Result<Vec<&'static Board>> {
    let emulated = emulated();
    let boards: Vec<_> =
        emulated.iter().copied().filter(|board| name == "all" || board.name == name).collect();
    if boards.is_empty() {
        let is_hardware = gan_boards::all().iter().any(|board| board.name == name);
        let of = names(&emulated);
        ensure!(!is_hardware, "QEMU does not emulate it; it does {of}, and all means these");
        bail!("no such board; there are {of} and all");
    }
    Ok(boards)
}

/// Returns the boards that `name` means: one of them, or all.
pub fn select_any(name: &str) -> Result<Vec<&'static Board>> {
    if name == "all" { Ok(all()) } else { select_one(name).map(|board| vec![board]) }
}

/// What `--board` without a name stands for: no board, so that the answer lists them.
pub const LIST: &str = "?";

/// Returns the board of this name.
pub fn select_one(name: &str) -> Result<&'static Board> {
    let boards: Vec<_> = gan_boards::all().iter().collect();
    let found = boards.iter().find(|board| board.name == name);
    let board = *found.with_context(|| format!("no such board; there are {}", names(&boards)))?;
    hals::have_crates(board)?;
    Ok(board)
}

fn names(boards: &[&Board]) -> String {
    boards.iter().map(|board| board.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Returns the folder of the package with a board's application.
pub fn folder(board: &Board) -> PathBuf {
    board.package.as_ref().map_or_else(firmware_folder, |package| root().join(package))
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
    let mut made = Vec::new();
    let work = |boards: &Vec<(usize, &'b Board)>| {
        boards.iter().map(|&(place, board)| (place, work(board))).collect::<Vec<_>>()
    };
    at_once(&packages, work, |done| made.extend(done));
    made.sort_by_key(|(place, _)| *place);
    made.into_iter().map(|(_, made)| made).collect()
}

/// Works on several of these at once, one a CPU, and hands on what was made of each as it is done.
pub fn at_once<I: Sync, T: Send>(items: &[I], work: impl Fn(&I) -> T + Sync, done: impl FnMut(T)) {
    let (next, (sender, receiver)) = (AtomicUsize::new(0), mpsc::channel());
    let workers = thread::available_parallelism().map_or(1, usize::from).min(items.len());
    thread::scope(|scope| {
        for _ in 0..workers {
            let (next, work, sender) = (&next, &work, sender.clone());
            scope.spawn(move || {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // There is someone to receive as long as there are workers.
                    let _ = sender.send(work(item));
                }
            });
        }
        drop(sender);
        receiver.into_iter().for_each(done);
    });
}

/// Returns what cargo has to know of a board besides its target and its feature: settings for
/// `--config`.
pub fn cargo_config(board: &Board) -> Option<String> {
    board.forced.then(|| {
        format!(
            "target.{}.rustflags=['--cfg', 'gan_core_backend=\"{}\"']",
            board.target, board.kernel
        )
    })
}

/// Returns the package that compares drivers with PACs.
pub fn oracle_folder() -> PathBuf {
    firmware_folder().join("oracle")
}

/// Returns the package of the programs that check boards.
pub fn checks_folder() -> PathBuf {
    firmware_folder().join("checks")
}

/// Returns the firmware's workspace.
pub fn firmware_folder() -> PathBuf {
    root().join("gan-embedded")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_that_is_not_there_is_told_with_those_that_are() {
        for name in ["", "no-such", "MICROBIT"] {
            for error in [select(name).unwrap_err(), select_one(name).unwrap_err()] {
                let error = error.to_string();
                assert!(error.starts_with("no such board; there are mps2-an385, "), "{error}");
            }
        }
        let error = select("pico").unwrap_err().to_string();
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
            let manifest = shell::toml(folder.join("Cargo.toml")).unwrap();
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
