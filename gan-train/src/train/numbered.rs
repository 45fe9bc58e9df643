//! Folders of runs that nobody named: `runs/0001-digits8`, `runs/0002-deep` and so on.

use anyhow::{Context, Result};
use gan_tools::files::atomic;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The folder that [`create`] would make in `runs` now.
///
/// # Errors
///
/// `runs` cannot be read.
pub fn next(runs: &Path, name: &str) -> Result<PathBuf> {
    let mut highest = 0;
    if runs.exists() {
        let cannot = || format!("{}: cannot be read", runs.display());
        for entry in std::fs::read_dir(runs).with_context(cannot)? {
            let found = entry.with_context(cannot)?.file_name();
            let number = found.to_str().and_then(|found| found.split_once('-')?.0.parse().ok());
            highest = highest.max(number.unwrap_or(0u32));
        }
    }
    // A model may be called anything; a folder may not.
    let plain =
        |letter: char| if letter.is_alphanumeric() || "._".contains(letter) { letter } else { '-' };
    let name: String = name.chars().map(plain).collect();
    Ok(runs.join(format!("{:04}-{name}", highest.saturating_add(1))))
}

/// Makes a folder in `runs` for a run of this name, with the number after the highest one that is
/// there. Of two processes that do so at once each gets its own.
///
/// # Errors
///
/// Names the folder.
pub fn create(runs: &Path, name: &str) -> Result<PathBuf> {
    atomic::create_folder(runs)?;
    loop {
        let folder = next(runs, name)?;
        match std::fs::create_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            created => {
                created.with_context(|| format!("{}: cannot be made", folder.display()))?;
                return Ok(folder);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_run_has_the_next_number() {
        let runs = std::env::temp_dir().join(format!("gan-train-numbered-{}", std::process::id()));
        let name = |path: PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
        let mut names = vec![name(next(&runs, "a").unwrap())];
        names.push(name(create(&runs, "digits8").unwrap()));
        names.push(name(create(&runs, "../my model").unwrap()));
        for other in ["0040-x", "quickstart", "x-0050", "12345"] {
            std::fs::create_dir(runs.join(other)).unwrap();
        }
        names.push(name(create(&runs, "digits8").unwrap()));
        // Threads at once, each with a folder of its own.
        let at_once: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..8).map(|_| scope.spawn(|| create(&runs, "t").unwrap())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let mut at_once: Vec<_> = at_once.into_iter().map(name).collect();
        at_once.sort();
        std::fs::remove_dir_all(&runs).unwrap();
        assert_eq!(names, ["0001-a", "0001-digits8", "0002-..-my-model", "0041-digits8"]);
        assert_eq!(at_once, (42..50).map(|number| format!("{number:04}-t")).collect::<Vec<_>>());
    }
}
