//! Makes a synthetic set in a folder, and goes on with one that was begun there.

use super::super::folder::entries;
use super::super::hex;
use super::{Description, Format, LabelRule, Made, Manifest, rows};
use crate::data::Split;
use anyhow::{Context, Result, ensure};
use gan_core::host::Runner;
use gan_core::table::Table;
use gan_core::{Generator, OutputKind};
use gan_tools::files::atomic;
use gan_tools::generate;
use gan_tools::images::Images;
use gan_tools::samples::{self, Samples};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long files are made before the manifest is written again: what a kill can cost.
const BETWEEN: Duration = Duration::from_secs(5);
/// Bytes of a shard's pixels, at most: a shard is in memory as a whole.
const SHARD_BYTES: u64 = 1 << 30;
/// Pictures of a set, at most: each is a file.
const PICTURES: u64 = 1_000_000;

/// Which images of a seed, and in shards of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Index of the first.
    pub first: u64,
    /// How many.
    pub count: u64,
    /// Images of a whole shard.
    pub shard: u32,
}

/// A set that can be made.
#[derive(Debug)]
pub struct Set<'a> {
    generator: &'a Generator<'a>,
    made_of: Description,
    /// What the numbers of a table mean; none of images.
    table: Option<Table<'a>>,
}

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

impl<'a> Set<'a> {
    /// The set of these images of the generator in `blob`.
    ///
    /// # Errors
    ///
    /// A range that a seed does not have, a shard that is too large, a rule for other labels than
    /// the generator's, or labels that the format cannot hold.
    pub fn new(
        generator: &'a Generator<'a>,
        blob: &[u8],
        seed: u64,
        (labels, label_names): (LabelRule, &[String]),
        format: Format,
        Range { first, count, shard }: Range,
    ) -> Result<Self> {
        let image = generator.image();
        let (width, height) = (usize::from(image.width), usize::from(image.height));
        samples::check_range(generator, first, count)?;
        let bytes = u64::from(shard) * (width * height) as u64;
        ensure!(
            shard > 0 && bytes <= SHARD_BYTES,
            "--shard {shard}: expected 1 to {} images of {width}x{height}",
            SHARD_BYTES / (width * height) as u64
        );
        ensure!(
            format != Format::Png || count <= PICTURES,
            "--format png: {count} images (at most {PICTURES} pictures in a folder: make several \
             ranges in several folders, or choose another format)"
        );
        let classes = generator.classes();
        let ruled = match &labels {
            LabelRule::None => 0,
            LabelRule::InTurn { classes } => usize::from(*classes),
            LabelRule::Proportions { weights } => weights.len(),
        };
        ensure!(
            ruled == usize::from(classes),
            "--proportions: {ruled} labels, and {} has {classes}",
            generator.name()
        );
        format.check_names(label_names)?;
        let numbers = generator.header().outputs == OutputKind::Numbers;
        ensure!(
            !numbers || matches!(format, Format::Csv | Format::Parquet),
            "--format: {} makes rows of a table (expected csv or parquet)",
            generator.name()
        );
        let table = numbers.then(|| Table::read(generator.header()));
        let table = table.transpose().with_context(|| generator.name().to_owned())?;
        let made_of = Description {
            blob_sha256: hex(&Sha256::digest(blob)),
            blob_name: generator.name().into(),
            seed,
            labels,
            label_names: label_names.to_vec(),
            width,
            height,
            format,
            first,
            count,
            shard,
        };
        Ok(Self { generator, made_of, table })
    }

    /// The first `count` images of the set, or all if it has fewer, with their labels.
    ///
    /// # Errors
    ///
    /// Colour images, or over 256 labels.
    pub fn images(&self, count: usize) -> Result<Split> {
        let count = usize::try_from(self.made_of.count).unwrap_or(usize::MAX).min(count);
        let runner = Runner::new(self.generator);
        let (images, labels) = self.part(&runner, self.made_of.first, count)?;
        let labelled = self.generator.classes() > 0;
        let label = |&label: &u16| u8::try_from(label).context("labels: more than 256");
        let labels = labels.iter().map(label).collect::<Result<_>>()?;
        Ok(Split { images, labels: labelled.then_some(labels) })
    }

    /// Makes the files in `folder` that are not there already. `go_on` is told after each shard how
    /// many images there are, and says whether the next one is wanted.
    ///
    /// # Errors
    ///
    /// A folder with other things in it, or with another set. Names the file.
    pub fn write(&self, folder: &Path, mut go_on: impl FnMut(u64) -> bool) -> Result<Written> {
        let there = self.begin(folder)?;
        let runner = Runner::new(self.generator);
        let Description { first, count, shard, format, ref label_names, .. } = self.made_of;
        let labelled = self.generator.classes() > 0;
        let (mut at, end) = (first, first + count);
        let mut manifest = Manifest::new(self.made_of.clone(), Vec::new());
        let (mut kept, mut written_at) = (0, Instant::now());
        let mut complete = true;
        while at < end {
            let next = (at / u64::from(shard) + 1).saturating_mul(shard.into()).min(end);
            let count = (next - at) as usize;
            let labels = self.made_of.labels.labels(at, count);
            let labels = labelled.then_some(&labels[..]);
            let names = format.names(at, count, labels, label_names);
            if let Some(files) = is_there(folder, &names, &there)? {
                manifest.files.extend(files);
                kept += next - at;
            } else {
                let (images, _) = self.part(&runner, at, count)?;
                let contents = match &self.table {
                    Some(table) => vec![rows::file(table, &images, labels, format)?],
                    None => format.contents(&images, labels, label_names)?,
                };
                for (index, (name, bytes)) in names.into_iter().zip(contents).enumerate() {
                    write_file(&folder.join(&name), &bytes, format)?;
                    let (first, count) = match format {
                        Format::Png => (at + index as u64, 1),
                        _ => (at, count as u32),
                    };
                    let (len, sha256) = (bytes.len() as u64, hex(&Sha256::digest(&bytes)));
                    manifest.files.push(Made { name, first, count, bytes: len, sha256 });
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
        let manifest = if folder.exists() { Manifest::read(folder)? } else { None };
        let Some(manifest) = manifest else {
            ensure!(
                !folder.exists() || entries(folder)?.is_empty(),
                "{}: the folder is not empty, and no synthetic set of gan-train is in it: give \
                 another folder",
                folder.display()
            );
            atomic::create_folder(folder)?;
            Manifest::new(self.made_of.clone(), Vec::new()).write(folder)?;
            return Ok(HashMap::new());
        };
        manifest.check_same(&self.made_of, folder)?;
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
                .map_or(self.made_of.first, |file| file.first + u64::from(file.count));
            let mut later: Vec<Made> =
                there.values().filter(|file| file.first >= done).cloned().collect();
            later.sort_by(|a, b| (a.first, &a.name).cmp(&(b.first, &b.name)));
            manifest.files.extend(later);
        }
        manifest.write(folder)
    }

    /// Images `first..first + count` of the seed, and their labels.
    fn part(&self, runner: &Runner<'_>, first: u64, count: usize) -> Result<(Images, Vec<u16>)> {
        let latent_len = self.generator.latent_len() as u16;
        let classes = self.generator.classes();
        let mut samples = Samples::part(self.made_of.seed, first, count, latent_len, classes);
        samples.labels = self.made_of.labels.labels(first, count);
        Ok((generate::images(runner, &samples)?, samples.labels))
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
        if hex(&Sha256::digest(&bytes)) != listed.sha256 {
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
