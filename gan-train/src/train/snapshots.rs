//! `snapshots/`: the averaged generator as it was every so many steps of a run, each in a file of
//! its own, named by its step.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// Name of the folder in a run's folder.
pub const FOLDER: &str = "snapshots";
/// What the files' names end with.
const EXTENSION: &str = "safetensors";

/// A snapshot's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Steps done.
    pub step: u64,
    /// A file as `best.safetensors` is one.
    pub path: PathBuf,
}

/// Where the snapshot of a step lies in a run's folder.
pub fn path(folder: &Path, step: u64) -> PathBuf {
    folder.join(FOLDER).join(format!("{step:08}.{EXTENSION}"))
}

/// A run's snapshots by step; none without the folder. Files of other names are not ours.
///
/// # Errors
///
/// Names the folder.
pub fn list(folder: &Path) -> Result<Vec<Snapshot>> {
    let inner = folder.join(FOLDER);
    if !inner.is_dir() {
        return Ok(Vec::new());
    }
    let cannot = || format!("{}: cannot be read", inner.display());
    let mut snapshots = Vec::new();
    for entry in std::fs::read_dir(&inner).with_context(cannot)? {
        let found = entry.with_context(cannot)?.path();
        let step = found.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
        if let Some(step) = step
            && found == path(folder, step)
        {
            snapshots.push(Snapshot { step, path: found });
        }
    }
    snapshots.sort_by_key(|snapshot| snapshot.step);
    Ok(snapshots)
}

/// Removes the snapshots of later steps than `step`: a resumed run makes them again.
///
/// # Errors
///
/// Names the file.
pub fn keep_until(folder: &Path, step: u64) -> Result<()> {
    for later in list(folder)?.iter().filter(|snapshot| snapshot.step > step) {
        std::fs::remove_file(&later.path)
            .with_context(|| format!("{}: cannot be removed", later.path.display()))?;
    }
    Ok(())
}

/// The file of a step's snapshot.
///
/// # Errors
///
/// There is none; names the steps that there are snapshots of.
pub fn find(folder: &Path, step: u64) -> Result<PathBuf> {
    let path = path(folder, step);
    if path.exists() {
        return Ok(path);
    }
    let steps: Vec<String> = list(folder)?.iter().map(|found| found.step.to_string()).collect();
    if steps.is_empty() {
        bail!(
            "{}: not there, as the run has no snapshots (train --snapshot-every STEPS makes them)",
            path.display()
        );
    }
    bail!("{}: not there (there are snapshots of the steps {})", path.display(), steps.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_snapshots_go_and_other_files_stay() {
        let name = format!("gan-train-snapshots-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        assert_eq!(list(&folder).unwrap(), []);
        std::fs::create_dir_all(folder.join(FOLDER)).unwrap();
        let others =
            [folder.join(FOLDER).join("7.safetensors"), path(&folder, 3).with_extension("txt")];
        let paths: Vec<PathBuf> = [5, 40, 123_456_789]
            .map(|step| path(&folder, step))
            .into_iter()
            .chain(others)
            .collect();
        paths.iter().for_each(|path| std::fs::write(path, "x").unwrap());
        assert!(paths[0].ends_with("snapshots/00000005.safetensors"));
        let steps = || list(&folder).unwrap().iter().map(|found| found.step).collect::<Vec<_>>();
        assert_eq!(steps(), [5, 40, 123_456_789]);
        keep_until(&folder, 40).unwrap();
        assert_eq!(steps(), [5, 40]);
        assert_eq!(find(&folder, 40).unwrap(), paths[1]);
        let error = find(&folder, 41).unwrap_err().to_string();
        assert!(
            error.ends_with(
                "00000041.safetensors: not there (there are snapshots of the steps 5, 40)"
            ),
            "{error}"
        );
        keep_until(&folder, 0).unwrap();
        assert!(find(&folder, 5).unwrap_err().to_string().contains("--snapshot-every"));
        let left = [paths[3].exists(), paths[4].exists()];
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(left, [true, true]);
    }
}
