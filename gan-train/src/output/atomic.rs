//! Files that are whole or not there: written beside their place and moved into it.

use anyhow::{Context, Result};
use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes a file. An earlier one of that name stays as it is until the new one is complete and on the disk. What is not a
/// file, such as `/dev/stdout` or a pipe, is written to.
///
/// # Errors
///
/// Names the file; then nothing has changed.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    replace(path, bytes).with_context(|| format!("{}: cannot be written", path.display()))
}

fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // A link stays one: what it points to is replaced.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if path.metadata().is_ok_and(|existing| !existing.is_file() && !existing.is_dir()) {
        return File::options().write(true).open(&path)?.write_all(bytes);
    }
    let temporary = temporary(&path);
    let written = File::create(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    into_place(written, &temporary, &path)
}

/// Lets `write` write a file of its own at the path that it is given, and moves that into place.
///
/// # Errors
///
/// Names the file; then nothing has changed.
pub fn write_with(path: &Path, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let temporary = temporary(path);
    let written = write(&temporary).and_then(|()| Ok(File::open(&temporary)?.sync_all()?));
    into_place(written, &temporary, path).with_context(|| format!("{}: cannot be written", path.display()))
}

fn into_place<E: From<std::io::Error>>(written: Result<(), E>, temporary: &Path, path: &Path) -> Result<(), E> {
    written.and_then(|()| Ok(std::fs::rename(temporary, path)?)).inspect_err(|_| {
        // The error that counts is the first one.
        let _ = std::fs::remove_file(temporary);
    })
}

/// Beside the file and always of the same name, so that one which a kill has left is replaced by the next.
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
    std::fs::create_dir_all(folder).with_context(|| format!("{}: the folder cannot be made", folder.display()))
}
