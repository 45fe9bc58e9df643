//! The lock on a folder that a command fills over minutes, such as a run's: one process at a time
//! writes to it.
//!
//! The lock is the system's (`flock` on Unix), on the empty file `.lock` in the folder. It ends
//! with the process that holds it, however that ends, so nobody has to remove a stale file.

use anyhow::{Context, Result, bail, ensure};
use gan_tools::files::atomic;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Name of the file that is locked, in the folder.
pub const FILE: &str = ".lock";

/// How [`Lock::take`] says that another process has the lock.
pub const TAKEN: &str = "another process writes to this folder";

/// A folder that no other process writes to as long as this value lives.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    /// Closing it ends the lock.
    _file: File,
}

impl Lock {
    /// Locks a folder that is there.
    ///
    /// # Errors
    ///
    /// Names the folder: it is not there, nobody can write in it, or another process writes to it.
    pub fn take(folder: &Path) -> Result<Self> {
        Self::by(folder, File::try_lock)
    }

    /// Locks a folder that is there, as soon as no other process writes to it.
    ///
    /// # Errors
    ///
    /// Names the folder: it is not there, or nobody can write in it.
    pub fn wait(folder: &Path) -> Result<Self> {
        Self::by(folder, |file| file.lock().map_err(TryLockError::Error))
    }

    /// Whether another process writes to a folder. Nothing is changed in it.
    pub fn is_taken(folder: &Path) -> bool {
        let file = File::open(folder.join(FILE));
        file.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    fn by(folder: &Path, lock: impl Fn(&File) -> Result<(), TryLockError>) -> Result<Self> {
        ensure!(folder.is_dir(), "{}: no such folder", folder.display());
        let path = folder.join(FILE);
        loop {
            let file = OpenOptions::new()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&path)
                .with_context(|| format!("{}: cannot be written", path.display()))?;
            match lock(&file) {
                // A file system without locks: there is nothing to be had.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
                Err(TryLockError::WouldBlock) => {
                    bail!("{}: {TAKEN}", folder.display())
                }
                locked => locked.with_context(|| path.display().to_string())?,
            }
            // Whoever held the lock before may have removed the file after it was opened here;
            // a lock on a file without a name keeps nobody out.
            if atomic::is_at(&file, &path) {
                return Ok(Self { path, _file: file });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While it is still locked. A file that stays locks nobody out.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_locked_once_and_free_when_its_lock_is_gone() {
        let folder = std::env::temp_dir().join(format!("gan-train-lock-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        assert!(!Lock::is_taken(&folder));
        let lock = Lock::take(&folder).unwrap();
        assert!(Lock::is_taken(&folder));
        let error = Lock::take(&folder).unwrap_err().to_string();
        let expected = format!("{}: another process writes to this folder", folder.display());
        assert_eq!(error, expected);
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(|| sender.send(Lock::wait(&folder)).unwrap());
            std::thread::sleep(std::time::Duration::from_millis(100));
            assert!(receiver.try_recv().is_err());
            drop(lock);
            drop(receiver.recv().unwrap().unwrap());
        });
        assert!(!folder.join(FILE).exists());
        // A file that a killed process has left locks nobody out.
        std::fs::write(folder.join(FILE), "").unwrap();
        drop(Lock::take(&folder).unwrap());
        std::fs::remove_dir_all(&folder).unwrap();
        let error = Lock::take(&folder).unwrap_err().to_string();
        assert!(error.ends_with("no such folder"), "{error}");
    }
}
