//! The folder of a set, and what each thing in it is called.

use crate::blob_file;
use crate::files::digest::sha256;
use crate::files::{self, absent};
use crate::set::{Description, Made, Maker, Manifest};
use anyhow::{Context, Result, bail, ensure};
use gan_core::host::Model;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Name of the file with what decides every byte.
pub const DATASET: &str = "dataset.json";
/// The blob.
const BLOB: &str = "model.gan";
/// Folder of the shards' files.
const SHARDS: &str = "shards";
/// Folder of the lists of digests: a file a shard, in the form that `sha256sum --check` reads.
const DIGESTS: &str = "sha256";
/// Folder of files that are being written.
const UNFINISHED: &str = "unfinished";
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
    path: PathBuf,
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
        let wanted = maker.made_of();
        let (dataset, unfinished) = (path.join(DATASET), path.join(UNFINISHED));
        if !dataset.exists() && path.exists() {
            // A worker that was killed, or one that does the same now, has put the blob.
            let expected = |name: &str| [BLOB, UNFINISHED, DATASET].contains(&name);
            for entry in fs::read_dir(path).with_context(|| path.display().to_string())? {
                let name = entry?.file_name();
                ensure!(
                    name.to_str().is_some_and(expected),
                    "{}: the folder is not empty, and no {DATASET} is in it: give another folder",
                    path.display()
                );
            }
        }
        if dataset.exists() {
            read(path)?.check_same(wanted, &dataset)?;
        }
        absent::put(&path.join(BLOB), blob, &unfinished)?;
        let text = Dataset { kind: KIND.into(), made_of: wanted.clone() };
        let text = serde_json::to_string_pretty(&text)? + "\n";
        let is_new = absent::put(&dataset, text.as_bytes(), &unfinished)?;
        let _ = fs::remove_dir(&unfinished);
        // Another one may have been faster, with another set.
        read(path)?.check_same(wanted, &dataset)?;
        Self::open(path)?;
        Ok(is_new)
    }

    /// The folder of a set that has been begun.
    ///
    /// # Errors
    ///
    /// Names the file: no set has been begun there, or its blob is another one.
    pub fn open(path: &Path) -> Result<Self> {
        let made_of = read(path)?;
        let file = path.join(BLOB);
        let bytes = files::read(&file)?;
        let found = sha256(&bytes);
        ensure!(
            found == made_of.blob_sha256,
            "{}: its SHA-256 is {found} (expected {}, which {DATASET} has)",
            file.display(),
            made_of.blob_sha256
        );
        let blob = blob_file::of_bytes(&bytes, &file)?;
        Ok(Self { path: path.to_owned(), made_of, blob })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
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

    /// Where a file of a shard is.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(SHARDS).join(name)
    }

    /// Where the list of a shard's digests is.
    pub fn list(&self, shard: &Shard) -> PathBuf {
        self.path.join(DIGESTS).join(list_name(shard))
    }

    /// Puts a file, if it is absent; returns whether it was.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn put(&self, path: &Path, bytes: &[u8]) -> Result<bool> {
        absent::put(path, bytes, &self.path.join(UNFINISHED))
    }

    /// The numbers of the shards that are there, by their lists of digests: one reading of a
    /// folder.
    ///
    /// # Errors
    ///
    /// Names the folder.
    pub fn there(&self) -> Result<BTreeSet<u64>> {
        let folder = self.path.join(DIGESTS);
        if !folder.exists() {
            return Ok(BTreeSet::new());
        }
        let cannot = || format!("{}: cannot be read", folder.display());
        let mut there = BTreeSet::new();
        for entry in fs::read_dir(&folder).with_context(cannot)? {
            let name = entry.with_context(cannot)?.file_name();
            there.extend(name.to_str().and_then(|name| self.number(name)));
        }
        Ok(there)
    }

    /// The shard whose list of digests is called so.
    fn number(&self, name: &str) -> Option<u64> {
        let first: u64 = name.split_once('-')?.0.parse().ok()?;
        let skipped = first.checked_sub(self.made_of.first)?;
        let number = skipped / u64::from(self.made_of.shard);
        (number < self.shards() && name == list_name(&self.shard(number))).then_some(number)
    }

    /// What a shard's list says of its files: name and digest.
    ///
    /// # Errors
    ///
    /// Names the list: it is not there, or no such list.
    pub fn digests(&self, shard: &Shard) -> Result<Vec<(String, String)>> {
        let path = self.list(shard);
        let text = fs::read_to_string(&path)
            .with_context(|| format!("{}: cannot be read", path.display()))?;
        let line = |line: &str| {
            let (digest, name) = line.split_once("  ")?;
            Some((name.to_owned(), digest.to_owned()))
        };
        let lines: Option<Vec<_>> = text.lines().map(line).collect();
        lines.with_context(|| format!("{}: is no list of digests", path.display()))
    }

    /// Puts the manifest; all shards are there.
    ///
    /// # Errors
    ///
    /// Names the file that is missing, or a manifest that says something else.
    pub fn seal(&self) -> Result<()> {
        let mut files = Vec::new();
        for shard in (0..self.shards()).map(|number| self.shard(number)) {
            for (name, sha256) in self.digests(&shard)? {
                let path = self.file(&name);
                let there = path.metadata();
                let bytes = there.with_context(|| format!("{}: is missing", path.display()))?.len();
                let (first, count) = (shard.first, shard.count as u32);
                files.push(Made { name: format!("{SHARDS}/{name}"), first, count, bytes, sha256 });
            }
        }
        let mut manifest = Manifest::new(self.made_of.clone(), files);
        manifest.complete = true;
        let path = self.manifest();
        if !self.put(&path, manifest.text()?.as_bytes())?
            && self.sealed()?.as_ref() != Some(&manifest)
        {
            bail!("{}: lists other files or digests than there are", path.display());
        }
        // Whoever writes still writes what is there.
        let _ = fs::remove_dir_all(self.path.join(UNFINISHED));
        Ok(())
    }

    /// The manifest, if it is there.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn sealed(&self) -> Result<Option<Manifest>> {
        Manifest::read(&self.path)
    }

    /// Where the manifest is.
    pub fn manifest(&self) -> PathBuf {
        self.path.join(crate::set::FILE)
    }
}

fn list_name(shard: &Shard) -> String {
    format!("{}.sha256", shard.stem())
}

/// What `dataset.json` says.
fn read(folder: &Path) -> Result<Description> {
    let path = folder.join(DATASET);
    let shown = path.display();
    let text = fs::read_to_string(&path)
        .with_context(|| format!("{shown}: cannot be read (`gan shards init` begins a set)"))?;
    let dataset: Dataset = serde_json::from_str(&text).with_context(|| shown.to_string())?;
    ensure!(dataset.kind == KIND, "{shown}: kind is {:?} (expected {KIND:?})", dataset.kind);
    Ok(dataset.made_of)
}
