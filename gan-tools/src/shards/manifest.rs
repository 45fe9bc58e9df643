//! The lists of a set's digests, and the manifest that is made of them.

use super::folder::{Folder, SHARDS, Shard, list_path};
use crate::set::{FILE as MANIFEST, Made, Manifest};
use anyhow::{Context, Result, bail, ensure};

impl Folder {
    /// What a shard's list says of its files: name and digest.
    ///
    /// # Errors
    ///
    /// Names the list: it is not there, or no such list.
    pub fn digests(&self, shard: &Shard) -> Result<Vec<(String, String)>> {
        let path = list_path(shard);
        let shown = self.place.shown(&path);
        let bytes = self.place.read(&path)?.with_context(|| format!("{shown}: is missing"))?;
        let text = String::from_utf8_lossy(&bytes);
        let line = |line: &str| {
            let (digest, name) = line.split_once("  ")?;
            Some((name.to_owned(), digest.to_owned()))
        };
        let lines: Option<Vec<_>> = text.lines().map(line).collect();
        lines.with_context(|| format!("{shown}: is no list of digests"))
    }

    /// Puts the manifest; all shards are there.
    ///
    /// # Errors
    ///
    /// Names the file that is missing, a list of other files than the shard's, or a manifest that
    /// says something else.
    pub fn seal(&self) -> Result<()> {
        let (maker, mut files) = (self.maker()?, Vec::new());
        for shard in (0..self.shards()).map(|number| self.shard(number)) {
            let digests = self.digests(&shard)?;
            let expected = maker.names(&shard.stem(), shard.first, shard.count);
            ensure!(
                digests.iter().map(|(name, _)| name).eq(&expected),
                "{}: expected a digest of each of {}; remove it, and `gan shards run` makes it \
                 again",
                self.place.shown(&list_path(&shard)),
                expected.join(", ")
            );
            for (name, sha256) in digests {
                let there = self.len(&name)?;
                let bytes = there.with_context(|| format!("{}: is missing", self.shown(&name)))?;
                let (first, count) = (shard.first, shard.count as u32);
                files.push(Made { name: format!("{SHARDS}/{name}"), first, count, bytes, sha256 });
            }
        }
        let mut manifest = Manifest::new(self.made_of().clone(), files);
        manifest.complete = true;
        if !self.place.put(MANIFEST, manifest.text()?.as_bytes())?
            && self.sealed()?.as_ref() != Some(&manifest)
        {
            bail!("{}: lists other files or digests than there are", self.manifest());
        }
        self.place.clean();
        Ok(())
    }

    /// The manifest, if it is there.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn sealed(&self) -> Result<Option<Manifest>> {
        let bytes = self.place.read(MANIFEST)?;
        let read = |bytes: Vec<u8>| Manifest::of_bytes(&bytes, &self.manifest());
        bytes.map_or(Ok(None), read)
    }

    /// What the manifest is called in messages.
    pub fn manifest(&self) -> String {
        self.place.shown(MANIFEST)
    }
}
