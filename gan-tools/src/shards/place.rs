//! Where a set lies: a folder of a file system, or a bucket of an object store. What is in it has
//! the same names in both, such as `shards/NAME`.

#[cfg(feature = "object-store")]
mod bucket;

use crate::files::{self, absent};
use anyhow::{Context, Result};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Folder of files that are being written; an object store needs none.
pub(super) const UNFINISHED: &str = "unfinished";
/// What the address of a place in an object store begins with.
const S3: &str = "s3://";

/// Where a set lies.
#[derive(Debug)]
pub(super) enum Place {
    /// A folder.
    Folder(PathBuf),
    /// A bucket, and what all names in it begin with.
    #[cfg(feature = "object-store")]
    Bucket(bucket::Bucket),
}

impl Place {
    /// The place at this path, or at this address: `s3://BUCKET/PREFIX`.
    ///
    /// # Errors
    ///
    /// An address of an object store that is wrong, or that this program was built without.
    pub fn of(path: &Path) -> Result<Self> {
        match path.to_str().and_then(|text| text.strip_prefix(S3)) {
            #[cfg(feature = "object-store")]
            Some(address) => Ok(Self::Bucket(bucket::Bucket::of(address)?)),
            #[cfg(not(feature = "object-store"))]
            Some(_) => anyhow::bail!(
                "{}: this program was built without object stores \
                 (cargo build --release -p gan-tools --features object-store)",
                path.display()
            ),
            None => Ok(Self::Folder(path.to_owned())),
        }
    }

    /// What a file is called in messages.
    pub fn shown(&self, name: &str) -> String {
        match self {
            Self::Folder(path) => path.join(name).display().to_string(),
            #[cfg(feature = "object-store")]
            Self::Bucket(bucket) => bucket.shown(name),
        }
    }

    /// The bytes of a file; nothing if it is not there.
    ///
    /// # Errors
    ///
    /// Names the file, which cannot be read.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        match self {
            Self::Folder(path) => {
                let path = path.join(name);
                if path.try_exists().unwrap_or(true) {
                    files::read(&path).map(Some)
                } else {
                    Ok(None)
                }
            }
            #[cfg(feature = "object-store")]
            Self::Bucket(bucket) => bucket.read(name),
        }
    }

    /// How many bytes a file has; nothing if it is not there.
    ///
    /// # Errors
    ///
    /// Names the file, which cannot be looked at.
    pub fn len(&self, name: &str) -> Result<Option<u64>> {
        match self {
            Self::Folder(path) => match path.join(name).metadata() {
                Ok(file) => Ok(Some(file.len())),
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                Err(error) => {
                    Err(error).with_context(|| format!("{}: cannot be read", self.shown(name)))
                }
            },
            #[cfg(feature = "object-store")]
            Self::Bucket(bucket) => bucket.len(name),
        }
    }

    /// Puts a file, if it is absent; returns whether it was. It is there whole or not at all.
    ///
    /// # Errors
    ///
    /// Names the file, which cannot be written.
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<bool> {
        match self {
            Self::Folder(path) => absent::put(&path.join(name), bytes, &path.join(UNFINISHED)),
            #[cfg(feature = "object-store")]
            Self::Bucket(bucket) => bucket.put(name, bytes),
        }
    }

    /// The names of what lies in a folder of the set, or at its top: none if there is no such
    /// folder.
    ///
    /// # Errors
    ///
    /// Names the folder, which cannot be read.
    pub fn names(&self, folder: &str) -> Result<Vec<String>> {
        match self {
            Self::Folder(path) => {
                let folder = path.join(folder);
                if !folder.exists() {
                    return Ok(Vec::new());
                }
                let cannot = || format!("{}: cannot be read", folder.display());
                let entries = fs::read_dir(&folder).with_context(cannot)?;
                let name = |entry: std::io::Result<fs::DirEntry>| {
                    Ok(entry.with_context(cannot)?.file_name().to_string_lossy().into_owned())
                };
                entries.map(name).collect()
            }
            #[cfg(feature = "object-store")]
            Self::Bucket(bucket) => bucket.names(folder),
        }
    }

    /// Removes what killed workers have left unfinished. Whoever writes still writes what is there.
    pub fn clean(&self) {
        match self {
            Self::Folder(path) => {
                let _ = fs::remove_dir_all(path.join(UNFINISHED));
            }
            #[cfg(feature = "object-store")]
            Self::Bucket(_) => {}
        }
    }

    /// Removes the folder of unfinished files if nobody writes.
    pub fn clean_if_idle(&self) {
        match self {
            Self::Folder(path) => {
                let _ = fs::remove_dir(path.join(UNFINISHED));
            }
            #[cfg(feature = "object-store")]
            Self::Bucket(_) => {}
        }
    }
}
