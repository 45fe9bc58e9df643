//! Opens a data set, with a bar on stderr for what has to be downloaded.

use anyhow::Result;
use gan_tools::progress::{Progress, Unit};
use gan_train::data::{self, Dataset};
use std::path::Path;

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
