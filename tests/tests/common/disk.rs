//! The repository's files.

use std::fs;
use std::path::Path;

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the repository")
}

/// A file under the root.
pub fn read(path: impl AsRef<Path>) -> Vec<u8> {
    let path = root().join(path);
    fs::read(&path).unwrap_or_else(|error| {
        panic!("{}: {error}; `cargo xtask vectors` makes vector files", path.display())
    })
}
