//! Files that are put into their place only if nothing is there: of several processes that put the
//! same one at once, on whatever machines, exactly one succeeds.
//!
//! A file is written in a folder for unfinished ones, under a name of its own, and brought to the
//! disk; then a second name is made for it (a hard link), which fails if that is taken. A kill
//! leaves an unfinished file at most. Where the file system has no hard links, a file that is
//! absent is renamed to its place: then the last of several succeeds.

use super::atomic::sync_folder;
use anyhow::{Context, Result};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// How often the folder of unfinished files is made again, if others remove it meanwhile.
const TRIES: usize = 100;

/// Puts a file into its place, by way of the folder `unfinished` on the same file system. Returns
/// whether it was absent.
///
/// # Errors
///
/// Names the file.
pub fn put(path: &Path, bytes: &[u8], unfinished: &Path) -> Result<bool> {
    place(path, bytes, unfinished).with_context(|| format!("{}: cannot be written", path.display()))
}

fn place(path: &Path, bytes: &[u8], unfinished: &Path) -> io::Result<bool> {
    if path.try_exists()? {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let (temporary, mut file) = begin(unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    let put = match fs::hard_link(&temporary.0, path) {
        Ok(()) => true,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => false,
        // Whoever has finished the set has removed what was unfinished.
        Err(_) if path.try_exists()? => false,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(error),
        Err(_) => {
            fs::rename(&temporary.0, path)?;
            true
        }
    };
    sync_folder(path)?;
    Ok(put)
}

/// Begins an unfinished file in its folder. Whoever finds nothing unfinished may remove the folder
/// just after it was made here, and then it is made again.
fn begin(unfinished: &Path) -> io::Result<(Temporary, File)> {
    let mut tries = 0;
    loop {
        fs::create_dir_all(unfinished)?;
        let temporary = Temporary(unfinished.join(name()));
        match File::options().write(true).create_new(true).open(&temporary.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && tries < TRIES => tries += 1,
            opened => return opened.map(|file| (temporary, file)),
        }
    }
}

/// A name that no other process has, on this machine or another, nor another call.
fn name() -> String {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let nanoseconds =
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos());
    format!("{}-{nanoseconds}-{}", process::id(), CALLS.fetch_add(1, Ordering::Relaxed))
}

/// A file that goes away with this value.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // It is in its place by its other name, or what went wrong is known.
        let _ = fs::remove_file(&self.0);
    }
}
