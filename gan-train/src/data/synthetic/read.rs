//! Reads a synthetic set by its manifest, whichever shards it has.

use super::super::folder::{Found, Part};
use super::super::{arrays, idx};
use anyhow::{Result, bail, ensure};
use gan_tools::images::Images;
use gan_tools::set::{FILE, Format, Manifest};
use std::path::Path;

/// The set in a folder; nothing if there is no manifest of ours, or if the files are pictures,
/// which are a data set without it.
///
/// # Errors
///
/// Names the file. A set that is not complete, or of CSV or Parquet files.
pub(in super::super) fn open(folder: &Path) -> Result<Option<Found>> {
    let Some(manifest) = Manifest::read(folder)? else { return Ok(None) };
    let path = folder.join(FILE);
    ensure!(
        manifest.complete,
        "{}: the set is not complete: the command that began it goes on with it",
        path.display()
    );
    let Manifest { made_of, files, .. } = manifest;
    let mut images =
        Images { count: 0, width: made_of.width, height: made_of.height, pixels: Vec::new() };
    let mut labels = Vec::new();
    let mut read = vec![path.clone()];
    for file in &files {
        let path = folder.join(&file.name);
        let part = match made_of.format {
            Format::Idx if file.name.ends_with(gan_tools::files::idx::LABELS) => {
                labels.extend(idx::read_labels(&path)?);
                read.push(path);
                continue;
            }
            Format::Idx => Part { images: idx::read_images(&path)?, labels: None },
            Format::Npz => arrays::of_archive(&path)?.train,
            Format::Png => return Ok(None),
            Format::Csv | Format::Parquet | Format::WebDataset => bail!(
                "{}: the set is of {} files, which are not read: make it as idx, npz or png",
                path.display(),
                match made_of.format {
                    Format::Csv => "CSV",
                    Format::Parquet => "Parquet",
                    _ => "WebDataset's",
                }
            ),
        };
        ensure!(
            part.images.count == file.count as usize
                && (part.images.width, part.images.height) == (images.width, images.height),
            "{}: is not the file that {FILE} lists",
            path.display()
        );
        images.count += part.images.count;
        images.pixels.extend(part.images.pixels);
        labels.extend(part.labels.into_iter().flatten());
        read.push(path);
    }
    ensure!(
        labels.is_empty() || labels.len() == images.count,
        "{}: {} labels for {} images",
        path.display(),
        labels.len(),
        images.count
    );
    let names = (!made_of.label_names.is_empty()).then(|| present(&labels, &made_of.label_names));
    let labels = (!labels.is_empty()).then_some(labels);
    Ok(Some(Found { train: Part { images, labels }, test: None, names, files: read }))
}

/// The names of those labels that some image has: a label without images is no class.
fn present(labels: &[i64], names: &[String]) -> Vec<String> {
    let is_there = |label: usize| labels.contains(&(label as i64));
    (0..names.len()).filter(|&label| is_there(label)).map(|label| names[label].clone()).collect()
}
