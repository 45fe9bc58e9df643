//! A folder with a PNG file for each image.

use super::{Request, Sink};
use crate::files::parts::{Parts, entries_to_replace};
use crate::files::refuse_input;
use crate::images::Images;
use crate::picture::png;
use anyhow::{Context, Result};
use gan_core::Generator;
use rayon::prelude::*;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Writes images into a folder as `LABEL-NUMBER.png`, or `NUMBER.png` for a model without labels.
/// A number is that of the image among all of its seed, and has so many digits that names in order
/// are images in order. All files come into their place together.
#[derive(Debug)]
pub struct PngFolder {
    parts: Parts,
    labelled: bool,
    /// Digits of a number.
    digits: usize,
    /// Number of the next image.
    next: u64,
    /// Pictures of before, which must not stay among these.
    stale: Vec<PathBuf>,
}

impl PngFolder {
    /// Makes the folder. `inputs` are what the images are made from.
    ///
    /// # Errors
    ///
    /// A folder that is not empty, unless it is to be overwritten; one that cannot be made.
    pub fn begin(
        folder: &Path,
        generator: &Generator<'_>,
        request: Request,
        overwrite: bool,
        inputs: &[PathBuf],
    ) -> Result<Self> {
        let there = entries_to_replace(folder, overwrite, "the numbered pictures")?;
        let stale: Vec<_> = there.into_iter().filter(|path| is_numbered(path)).collect();
        for path in &stale {
            inputs.iter().try_for_each(|input| refuse_input(path, input))?;
        }
        let parts = Parts::begin(folder)?;
        let digits = (request.first + request.count - 1).to_string().len();
        let labelled = generator.classes() > 0;
        Ok(Self { parts, labelled, digits, next: request.first, stale })
    }

    /// Puts all files into their place.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn finish(self) -> Result<()> {
        for path in &self.stale {
            std::fs::remove_file(path)
                .with_context(|| format!("{}: cannot be removed", path.display()))?;
        }
        self.parts.finish()
    }

    fn name(&self, number: u64, label: u16) -> String {
        let digits = self.digits;
        if self.labelled {
            format!("{label}-{number:0digits$}.png")
        } else {
            format!("{number:0digits$}.png")
        }
    }
}

impl Sink for PngFolder {
    fn take(&mut self, images: &Images, labels: &[u16]) -> Result<()> {
        images.pixels.par_chunks_exact(images.image_len()).enumerate().try_for_each(
            |(index, pixels)| {
                let png = png::encode([images.width, images.height], false, pixels)?;
                self.parts.write(self.name(self.next + index as u64, labels[index]), &png)
            },
        )?;
        self.next += images.count as u64;
        Ok(())
    }
}

/// Whether a file is called as this module calls its files.
fn is_numbered(path: &Path) -> bool {
    let is_number =
        |part: &str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
    let name = path.file_name().and_then(OsStr::to_str);
    let Some(name) = name.and_then(|name| name.strip_suffix(".png")) else { return false };
    name.splitn(2, '-').all(is_number) && path.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbered_pictures_are_ours() {
        let folder = std::env::temp_dir().join(format!("gan-png-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let ours = |name: &str| {
            std::fs::write(folder.join(name), "").unwrap();
            is_numbered(&folder.join(name))
        };
        for name in ["0.png", "0012.png", "7-03.png", "123-4.png"] {
            assert!(ours(name), "{name}");
        }
        for name in
            ["a.png", "-3.png", "7-.png", "1-2-3.png", "12.PNG", "12", ".png", "photo-1.png"]
        {
            assert!(!ours(name), "{name}");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
