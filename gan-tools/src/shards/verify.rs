//! What is there of a set, and whether it is right.

use super::{Folder, Shard};
use crate::files::digest::sha256;
use anyhow::{Context, Result};
use rayon::prelude::*;

/// What is there of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// All shards.
    pub shards: u64,
    /// Those that are there.
    pub there: u64,
    /// The first ones that are missing, up to as many as were asked for.
    pub missing: Vec<Shard>,
    /// Whether no shard is missing and the manifest is there, which is last.
    pub complete: bool,
}

/// What was found to be wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Shards that were made again and compared.
    pub redrawn: u64,
    /// A sentence for each thing that is wrong.
    pub wrong: Vec<String>,
}

/// What is there; `listed` missing shards are named.
///
/// # Errors
///
/// Names the file or folder that cannot be read.
pub fn status(folder: &Folder, listed: usize) -> Result<Status> {
    let (there, shards) = (folder.there()?, folder.shards());
    let missing = (0..shards).filter(|number| !there.contains(number)).take(listed);
    Ok(Status {
        shards,
        there: there.len() as u64,
        missing: missing.map(|number| folder.shard(number)).collect(),
        complete: there.len() as u64 == shards && folder.sealed()?.is_some(),
    })
}

/// Looks whether each file of each shard is there, with the digest that the manifest has, and makes
/// each `every`th shard anew, from the first on, and compares its bytes with those on the disk and
/// their digests with the list. `go_on` is told how many shards were looked at.
///
/// # Errors
///
/// A set that is not complete; what cannot be read.
pub fn verify(folder: &Folder, every: u64, mut go_on: impl FnMut(u64) -> bool) -> Result<Verdict> {
    let maker = folder.maker()?;
    let manifest = folder.sealed()?;
    let manifest = manifest
        .with_context(|| format!("{}: is missing: the set is not complete", folder.manifest()))?;
    let mut verdict = Verdict::default();
    if !manifest.complete || manifest.made_of != *folder.made_of() {
        verdict.wrong.push(format!("{}: is of another set", folder.manifest()));
        return Ok(verdict);
    }
    let mut listed = manifest.files.into_iter();
    for shard in (0..folder.shards()).map(|number| folder.shard(number)) {
        let names = maker.names(&shard.stem(), shard.first, shard.count);
        let contents = if shard.number.is_multiple_of(every) {
            verdict.redrawn += 1;
            Some(maker.contents(shard.first, shard.count)?)
        } else {
            None
        };
        let digests = folder.digests(&shard).map_err(|error| verdict.wrong.push(error.to_string()));
        for (at, name) in names.iter().enumerate() {
            let shown = folder.shown(name);
            let mut wrong = |what: &str| verdict.wrong.push(format!("{shown}: {what}"));
            let of_manifest = listed.next();
            let of_list = digests.as_ref().ok().and_then(|digests| digests.get(at));
            match (&of_manifest, of_list) {
                (Some(made), Some((listed, sha256)))
                    if made.name.ends_with(name.as_str())
                        && listed == name
                        && made.sha256 == *sha256 => {}
                _ => wrong("its digest in the manifest and that in its list differ"),
            }
            match (folder.len(name)?, &contents) {
                (None, _) => wrong("is missing"),
                (Some(len), None) => {
                    if of_manifest.is_none_or(|made| made.bytes != len) {
                        wrong("has another length than the manifest says");
                    }
                }
                (Some(_), Some(contents)) => {
                    let there = folder.read(name)?;
                    if there != contents[at] {
                        wrong(&format!(
                            "differs from what the model makes{}",
                            at_byte(&there, &contents[at])
                        ));
                    }
                    if of_list.is_none_or(|(_, listed)| *listed != sha256(&contents[at])) {
                        wrong("its digest is not that of what the model makes");
                    }
                }
            }
        }
        if !go_on(shard.number + 1) {
            break;
        }
    }
    Ok(verdict)
}

/// Where two files differ first.
fn at_byte(found: &[u8], expected: &[u8]) -> String {
    match found.par_iter().zip(expected).position_first(|(one, other)| one != other) {
        Some(at) => format!(", first in byte {at}"),
        None => format!(": it has {} bytes, expected {}", found.len(), expected.len()),
    }
}
