//! The room that the tests take on the disk.

use crate::prelude::*;

/// Gigabytes that a run of all steps takes: 9.2 in a fresh clone, by `du`, and over 2 of crates'
/// sources and archives in cargo's own folder.
const NEEDED: u64 = 12;

/// Prints a warning if the disk has less room than a run in a fresh clone takes. A clone that has
/// been built already needs less, so it is no error.
pub fn warn() {
    let Ok(text) = tool("df", "-Pk").arg(root()).read() else { return };
    if let Some(free) = free(&text).filter(|free| *free < NEEDED) {
        println!(
            "WARNING: the disk has {free} GB of room; all steps of a fresh clone take {NEEDED} GB"
        );
    }
}

/// Reads the gigabytes that are free from what `df -Pk` prints: a line of headings, and one of the
/// file system, in kilobytes.
fn free(text: &str) -> Option<u64> {
    let kilobytes: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kilobytes / (1000 * 1000))
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_the_column_available() {
        // From POSIX's page of df, with the numbers of a disk of 252 GB.
        let text = "Filesystem 1024-blocks Used Available Capacity Mounted on\n\
                    /dev/vda 263940832 50990592 44564480 54% /\n";
        assert_eq!(super::free(text), Some(44));
        assert_eq!(super::free("df: /nowhere: No such file or directory\n"), None);
    }
}
