//! A folder of files that come into their place together. They are too many to wait for the disk
//! after each.

use super::atomic;
use anyhow::{Context, Result, ensure};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Name of the folder, within the folder, where files are until all of them are there.
const PARTS: &str = ".gan-new";

/// A folder whose new files are apart until [`finish`](Self::finish); dropped before, they go away.
#[derive(Debug)]
pub struct Parts {
    folder: PathBuf,
}

impl Parts {
    /// Begins new files in a folder, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// The folder cannot be made, or what a kill has left cannot be removed.
    pub fn begin(folder: &Path) -> Result<Self> {
        let parts = folder.join(PARTS);
        if parts.exists() {
            remove(&parts)?;
        }
        atomic::create_folder(&parts)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Where a new file of this name is written.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.join(PARTS).join(name)
    }

    /// Writes a new file.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn write(&self, name: impl AsRef<Path>, bytes: &[u8]) -> Result<()> {
        let path = self.path(name);
        std::fs::write(&path, bytes)
            .with_context(|| format!("{}: cannot be written", path.display()))
    }

    /// Puts all files into their place.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn finish(self) -> Result<()> {
        for from in entries(&self.folder.join(PARTS))? {
            let path = self.folder.join(from.file_name().unwrap_or_default());
            std::fs::rename(&from, &path)
                .with_context(|| format!("{}: cannot be written", path.display()))?;
        }
        Ok(())
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        // Whether it is empty now, or there was an error or a wish to end, which is known.
        let _ = remove(&self.folder.join(PARTS));
    }
}

/// What is in the folder, but for unfinished files.
///
/// # Errors
///
/// Names the folder.
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let cannot = || format!("{}: cannot be read", folder.display());
    let entries = std::fs::read_dir(folder).with_context(cannot)?;
    let paths = entries.map(|entry| Ok(entry.with_context(cannot)?.path()));
    let is_mine = |path: &PathBuf| path.file_name() == Some(OsStr::new(PARTS));
    Ok(paths.collect::<Result<Vec<_>>>()?.into_iter().filter(|path| !is_mine(path)).collect())
}

/// The same of a folder that is to be written. It is empty, unless what is in it may be replaced.
///
/// # Errors
///
/// A folder that is not empty; `replaced` says what the option --overwrite replaces in it.
pub fn entries_to_replace(folder: &Path, overwrite: bool, replaced: &str) -> Result<Vec<PathBuf>> {
    let there = if folder.exists() { entries(folder)? } else { Vec::new() };
    ensure!(
        overwrite || there.is_empty(),
        "{}: the folder is not empty: --overwrite replaces {replaced} in it",
        folder.display()
    );
    Ok(there)
}

fn remove(parts: &Path) -> Result<()> {
    std::fs::remove_dir_all(parts)
        .with_context(|| format!("{}: cannot be removed", parts.display()))
}
