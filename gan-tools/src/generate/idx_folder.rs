//! A folder with a data set as MNIST's files.

use super::{Request, Sink};
use crate::files::atomic::{self, Writer};
use crate::files::idx::{self, IMAGES, LABELS};
use crate::files::refuse_input;
use crate::images::Images;
use anyhow::{Context, Result, ensure};
use gan_core::Generator;
use std::path::{Path, PathBuf};

/// Writes images and, for a conditional model, labels into a folder: both files or none.
#[derive(Debug)]
pub struct IdxFolder {
    images: Writer,
    labels: Option<Writer>,
    /// Files of the data set before, which must not stay beside this one.
    stale: Vec<PathBuf>,
}

impl IdxFolder {
    /// Begins both files. `inputs` are what the images are made from.
    ///
    /// # Errors
    ///
    /// Labels over 255; a data set that is in the folder already, unless it is to be overwritten;
    /// a training set, which would be read in place of what is written; a file that cannot be
    /// written. Then nothing has changed but that there is a folder.
    pub fn begin(
        folder: &Path,
        generator: &Generator<'_>,
        request: Request,
        overwrite: bool,
        inputs: &[PathBuf],
    ) -> Result<Self> {
        let count = u32::try_from(request.count).with_context(|| {
            format!("--count {}: an IDX file has up to {}", request.count, u32::MAX)
        })?;
        let largest = request.largest_label(generator.classes());
        u8::try_from(largest)
            .with_context(|| format!("label {largest}: IDX files have 0 to 255"))?;
        if let Some(path) = present(folder, "train-").first() {
            let shown = path.display();
            anyhow::bail!(
                "{shown}: would be read in place of what is generated; give another folder"
            );
        }
        let mut stale = present(folder, "");
        for path in &stale {
            inputs.iter().try_for_each(|input| refuse_input(path, input))?;
            ensure!(
                overwrite,
                "{}: there is a data set in the folder already: --overwrite replaces it",
                path.display()
            );
        }
        atomic::create_folder(folder)?;
        let image = generator.image();
        let mut begin = |name: &str, header: Vec<u8>| -> Result<Writer> {
            let path = folder.join(name);
            stale.retain(|stale| *stale != path);
            let mut file = Writer::create(&path)?;
            file.write(&header)?;
            Ok(file)
        };
        let header = idx::images_header(count, image.height.into(), image.width.into());
        let images = begin(IMAGES, header)?;
        let labels = (generator.classes() > 0)
            .then(|| begin(LABELS, idx::labels_header(count)))
            .transpose()?;
        Ok(Self { images, labels, stale })
    }

    /// Puts both files into their place.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn finish(self) -> Result<()> {
        // First: images without labels are better than images with those of others.
        for path in &self.stale {
            std::fs::remove_file(path)
                .with_context(|| format!("{}: cannot be removed", path.display()))?;
        }
        match self.labels {
            Some(labels) => atomic::finish([self.images, labels]),
            None => atomic::finish([self.images]),
        }
    }
}

impl Sink for IdxFolder {
    fn take(&mut self, images: &Images, labels: &[u16]) -> Result<()> {
        self.images.write(&images.pixels)?;
        let Some(file) = &mut self.labels else { return Ok(()) };
        file.write(&labels.iter().map(|&label| label as u8).collect::<Vec<_>>())
    }
}

/// The files of a data set that are in the folder.
fn present(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let names = [IMAGES, LABELS].into_iter().flat_map(|kind| idx::names(prefix, kind));
    names.map(|name| folder.join(name)).filter(|path| path.symlink_metadata().is_ok()).collect()
}
