//! A run's folder as a whole: the names of the files that a command leaves in it, whether a run is
//! in it, and putting another run in its place.

use super::{animation, history, page, tensorboard};
use crate::judge::{evaluations, restore};
use crate::train::folder::{CONFIG, RunConfig};
use crate::train::{checkpoint, metrics, snapshots};
use anyhow::{Context, Result, ensure};
use gan_tools::files::atomic;
use std::path::{Path, PathBuf};

/// Name of the sample grid in a run's folder.
pub const SAMPLES: &str = "samples.png";
/// Name of the quickstart's blob in its run's folder.
pub const QUICKSTART_BLOB: &str = "digits.gan";
/// Folder, in a run's, in which the first files of another run are written.
const BEGUN: &str = ".gan-train-begun";
/// What that folder is called as soon as its files are complete.
const COMPLETE: &str = ".gan-train-complete";
/// What a run begins with. Without them it is none.
const FIRST: [&str; 2] = [CONFIG, checkpoint::FILE];

/// What there is in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// No file of a run's names.
    Nothing,
    /// A run of this program: its configuration or its checkpoint can be told.
    Run,
    /// A file of a run's names, and no run: it is somebody's.
    Other(PathBuf),
}

/// Looks into a folder, which need not be there.
///
/// # Errors
///
/// A folder that cannot be read.
pub fn look(folder: &Path) -> Result<Found> {
    let Some(file) = files(folder)?.into_iter().find(|path| path.symlink_metadata().is_ok()) else {
        return Ok(Found::Nothing);
    };
    let is_run = RunConfig::read(folder).is_ok()
        || checkpoint::is_ours(&folder.join(checkpoint::FILE))
        || checkpoint::is_ours(&folder.join(checkpoint::BEST));
    Ok(if is_run { Found::Run } else { Found::Other(file) })
}

/// Refuses a folder with files of a run's names in it: a run, unless it may be replaced, and in any
/// case files that are no run's.
///
/// # Errors
///
/// Names the folder and what is in it.
pub fn check_free(folder: &Path, replace: bool) -> Result<()> {
    let shown = folder.display();
    match look(folder)? {
        Found::Nothing => Ok(()),
        Found::Run => {
            ensure!(
                replace,
                "{shown}: there is a run in it already: train --resume {shown} goes on with it, \
                 --overwrite replaces it; or give another --out"
            );
            Ok(())
        }
        Found::Other(file) => anyhow::bail!(
            "{}: is there, but {shown} is no run of gan-train, so nothing in it is replaced: \
             give another --out, or move the file away",
            file.display()
        ),
    }
}

/// Refuses a file to be written that is one of a run's own, or would be taken for one.
///
/// # Errors
///
/// Names the file.
pub fn check_output(path: &Path) -> Result<()> {
    // A link leads to where it would be written.
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = match real.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let own =
        |file: PathBuf| file.file_name() == real.file_name() && !file.ends_with(QUICKSTART_BLOB);
    let is_own = files(folder)?.into_iter().filter(|file| file.parent() == Some(folder)).any(own);
    ensure!(
        !is_own || look(folder)? != Found::Run,
        "{}: is a file of the run in {}: give another place to write to",
        path.display(),
        folder.display()
    );
    Ok(())
}

/// The files that a run leaves in a folder: those of fixed names, whether they are there or not,
/// then its grids and its event files.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let names = [
        checkpoint::BEST,
        metrics::FILE,
        evaluations::FILE,
        restore::FILE,
        SAMPLES,
        QUICKSTART_BLOB,
        animation::FILE,
        page::FILE,
    ];
    let names = FIRST.into_iter().chain(names).map(|name| folder.join(name));
    let grids = history::grids(folder)?.into_iter().map(|grid| grid.path);
    let snapshots = snapshots::list(folder)?.into_iter().map(|snapshot| snapshot.path);
    Ok(names.chain(grids).chain(snapshots).chain(tensorboard::files(folder)?).collect())
}

/// Puts a new run into a folder, in place of one that may be there. `write` writes the new run's
/// `FIRST` files into the folder that it is given, and nothing of the old run goes before they
/// are complete and on the disk.
///
/// # Errors
///
/// Names the file. If `write` fails, the old run is as it was.
pub fn begin(folder: &Path, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let begun = folder.join(BEGUN);
    settle(folder)?;
    atomic::create_inner_folder(&begun)?;
    let written = write(&begun).and_then(|()| rename(&begun, &folder.join(COMPLETE)));
    if written.is_err() {
        let _ = std::fs::remove_dir_all(&begun);
    }
    written?;
    settle(folder)
}

/// Ends what a kill has cut short in [`begin`]: of a new run whose first files are complete nothing
/// is lost, and of one whose files are not nothing is left. Call it with the folder locked.
///
/// # Errors
///
/// Names the file.
pub fn settle(folder: &Path) -> Result<()> {
    let (begun, complete) = (folder.join(BEGUN), folder.join(COMPLETE));
    if begun.is_dir() {
        std::fs::remove_dir_all(&begun).with_context(|| cannot("removed", &begun))?;
    }
    if !complete.is_dir() {
        return Ok(());
    }
    // From here on the folder is the new run's. None of the old one's files may ever be taken for
    // its own; those of other names stay.
    for path in files(folder)? {
        if FIRST.iter().any(|name| path == folder.join(name)) {
            continue;
        }
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| cannot("removed", &path));
            }
            _ => {}
        }
    }
    for name in [history::GRIDS, snapshots::FOLDER, tensorboard::FOLDER] {
        // Only if it is empty by now; what else is in it is not a run's.
        let _ = std::fs::remove_dir(folder.join(name));
    }
    for name in FIRST {
        let (from, to) = (complete.join(name), folder.join(name));
        if from.exists() {
            rename(&from, &to)?;
        }
    }
    std::fs::remove_dir(&complete).with_context(|| cannot("removed", &complete))
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    std::fs::rename(from, to).with_context(|| cannot("written", to))
}

fn cannot(be: &str, path: &Path) -> String {
    format!("{}: cannot be {be}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with these files, each of its own name's text.
    fn with(name: &str, files: &[&str]) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("gan-train-folder-{name}-{}", std::process::id()));
        for file in files {
            let path = folder.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, file).unwrap();
        }
        folder
    }

    fn text(folder: &Path, name: &str) -> Option<String> {
        std::fs::read_to_string(folder.join(name)).ok()
    }

    const OLD: [&str; 5] =
        [CONFIG, checkpoint::FILE, metrics::FILE, "grids/00000010.png", "notes.txt"];

    #[test]
    fn an_old_run_stays_until_the_new_ones_first_files_are_complete() {
        let folder = with("begin", &OLD);
        let failed = begin(&folder, |at| {
            std::fs::write(at.join(CONFIG), "new")?;
            anyhow::bail!("no space left")
        });
        assert_eq!(failed.unwrap_err().to_string(), "no space left");
        for name in OLD {
            assert_eq!(text(&folder, name).as_deref(), Some(name));
        }
        let seen = |at: &Path| {
            for name in OLD {
                assert_eq!(text(&folder, name).as_deref(), Some(name), "it went too early");
            }
            for name in FIRST {
                std::fs::write(at.join(name), "new")?;
            }
            Ok(())
        };
        begin(&folder, seen).unwrap();
        let names = [CONFIG, checkpoint::FILE, metrics::FILE, "grids", "notes.txt"];
        let left = names.map(|name| text(&folder, name));
        let entries = std::fs::read_dir(&folder).unwrap().count();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(
            left.each_ref().map(Option::as_deref),
            [Some("new"), Some("new"), None, None, Some("notes.txt")]
        );
        assert_eq!(entries, 3);
    }

    /// A kill at any moment: before the new files are complete the old run is there, after it the
    /// new one.
    #[test]
    fn a_kill_leaves_one_whole_run() {
        let folder = with("killed", &[&OLD[..], &[".gan-train-begun/config.toml"]].concat());
        settle(&folder).unwrap();
        assert!(!folder.join(BEGUN).exists());
        assert_eq!(text(&folder, CONFIG).as_deref(), Some(CONFIG));
        // Between the moves of the two first files: the configuration is the new run's already.
        let complete = ".gan-train-complete/checkpoint.safetensors";
        std::fs::create_dir(folder.join(COMPLETE)).unwrap();
        std::fs::write(folder.join(complete), "new").unwrap();
        std::fs::write(folder.join(CONFIG), "new").unwrap();
        settle(&folder).unwrap();
        let left = [CONFIG, checkpoint::FILE, metrics::FILE].map(|name| text(&folder, name));
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(left.each_ref().map(Option::as_deref), [Some("new"), Some("new"), None]);
    }
}
