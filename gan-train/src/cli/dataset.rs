//! Opens a data set, with a bar on stderr for what has to be downloaded.

use anyhow::Result;
use gan_train::data::{self, Dataset};
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use std::path::Path;

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

fn bar(file: &str, done: u64, whole: u64) -> ProgressBar {
    let template = "{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}";
    ProgressBar::new(whole)
        .with_style(ProgressStyle::with_template(template).expect("the template is valid"))
        .with_message(file.to_owned())
        .with_position(done)
        .with_finish(ProgressFinish::AndClear)
}
