//! What the labels of a model are called. A blob has no place for it, so it is in a file beside the
//! blob: `MODEL.gan.labels`, of one line of ours, which names the blob, and then a name a line.

use super::atomic;
use anyhow::{Context, Result, ensure};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What the first line begins with; the CRC-32 of the blob follows in hexadecimal.
const FIRST: &str = "# What the labels 0, 1, 2 ... are called, of the blob with CRC-32 ";
/// Names that an error lists.
const LISTED: usize = 30;

/// The names of the labels 0, 1, 2 …; none if each is called by its own number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelNames(Vec<String>);

impl From<Vec<String>> for LabelNames {
    fn from(names: Vec<String>) -> Self {
        Self(names)
    }
}

impl LabelNames {
    /// Those of a blob with this CRC-32 and so many labels. There are none if the file beside the
    /// blob is of another one.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or has not a name for each label.
    pub fn beside(blob: &Path, crc: u32, labels: u16) -> Result<Self> {
        let path = path(blob);
        let Some(text) = read(&path)? else { return Ok(Self::default()) };
        let mut lines = text.lines();
        if lines.next() != Some(&first_line(crc)) {
            return Ok(Self::default());
        }
        let names: Vec<String> = lines.map(str::to_owned).collect();
        let found = names.len();
        ensure!(
            found == usize::from(labels),
            "{}: {found} names for {labels} labels",
            path.display()
        );
        Ok(Self(names))
    }

    /// Whether each label is called by its own number.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }

    /// The label that is called so. Where no name is a number, a label's number stands for it too.
    pub fn find(&self, text: &str, labels: u16) -> Option<u16> {
        let named = self.0.iter().position(|name| name == text).map(|label| label as u16);
        let numbers = self.0.iter().any(|name| name.parse::<i64>().is_ok());
        let number = || text.parse().ok().filter(|_| !numbers);
        named.or_else(number).filter(|&label| label < labels)
    }

    /// What [`find`](Self::find) finds.
    pub fn expected(&self, labels: u16) -> String {
        if self.0.is_empty() {
            return format!("0 to {}", labels.saturating_sub(1));
        }
        let rest = if self.0.len() > LISTED { ", ..." } else { "" };
        let shown: Vec<&str> = self.0.iter().take(LISTED).map(String::as_str).collect();
        format!("one of {}{rest}", shown.join(", "))
    }
}

/// The file beside a blob.
pub fn path(blob: &Path) -> PathBuf {
    let mut name = blob.file_name().map(OsString::from).unwrap_or_default();
    name.push(".labels");
    blob.with_file_name(name)
}

/// Refuses a file in the place of that beside a blob which is no such file.
///
/// # Errors
///
/// Names the file.
pub fn check(blob: &Path) -> Result<()> {
    let path = path(blob);
    let is_ours = read(&path)?.is_none_or(|text| text.starts_with(FIRST));
    ensure!(is_ours, "{}: is no file of label names: give another --out", path.display());
    Ok(())
}

/// Writes the file beside a blob, or removes one of an earlier blob if the labels have no names.
///
/// # Errors
///
/// As [`check`], and the file cannot be written.
pub fn write(blob: &Path, crc: u32, names: &[String]) -> Result<()> {
    check(blob)?;
    let path = path(blob);
    if names.is_empty() {
        return match path.exists() {
            true => std::fs::remove_file(&path)
                .with_context(|| format!("{}: cannot be removed", path.display())),
            false => Ok(()),
        };
    }
    atomic::write(&path, format!("{}\n{}\n", first_line(crc), names.join("\n")).as_bytes())
}

fn first_line(crc: u32) -> String {
    format!("{FIRST}{crc:08x}")
}

/// The file's text, if there is a file.
fn read(path: &Path) -> Result<Option<String>> {
    if !path.exists() {
        return Ok(None);
    }
    Ok(Some(String::from_utf8_lossy(&super::read_settings(path)?).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> LabelNames {
        names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>().into()
    }

    #[test]
    fn a_label_is_found_by_its_name_or_its_number() {
        let plain = LabelNames::default();
        assert_eq!((plain.find("9", 10), plain.find("10", 10)), (Some(9), None));
        assert_eq!(plain.expected(10), "0 to 9");
        let letters = names(&["a", "b"]);
        assert_eq!((letters.find("b", 2), letters.find("1", 2)), (Some(1), Some(1)));
        assert_eq!((letters.find("c", 2), letters.find("2", 2)), (None, None));
        assert_eq!(letters.expected(2), "one of a, b");
        // Where names are numbers, nobody could tell a number from a name.
        let numbers = names(&["1", "2", "7"]);
        assert_eq!((numbers.find("1", 3), numbers.find("7", 3)), (Some(0), Some(2)));
        assert_eq!(numbers.find("0", 3), None);
    }
}
