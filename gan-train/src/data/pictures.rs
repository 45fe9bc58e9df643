//! PNG pictures, one by one, for whoever wants their names too.

use super::{folder, picture};
use anyhow::{Result, ensure};
use std::path::{Path, PathBuf};

/// A grey picture and where it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its file.
    pub path: PathBuf,
    /// Width and height.
    pub size: [usize; 2],
    /// 0..=255, line after line.
    pub pixels: Vec<u8>,
}

/// Reads a PNG file as grey pixels.
///
/// # Errors
///
/// Names the file.
pub fn read(path: &Path) -> Result<Named> {
    let picture = picture::read(path, None)?;
    let size = [picture.width, picture.height];
    Ok(Named { path: path.to_owned(), size, pixels: picture.pixels })
}

/// The PNG files in a folder, by name.
///
/// # Errors
///
/// There is none; names the folder.
pub fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = folder::entries(folder)?;
    found.retain(|path| {
        path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png"))
            && path.is_file()
    });
    ensure!(!found.is_empty(), "{}: no PNG pictures in it", folder.display());
    Ok(found)
}
