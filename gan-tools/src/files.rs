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

/// Bytes that a file of settings may have.
const SETTINGS: u64 = 1 << 20;

/// All of a regular file of settings, which people write: a parser may take many times what it
/// reads, so what is longer than such a file can be is refused.
///
/// # Errors
///
/// Names the file.
pub fn read_settings(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = open(path)?.take(SETTINGS + 1).read_to_end(&mut bytes);
    read.with_context(|| format!("{}: cannot be read", path.display()))?;
    ensure!(
        bytes.len() as u64 <= SETTINGS,
        "{}: is longer than {SETTINGS} bytes, which no file of settings is",
        path.display()
    );
    Ok(bytes)
}

/// The text of a file of settings.
///
/// # Errors
///
/// As [`read_settings`], and a file that is not UTF-8.
pub fn read_settings_text(path: &Path) -> Result<String> {
    let text = String::from_utf8(read_settings(path)?);
    text.with_context(|| format!("{}: is not UTF-8", path.display()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_short_and_text() {
        let path = std::env::temp_dir().join(format!("gan-settings-{}.toml", std::process::id()));
        let written = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            read_settings_text(&path).map_err(|error| error.to_string())
        };
        assert_eq!(written("é".as_bytes()).unwrap(), "é");
        let longest = vec![b' '; SETTINGS as usize];
        assert_eq!(written(&longest).unwrap().len(), longest.len());
        let long = written(&[&longest[..], b" "].concat()).unwrap_err();
        assert!(
            long.ends_with(".toml: is longer than 1048576 bytes, which no file of settings is")
        );
        assert!(written(b"\xFF").unwrap_err().ends_with(".toml: is not UTF-8"));
        std::fs::remove_file(&path).unwrap();
    }
}
