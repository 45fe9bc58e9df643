//! Finds and reads files of the repository.

use std::fs;
use std::path::Path;

/// Returns the repository's root folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the repository")
}

/// Reads a file of the repository.
pub fn read(path: impl AsRef<Path>) -> Vec<u8> {
    let path = root().join(path);
    fs::read(&path).unwrap_or_else(|error| {
        panic!("{}: {error}; `cargo xtask vectors` makes vector files", path.display())
    })
}
