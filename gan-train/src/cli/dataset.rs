//! Opens a data set, with a bar on stderr for what has to be downloaded.

use anyhow::{Context, Result};
use gan_tools::progress::{Progress, Unit};
use gan_train::data::{self, Dataset};
use gan_train::train::folder::{CONFIG, RunConfig};
use std::path::{Path, PathBuf};

/// Opens `digits`, `mnist` or a folder, as [`data::open`] does it.
pub fn open(name: &str, data_dir: Option<&Path>) -> Result<Dataset> {
    // The bar of the file that is being downloaded; the one before goes when it is replaced.
    let mut current: Option<(String, Progress)> = None;
    data::open(name, data_dir, &mut |file, done, whole| match &mut current {
        Some((shown, progress)) if shown == file => progress.show(done, file),
        _ => {
            let whole = (whole > 0).then_some(whole);
            current = Some((file.to_owned(), Progress::new(Unit::Bytes, whole, done)));
        }
    })
}

/// Notes in a run's configuration where its data is, if the command line says so. A folder's path
/// becomes absolute, as a later command may start elsewhere.
pub fn locate(run: &mut RunConfig, data: Option<&str>, data_dir: Option<&Path>) -> Result<()> {
    if let Some(data) = data {
        let stored = stored(data)?;
        if stored != run.data {
            run.data_dir = None;
        }
        run.data = stored;
    }
    if let Some(folder) = data_dir {
        run.data_dir = Some(absolute(folder)?);
    }
    Ok(())
}

/// Opens the data of the run in `folder`.
pub fn of_run(run: &RunConfig, folder: &Path) -> Result<Dataset> {
    open(&run.data, run.data_dir.as_deref()).with_context(|| {
        format!(
            "the data of {} ({}); --data says where it is now",
            folder.join(CONFIG).display(),
            run.data
        )
    })
}

/// What `config.toml` calls a data set: `digits`, `mnist`, or a folder's or file's absolute path. A
/// file keeps its name, which says what is in it, wherever a link of that name leads.
pub fn stored(data: &str) -> Result<String> {
    let path = Path::new(data);
    Ok(match (data, path.file_name()) {
        ("digits" | "mnist", _) => data.into(),
        (_, Some(name)) if path.is_file() => {
            let folder = path.parent().filter(|folder| *folder != "").unwrap_or(Path::new("."));
            absolute(folder)?.join(name).display().to_string()
        }
        _ => absolute(path)?.display().to_string(),
    })
}

pub fn absolute(path: &Path) -> Result<PathBuf> {
    path.canonicalize().with_context(|| format!("{}: cannot be found", path.display()))
}
