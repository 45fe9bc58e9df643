//! The packages on HALs, whose crates no other package needs: where they lie, and whether their
//! crates can be had.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::LazyLock;

use crate::shell;
use gan_boards::Board;

static AVAILABLE: LazyLock<bool> = LazyLock::new(|| {
    gan_boards::all().iter().filter(|board| board.package.is_some()).all(|board| {
        let there = have_crates(board);
        if let Err(error) = &there {
            println!("SKIPPED boards on HALs: {error}");
        }
        there.is_ok()
    })
});

/// Whether the board's application cannot be built, because its HAL cannot be had.
pub fn lacks_crates(board: &Board) -> bool {
    board.package.is_some() && !*AVAILABLE
}

/// An error if the board's application cannot be built, because its HAL cannot be had.
pub fn have_crates(board: &Board) -> Result<(), String> {
    if board.package.is_none() {
        return Ok(());
    }
    let fetched = shell::capture(shell::cargo(&super::folder(board)).args(["fetch", "--locked"]));
    fetched.map(|_| ()).map_err(|error| format!("no crates for {}: {error:#}", board.name))
}

/// Whether there is a board of this name whose application cannot be built for that reason.
pub fn is_skipped(name: &str) -> bool {
    gan_boards::all().iter().any(|board| board.name == name && lacks_crates(board))
}

/// The folders of all packages of firmware.
pub fn folders() -> BTreeSet<PathBuf> {
    gan_boards::all()
        .iter()
        .map(super::folder)
        .chain([super::checks_folder(), super::oracle_folder()])
        .collect()
}
