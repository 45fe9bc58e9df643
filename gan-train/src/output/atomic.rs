//! Files that are whole or not there: written beside their place and moved into it.

use anyhow::{Context, Result};
use std::io::Write;
use std::path::Path;

/// Writes a file. An earlier one of that name stays as it is until the new one is complete and on the disk.
///
/// # Errors
///
/// Names the file; then nothing has changed.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".gan-train-");
        // As any other file: the umask says who may read it. Temporary files are for their owner alone.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    write().with_context(|| format!("{}: cannot be written", path.display()))
}

/// Makes a folder and those above it.
///
/// # Errors
///
/// Names the folder.
pub fn create_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("{}: the folder cannot be made", folder.display()))
}
