//! The packages on HALs, whose crates no other package needs: where they lie, and whether their
//! crates can be had.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::LazyLock;

use super::{ALL, Board};
use crate::shell;

static AVAILABLE: LazyLock<bool> = LazyLock::new(|| {
    ALL.iter().filter(|board| board.package.is_some()).all(|board| {
        let fetched = shell::capture(shell::cargo(&board.folder()).args(["fetch", "--locked"]));
        if let Err(error) = &fetched {
            println!("SKIPPED boards on HALs: no crates for {}: {error:#}", board.name);
        }
        fetched.is_ok()
    })
});

/// Whether the board's application cannot be built, because its HAL cannot be had.
pub fn lacks_crates(board: &Board) -> bool {
    board.package.is_some() && !*AVAILABLE
}

/// The same of the board of this name, if there is one.
pub fn is_skipped(name: &str) -> bool {
    ALL.iter().any(|board| board.name == name && lacks_crates(board))
}

/// The folders of all packages with an application.
pub fn folders() -> BTreeSet<PathBuf> {
    ALL.iter().map(Board::folder).collect()
}
