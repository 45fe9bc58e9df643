//! Files that are whole or not there, files that must not be lost, the formats of data sets, and
//! what labels are called.

pub mod absent;
pub mod atomic;
pub mod digest;
pub mod idx;
pub mod labels;
pub mod parts;

use anyhow::{Context, Result, ensure};
use std::fs::{File, Metadata};
use std::io::Read;
use std::path::Path;

/// Opens a file to read it. A pipe or a device may have no end, or never begin, so only regular
/// files are opened.
///
/// # Errors
///
/// Names the file.
pub fn open(path: &Path) -> Result<File> {
    let cannot = || format!("{}: cannot be read", path.display());
    // Before it is opened: to open a pipe waits for its other end.
    let there = path.metadata().with_context(cannot)?;
    ensure!(there.is_file(), "{}: is no regular file", path.display());
    File::open(path).with_context(cannot)
}

/// All of a regular file.
///
/// # Errors
///
/// Names the file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = open(path)?.read_to_end(&mut bytes);
    read.with_context(|| format!("{}: cannot be read", path.display()))?;
    Ok(bytes)
}

/// All of a regular file of text.
///
/// # Errors
///
/// Names the file.
pub fn read_text(path: &Path) -> Result<String> {
    let mut text = String::new();
    let read = open(path)?.read_to_string(&mut text);
    read.with_context(|| format!("{}: cannot be read", path.display()))?;
    Ok(text)
}

/// Refuses to write onto a file that the same command reads, whatever the two paths look like.
///
/// # Errors
///
/// `output` is `input`.
pub fn refuse_input(output: &Path, input: &Path) -> Result<()> {
    let same = match (output.metadata(), input.metadata()) {
        (Ok(out), Ok(read)) => read.is_file() && is_same((output, &out), (input, &read)),
        _ => false,
    };
    ensure!(
        !same,
        "{}: would replace {}, which is read; give another path",
        output.display(),
        input.display()
    );
    Ok(())
}

#[cfg(unix)]
fn is_same((_, one): (&Path, &Metadata), (_, other): (&Path, &Metadata)) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same((one, _): (&Path, &Metadata), (other, _): (&Path, &Metadata)) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
