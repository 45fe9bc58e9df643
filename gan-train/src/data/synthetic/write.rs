//! Makes a synthetic set in a folder, and goes on with one that was begun there.

use super::super::folder::entries;
use crate::data::Split;
use anyhow::{Context, Result, ensure};
use gan_tools::files::atomic;
use gan_tools::files::digest::sha256;
use gan_tools::set::{Description, FILE, Format, Made, Maker, Manifest};
use gan_tools::shards::DATASET;
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long files are made before the manifest is written again: what a kill can cost.
const BETWEEN: Duration = Duration::from_secs(5);
/// Digits of an index in a file's name, at least: names in order are images in order.
const DIGITS: usize = 12;

/// A set that can be made in a folder.
#[derive(Debug)]
pub struct Set<'a>(Maker<'a>);

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Whether it came to the end.
    pub complete: bool,
    /// Images whose files were there.
    pub kept: u64,
    /// Images that were made.
    pub made: u64,
}

impl<'a> From<Maker<'a>> for Set<'a> {
    fn from(maker: Maker<'a>) -> Self {
        Self(maker)
    }
}

impl Set<'_> {
    /// The first `count` images of the set, or all if it has fewer, with their labels.
    ///
    /// # Errors
    ///
    /// Colour images, or over 256 labels.
    pub fn images(&self, count: usize) -> Result<Split> {
        let made_of = self.0.made_of();
        let count = usize::try_from(made_of.count).unwrap_or(usize::MAX).min(count);
        let (images, labels) = self.0.images(made_of.first, count)?;
        let label = |&label: &u16| u8::try_from(label).context("labels: more than 256");
        let labels = labels.iter().map(label).collect::<Result<_>>()?;
        Ok(Split { images, labels: self.0.labelled().then_some(labels) })
    }

    /// Makes the files in `folder` that are not there already. `go_on` is told after each shard how
    /// many images there are, and says whether the next one is wanted.
    ///
    /// # Errors
    ///
    /// A folder with other things in it, or with another set. Names the file.
    pub fn write(&self, folder: &Path, mut go_on: impl FnMut(u64) -> bool) -> Result<Written> {
        let there = self.begin(folder)?;
        let made_of = self.0.made_of();
        let Description { first, count, shard, format, .. } = *made_of;
        let (mut at, end) = (first, first + count);
        let mut manifest = Manifest::new(made_of.clone(), Vec::new());
        let (mut kept, mut written_at) = (0, Instant::now());
        let mut complete = true;
        while at < end {
            let next = (at / u64::from(shard) + 1).saturating_mul(shard.into()).min(end);
            let count = (next - at) as usize;
            let names = self.0.names(&format!("{at:0DIGITS$}"), at, count);
            if let Some(files) = is_there(folder, &names, &there)? {
                manifest.files.extend(files);
                kept += next - at;
            } else {
                let contents = self.0.contents(at, count)?;
                for (index, (name, bytes)) in names.into_iter().zip(contents).enumerate() {
                    write_file(&folder.join(&name), &bytes, format)?;
                    let (first, count) = match format {
                        Format::Png => (at + index as u64, 1),
                        _ => (at, count as u32),
                    };
                    let (len, digest) = (bytes.len() as u64, sha256(&bytes));
                    manifest.files.push(Made { name, first, count, bytes: len, sha256: digest });
                }
            }
            at = next;
            if !go_on(at - first) && at < end {
                complete = false;
                break;
            }
            if written_at.elapsed() > BETWEEN && at < end {
                self.save(&manifest, &there, folder)?;
                written_at = Instant::now();
            }
        }
        manifest.complete = complete;
        self.save(&manifest, &there, folder)?;
        Ok(Written { complete, kept, made: at - first - kept })
    }

    /// Refuses a folder that is not this set's. Returns the files that its manifest lists.
    fn begin(&self, folder: &Path) -> Result<HashMap<String, Made>> {
        ensure!(
            !folder.join(DATASET).exists(),
            "{}: a set of `gan shards` is there: give another folder",
            folder.join(DATASET).display()
        );
        let manifest = if folder.exists() { Manifest::read(folder)? } else { None };
        let Some(manifest) = manifest else {
            ensure!(
                !folder.exists() || entries(folder)?.is_empty(),
                "{}: the folder is not empty, and no synthetic set of gan-train is in it: give \
                 another folder",
                folder.display()
            );
            atomic::create_folder(folder)?;
            Manifest::new(self.0.made_of().clone(), Vec::new()).write(folder)?;
            return Ok(HashMap::new());
        };
        manifest.made_of.check_same(self.0.made_of(), &folder.join(FILE))?;
        Ok(manifest.files.into_iter().map(|file| (file.name.clone(), file)).collect())
    }

    /// Writes the manifest. Of a set that is not complete it also lists the files of before behind
    /// the last one: they may be there still.
    fn save(
        &self,
        manifest: &Manifest,
        there: &HashMap<String, Made>,
        folder: &Path,
    ) -> Result<()> {
        let mut manifest = manifest.clone();
        if !manifest.complete {
            let done = manifest
                .files
                .last()
                .map_or(self.0.made_of().first, |file| file.first + u64::from(file.count));
            let mut later: Vec<Made> =
                there.values().filter(|file| file.first >= done).cloned().collect();
            later.sort_by(|a, b| (a.first, &a.name).cmp(&(b.first, &b.name)));
            manifest.files.extend(later);
        }
        manifest.write(folder)
    }
}

/// What the manifest says of these files, if all of them are there as it says.
fn is_there(
    folder: &Path,
    names: &[String],
    there: &HashMap<String, Made>,
) -> Result<Option<Vec<Made>>> {
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        let Some(listed) = there.get(name) else { return Ok(None) };
        let path = folder.join(name);
        if !path.metadata().is_ok_and(|file| file.is_file() && file.len() == listed.bytes) {
            return Ok(None);
        }
        let bytes =
            std::fs::read(&path).with_context(|| format!("{}: cannot be read", path.display()))?;
        if sha256(&bytes) != listed.sha256 {
            return Ok(None);
        }
        found.push(listed.clone());
    }
    Ok(Some(found))
}

/// Writes a file beside its place and renames it. Pictures are too many to wait for the disk after
/// each: what a power cut damages is found by its digest.
fn write_file(path: &Path, bytes: &[u8], format: Format) -> Result<()> {
    if format != Format::Png {
        return atomic::write(path, bytes);
    }
    let mut beside = OsString::from(".");
    beside.push(path.file_name().unwrap_or_default());
    beside.push(".gan-new");
    let beside = path.with_file_name(beside);
    if let Some(folder) = path.parent() {
        atomic::create_folder(folder)?;
    }
    std::fs::write(&beside, bytes)
        .and_then(|()| std::fs::rename(&beside, path))
        .with_context(|| format!("{}: cannot be written", path.display()))
}
