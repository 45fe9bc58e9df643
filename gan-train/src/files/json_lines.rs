//! Files of one JSON object a line that grow while a run goes on, and that a resumed run cuts back
//! to the step from which it goes on.
//!
//! A kill may cut the last line off: what does not end in a newline is left out.

use anyhow::{Context, Result};
use gan_tools::files::{self, atomic};
use serde::{Deserialize, Deserializer};
use std::fs::File;
use std::path::Path;

/// Brings the lines of all such files of a folder to the disk, so that a checkpoint that is written
/// next is not there without the lines of the steps before it.
///
/// # Errors
///
/// Names the file or the folder.
pub fn sync(folder: &Path) -> Result<()> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    for entry in entries {
        let path = entry.with_context(|| folder.display().to_string())?.path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            // A handle that may write: Windows syncs no other.
            File::options()
                .append(true)
                .open(&path)
                .and_then(|file| file.sync_all())
                .with_context(|| format!("{}: cannot be brought to the disk", path.display()))?;
        }
    }
    Ok(())
}

/// For `#[serde(deserialize_with)]`: a number, or null for what is not a number. JSON has no other
/// name for it, and serde_json writes it so.
///
/// # Errors
///
/// The value is neither.
pub fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(f64::NAN))
}

/// Reads every whole line, as it was written, and what `parse` makes of it.
///
/// # Errors
///
/// Names the file, and the line that `parse` refuses.
pub fn read<T>(path: &Path, parse: impl Fn(&str) -> Result<T>) -> Result<Vec<(String, T)>> {
    let text = files::read_text(path)?;
    let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
    let parse = |(index, line): (usize, &str)| {
        let parsed =
            parse(line).with_context(|| format!("{}: line {}", path.display(), index + 1))?;
        Ok((line.to_owned(), parsed))
    };
    whole.lines().enumerate().map(parse).collect()
}

/// Drops the lines that are not `wanted`, and one that was cut off. The others stay as they were
/// written, byte for byte: an older or newer version's fields are not lost. Returns what they say.
///
/// # Errors
///
/// As [`read`], or the file cannot be written. A file that is not there is left so.
pub fn keep<T>(
    path: &Path,
    parse: impl Fn(&str) -> Result<T>,
    wanted: impl Fn(&T) -> bool,
) -> Result<Vec<T>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let kept = read(path, parse)?.into_iter().filter(|(_, parsed)| wanted(parsed));
    let (lines, kept): (Vec<String>, Vec<T>) = kept.unzip();
    let text: String = lines.into_iter().map(|line| line + "\n").collect();
    atomic::write(path, text.as_bytes())?;
    Ok(kept)
}
