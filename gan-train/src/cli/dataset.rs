//! Opens a data set, with a bar on stderr for what has to be downloaded.

use anyhow::{Context, Result};
use gan_train::data::{self, Dataset};
use gan_train::train::folder::{CONFIG, RunConfig};
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use std::path::{Path, PathBuf};

/// Opens `digits`, `mnist` or a folder, as [`data::open`] does it.
pub fn open(name: &str, data_dir: Option<&Path>) -> Result<Dataset> {
    // The bar of the file that is being downloaded; the one before goes when it is replaced.
    let mut current: Option<(String, ProgressBar)> = None;
    data::open(name, data_dir, &mut |file, done, whole| {
        if current.as_ref().is_none_or(|(shown, _)| shown != file) {
            current = Some((file.to_owned(), bar(file, done, whole)));
        }
        if let Some((_, bar)) = &current {
            bar.set_position(done);
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

/// What `config.toml` calls a data set: `digits`, `mnist`, or a folder's absolute path.
pub fn stored(data: &str) -> Result<String> {
    Ok(match data {
        "digits" | "mnist" => data.into(),
        folder => absolute(Path::new(folder))?.display().to_string(),
    })
}

pub fn absolute(path: &Path) -> Result<PathBuf> {
    path.canonicalize().with_context(|| format!("{}: cannot be found", path.display()))
}

fn bar(file: &str, done: u64, whole: u64) -> ProgressBar {
    let template = "{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}";
    ProgressBar::new(whole)
        .with_style(ProgressStyle::with_template(template).expect("the template is valid"))
        .with_message(file.to_owned())
        .with_position(done)
        .with_finish(ProgressFinish::AndClear)
}
