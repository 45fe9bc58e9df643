//! The packages on HALs, whose crates no other package needs: where they lie, and whether their
//! crates can be had.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::prelude::*;

static AVAILABLE: LazyLock<bool> = LazyLock::new(|| {
    let mut boards = gan_boards::all().iter().filter(|board| board.package.is_some());
    boards.all(|board| shell::or_skip("boards on HALs", have_crates(board)).is_some())
});

/// Returns whether the board's application cannot be built, because its HAL cannot be had.
pub fn lacks_crates(board: &Board) -> bool {
    board.package.is_some() && !*AVAILABLE
}

/// Returns an error if the board's application cannot be built, because its HAL cannot be had.
pub fn have_crates(board: &Board) -> Result<()> {
    if board.package.is_none() {
        return Ok(());
    }
    let fetched = shell::cargo(&super::folder(board)).words("fetch --locked").read();
    fetched.map(|_| ()).with_context(|| format!("no crates for {}", board.name))
}

/// Returns whether there is a board of this name whose application cannot be built for that reason.
pub fn is_skipped(name: &str) -> bool {
    gan_boards::all().iter().any(|board| board.name == name && lacks_crates(board))
}

/// Returns the folders of all packages of firmware.
pub fn folders() -> BTreeSet<PathBuf> {
    gan_boards::all()
        .iter()
        .map(super::folder)
        .chain([super::checks_folder(), super::oracle_folder()])
        .collect()
}
