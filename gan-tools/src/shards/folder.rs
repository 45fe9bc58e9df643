//! The folder of a set, or the bucket, and what each thing in it is called.

use super::place::{Place, UNFINISHED};
use crate::blob_file;
use crate::files::digest::sha256;
use crate::set::{Description, Maker};
use anyhow::{Context, Result, ensure};
use gan_core::host::Model;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;

/// Name of the file with what decides every byte.
pub const DATASET: &str = "dataset.json";
/// The blob.
const BLOB: &str = "model.gan";
/// Folder of the shards' files.
pub(super) const SHARDS: &str = "shards";
/// Folder of the lists of digests: a file a shard, in the form that `sha256sum --check` reads.
const DIGESTS: &str = "sha256";
/// What says that a `dataset.json` is ours, and in which version of the contract.
const KIND: &str = "gan shards 1";

/// `dataset.json`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dataset {
    kind: String,
    made_of: Description,
}

/// The folder of a set that has been begun.
#[derive(Debug)]
pub struct Folder {
    pub(super) place: Place,
    made_of: Description,
    blob: Model,
}

/// A shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shard {
    /// Its number, from 0.
    pub number: u64,
    /// Index of its first image.
    pub first: u64,
    /// How many images it has.
    pub count: usize,
}

impl Shard {
    /// What its files' names begin with: its range, in as many digits as the largest index has.
    pub fn stem(&self) -> String {
        format!("{:020}-{}", self.first, self.count)
    }
}

impl Folder {
    /// Begins a set: puts its blob and then its description into the folder. Returns whether it was
    /// not there already.
    ///
    /// # Errors
    ///
    /// A folder with another set or with other things in it; a file that cannot be written.
    pub fn begin(path: &Path, maker: &Maker<'_>, blob: &[u8]) -> Result<bool> {
        let (wanted, place) = (maker.made_of(), Place::of(path)?);
        let dataset = place.shown(DATASET);
        if place.len(DATASET)?.is_some() {
            read(&place)?.check_same(wanted, Path::new(&dataset))?;
        } else {
            // A worker that was killed, or one that does the same now, has put the blob.
            let expected = |name: &String| [BLOB, UNFINISHED, DATASET].contains(&name.as_str());
            ensure!(
                place.names("")?.iter().all(expected),
                "{}: the folder is not empty, and no {DATASET} is in it: give another folder",
                path.display()
            );
        }
        place.put(BLOB, blob)?;
        let text = Dataset { kind: KIND.into(), made_of: wanted.clone() };
        let text = serde_json::to_string_pretty(&text)? + "\n";
        let is_new = place.put(DATASET, text.as_bytes())?;
        place.clean_if_idle();
        // Another one may have been faster, with another set.
        read(&place)?.check_same(wanted, Path::new(&dataset))?;
        Self::open(path)?;
        Ok(is_new)
    }

    /// The folder of a set that has been begun.
    ///
    /// # Errors
    ///
    /// Names the file: no set has been begun there, or its blob is another one.
    pub fn open(path: &Path) -> Result<Self> {
        let place = Place::of(path)?;
        let (made_of, shown) = (read(&place)?, place.shown(BLOB));
        let bytes = place.read(BLOB)?.with_context(|| format!("{shown}: is missing"))?;
        let found = sha256(&bytes);
        ensure!(
            found == made_of.blob_sha256,
            "{shown}: its SHA-256 is {found} (expected {}, which {DATASET} has)",
            made_of.blob_sha256
        );
        let blob = blob_file::of_bytes(&bytes, Path::new(&shown))?;
        let folder = Self { place, made_of, blob };
        // A file that was changed by hand may ask for what no set can be.
        folder.maker().with_context(|| folder.place.shown(DATASET))?;
        Ok(folder)
    }

    /// What decides every byte of the set.
    pub fn made_of(&self) -> &Description {
        &self.made_of
    }

    /// What makes the shards' bytes.
    ///
    /// # Errors
    ///
    /// The blob is another one than the description is of.
    pub fn maker(&self) -> Result<Maker<'_>> {
        Maker::of(&self.blob.generator(), self.made_of.clone())
    }

    /// How many shards it has.
    pub fn shards(&self) -> u64 {
        self.made_of.count.div_ceil(self.made_of.shard.into())
    }

    /// Shard `number`, counted from 0.
    pub fn shard(&self, number: u64) -> Shard {
        let size = u64::from(self.made_of.shard);
        let skipped = number * size;
        let count = size.min(self.made_of.count.saturating_sub(skipped)) as usize;
        Shard { number, first: self.made_of.first + skipped, count }
    }

    /// What a file of a shard is called in messages.
    pub fn shown(&self, name: &str) -> String {
        self.place.shown(&file_name(name))
    }

    /// How many bytes a file of a shard has; nothing if it is not there.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn len(&self, name: &str) -> Result<Option<u64>> {
        self.place.len(&file_name(name))
    }

    /// The bytes of a file of a shard.
    ///
    /// # Errors
    ///
    /// Names the file, which cannot be read or is not there.
    pub fn read(&self, name: &str) -> Result<Vec<u8>> {
        let bytes = self.place.read(&file_name(name))?;
        bytes.with_context(|| format!("{}: is missing", self.shown(name)))
    }

    /// Puts a file of a shard, if it is absent; returns whether it was.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<bool> {
        self.place.put(&file_name(name), bytes)
    }

    /// Puts the list of a shard's digests, if it is absent; returns whether it was.
    ///
    /// # Errors
    ///
    /// Names the list.
    pub fn put_list(&self, shard: &Shard, list: &str) -> Result<bool> {
        self.place.put(&list_path(shard), list.as_bytes())
    }

    /// Whether the list of a shard's digests and all of its files are there.
    ///
    /// # Errors
    ///
    /// Names the file that cannot be looked at.
    pub fn has(&self, shard: &Shard, names: &[String]) -> Result<bool> {
        let mut paths = vec![list_path(shard)];
        paths.extend(names.iter().map(|name| file_name(name)));
        for path in paths {
            if self.place.len(&path)?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The numbers of the shards of which the list of digests and all files are there. Each of the
    /// two folders is read once.
    ///
    /// # Errors
    ///
    /// Names the folder that cannot be read.
    pub fn there(&self) -> Result<BTreeSet<u64>> {
        let (maker, lists) = (self.maker()?, self.place.names(DIGESTS)?);
        let files: BTreeSet<String> = self.place.names(SHARDS)?.into_iter().collect();
        let is_whole = |&number: &u64| {
            let shard = self.shard(number);
            let names = maker.names(&shard.stem(), shard.first, shard.count);
            names.iter().all(|name| files.contains(name))
        };
        let listed = lists.iter().filter_map(|name| self.number(name));
        Ok(listed.filter(is_whole).collect())
    }

    /// The shard whose list of digests is called so.
    fn number(&self, name: &str) -> Option<u64> {
        let first: u64 = name.split_once('-')?.0.parse().ok()?;
        let skipped = first.checked_sub(self.made_of.first)?;
        let number = skipped / u64::from(self.made_of.shard);
        (number < self.shards() && name == list_name(&self.shard(number))).then_some(number)
    }
}

/// Where a file of a shard is.
fn file_name(name: &str) -> String {
    format!("{SHARDS}/{name}")
}

/// Where the list of a shard's digests is.
pub(super) fn list_path(shard: &Shard) -> String {
    format!("{DIGESTS}/{}", list_name(shard))
}

fn list_name(shard: &Shard) -> String {
    format!("{}.sha256", shard.stem())
}

/// What `dataset.json` says.
fn read(place: &Place) -> Result<Description> {
    let shown = place.shown(DATASET);
    let bytes = place
        .read(DATASET)?
        .with_context(|| format!("{shown}: cannot be read (`gan shards init` begins a set)"))?;
    let dataset: Dataset = serde_json::from_slice(&bytes).with_context(|| shown.to_string())?;
    ensure!(dataset.kind == KIND, "{shown}: kind is {:?} (expected {KIND:?})", dataset.kind);
    Ok(dataset.made_of)
}
