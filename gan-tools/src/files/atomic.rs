//! Files that are whole or not there.
//!
//! One rule for all of them: a link is followed to the file that it leads to; the new file is
//! written beside that one, brought to the disk and renamed to its place, and then the folder is
//! brought to the disk. What is there and is no regular file, such as `/dev/stdout` or a pipe, is
//! written to as it is. Of several processes that write one file at once, each writes a file of its
//! own, and the last one to finish replaces what the others have written.

use anyhow::{Context, Result};
use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

/// Links that lead to each other, at most.
const LINKS: usize = 40;

/// Writes a file. An earlier one of that name stays as it is until the new one is complete and on
/// the disk.
///
/// # Errors
///
/// Names the file; then nothing has changed.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = Writer::create(path)?;
    file.write(bytes)?;
    finish([file])
}

/// Lets `write` write a file of its own at the path that it is given, and moves that into place.
///
/// # Errors
///
/// Names the file; then nothing has changed.
pub fn write_with(path: &Path, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let written = || -> Result<()> {
        // The open file keeps the name from others while `write` opens it once more.
        let (mut place, _open) = Place::begin(path)?;
        write(place.written_at())?;
        if let Some(temporary) = &place.temporary {
            File::options().write(true).open(temporary)?.sync_all()?;
        }
        Ok(place.take()?)
    };
    written().with_context(|| cannot_write(path))
}

/// A file that is written part by part, for what does not fit in memory. It comes into its place by
/// [`finish`]; dropped before, it goes away and nothing has changed.
#[derive(Debug)]
pub struct Writer {
    // Closed before `place` removes it.
    file: File,
    place: Place,
    /// As the caller named it.
    path: PathBuf,
}

impl Writer {
    /// Begins a file.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn create(path: &Path) -> Result<Self> {
        let begin = || -> io::Result<Self> {
            let (place, file) = Place::begin(path)?;
            Ok(Self { file, place, path: path.to_owned() })
        };
        begin().with_context(|| cannot_write(path))
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

/// Begins a file of this name, or, while another process or thread writes that one, of a name that
/// nobody else has. A file that a kill has left is written anew. Only Unix lets a file be told from
/// one that was moved away since; elsewhere the name is always this one.
fn create(path: PathBuf) -> io::Result<(File, PathBuf)> {
    if !cfg!(unix) {
        return Ok((File::create(&path)?, path));
    }
    let file = File::options().write(true).create(true).truncate(false).open(&path)?;
    // The lock ends when the file is closed, which is after it was moved to its place.
    if !matches!(file.try_lock(), Err(TryLockError::WouldBlock)) && is_at(&file, &path) {
        file.set_len(0)?;
        return Ok((file, path));
    }
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let mut name = path.into_os_string();
    name.push(format!("-{}-{}", process::id(), CALLS.fetch_add(1, Ordering::Relaxed)));
    Ok((File::create(&name)?, name.into()))
}

/// Whether the open `file` is the one at `path`, and has not been moved away since.
#[cfg(unix)]
pub fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(open), Ok(named)) = (file.metadata(), path.metadata()) else { return false };
    (open.dev(), open.ino()) == (named.dev(), named.ino())
}

/// Other systems keep the name of a file that is open.
#[cfg(not(unix))]
pub fn is_at(_: &File, _: &Path) -> bool {
    true
}

/// Puts files that belong together into their places, when all of them are complete and on the
/// disk.
///
/// # Errors
///
/// Names the file.
pub fn finish<const N: usize>(mut files: [Writer; N]) -> Result<()> {
    for Writer { file, path, place } in &files {
        if place.temporary.is_some() {
            file.sync_all().with_context(|| cannot_write(path))?;
        }
    }
    for Writer { path, place, .. } in &mut files {
        place.take().with_context(|| cannot_write(path))?;
    }
    Ok(())
}

/// Where a file is to be, and where it is until it is complete.
#[derive(Debug)]
struct Place {
    /// No link.
    target: PathBuf,
    /// Beside the target; none for what is no regular file.
    temporary: Option<PathBuf>,
}

impl Place {
    /// The place of a file, and what is to be written, open and empty.
    fn begin(path: &Path) -> io::Result<(Self, File)> {
        if let Ok(there) = path.metadata() {
            if there.is_dir() {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            if !there.is_file() {
                let file = File::options().write(true).open(path)?;
                return Ok((Self { target: path.to_owned(), temporary: None }, file));
            }
        }
        let target = follow(path)?;
        // Always of the same name, so that one which a kill has left is replaced by the next.
        let mut name = OsString::from(".");
        name.push(target.file_name().ok_or(io::ErrorKind::InvalidFilename)?);
        name.push(".gan-new");
        let (file, temporary) = create(target.with_file_name(name))?;
        Ok((Self { target, temporary: Some(temporary) }, file))
    }

    /// Where the file is written.
    fn written_at(&self) -> &Path {
        self.temporary.as_deref().unwrap_or(&self.target)
    }

    /// Moves the file, which is on the disk, to its place.
    fn take(&mut self) -> io::Result<()> {
        let Some(temporary) = &self.temporary else { return Ok(()) };
        std::fs::rename(temporary, &self.target)?;
        self.temporary = None;
        sync_folder(&self.target)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // What went wrong is known by now, or was a wish to end.
            let _ = std::fs::remove_file(temporary);
        }
    }
}

/// The path without links, also if the last one leads to where there is no file yet.
fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        match path.canonicalize() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            real_or_error => return real_or_error,
        }
        match path.read_link() {
            Ok(target) => path = path.with_file_name("").join(target),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many links"))
}

/// Brings the name of a file to the disk.
pub(super) fn sync_folder(file: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // The file is in its place. That is all where a folder cannot be read, or the file system
        // has no such request.
        Err(error) if [InvalidInput, PermissionDenied, Unsupported].contains(&error.kind()) => {
            Ok(())
        }
        synced => synced,
    }
}

fn cannot_write(path: &Path) -> String {
    format!("{}: cannot be written", path.display())
}

/// Makes a folder and those above it, and brings their names to the disk.
///
/// # Errors
///
/// Names the folder.
pub fn create_folder(folder: &Path) -> Result<()> {
    let is_new = |at: &&Path| !at.as_os_str().is_empty() && !at.exists();
    let new: Vec<&Path> = folder.ancestors().take_while(is_new).collect();
    std::fs::create_dir_all(folder)
        .and_then(|()| new.into_iter().try_for_each(sync_folder))
        .with_context(|| cannot_make(folder))
}

/// Makes a folder in one that has been there. If that one is gone, nothing of the same name is made
/// in its place.
///
/// # Errors
///
/// Names the folder.
pub fn create_inner_folder(folder: &Path) -> Result<()> {
    match std::fs::create_dir(folder) {
        Err(_) if folder.is_dir() => Ok(()),
        made => made.with_context(|| cannot_make(folder)),
    }
}

fn cannot_make(folder: &Path) -> String {
    format!("{}: the folder cannot be made", folder.display())
}
