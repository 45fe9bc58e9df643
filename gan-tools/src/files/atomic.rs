//! Files that are whole or not there: written beside their place and moved into it.

use anyhow::{Context, Result};
use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes a file. An earlier one of that name stays as it is until the new one is complete and on
/// the disk. What is not a file, such as `/dev/stdout` or a pipe, is written to.
///
/// # Errors
///
/// Names the file; then nothing has changed.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = Writer::create(path)?;
    file.write(bytes)?;
    finish([file])
}

/// A file that is written part by part, for what does not fit in memory. It comes into its place by
/// [`finish`]; dropped before, it goes away and nothing has changed.
#[derive(Debug)]
pub struct Writer {
    file: File,
    /// Where the file is to be.
    path: PathBuf,
    /// Where it is; none for what is not a file.
    temporary: Option<PathBuf>,
}

impl Writer {
    /// Begins a file.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn create(path: &Path) -> Result<Self> {
        Self::begin(path).with_context(|| cannot_write(path))
    }

    fn begin(path: &Path) -> std::io::Result<Self> {
        // A link stays one: what it points to is replaced.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if path.metadata().is_ok_and(|existing| !existing.is_file() && !existing.is_dir()) {
            return Ok(Self {
                file: File::options().write(true).open(&path)?,
                path,
                temporary: None,
            });
        }
        let temporary = temporary(&path);
        Ok(Self { file: File::create(&temporary)?, path, temporary: Some(temporary) })
    }

    /// Writes the next bytes.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).with_context(|| cannot_write(&self.path))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // What went wrong is known by now, or was a wish to end.
            let _ = std::fs::remove_file(temporary);
        }
    }
}

/// Puts files that belong together into their places, when all of them are complete and on the
/// disk.
///
/// # Errors
///
/// Names the file.
pub fn finish<const N: usize>(mut files: [Writer; N]) -> Result<()> {
    for Writer { file, path, temporary } in &files {
        if temporary.is_some() {
            file.sync_all().with_context(|| cannot_write(path))?;
        }
    }
    for Writer { path, temporary, .. } in &mut files {
        if let Some(from) = temporary {
            std::fs::rename(from, &path).with_context(|| cannot_write(path))?;
            *temporary = None;
        }
    }
    Ok(())
}

fn cannot_write(path: &Path) -> String {
    format!("{}: cannot be written", path.display())
}

/// Lets `write` write a file of its own at the path that it is given, and moves that into place.
///
/// # Errors
///
/// Names the file; then nothing has changed.
pub fn write_with(path: &Path, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let temporary = temporary(path);
    let written = write(&temporary).and_then(|()| Ok(File::open(&temporary)?.sync_all()?));
    let placed = written.and_then(|()| Ok(std::fs::rename(&temporary, path)?)).inspect_err(|_| {
        // The error that counts is the first one.
        let _ = std::fs::remove_file(&temporary);
    });
    placed.with_context(|| cannot_write(path))
}

/// Beside the file and always of the same name, so that one which a kill has left is replaced by
/// the next.
fn temporary(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".gan-train-new");
    path.with_file_name(name)
}

/// Makes a folder and those above it.
///
/// # Errors
///
/// Names the folder.
pub fn create_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("{}: the folder cannot be made", folder.display()))
}
