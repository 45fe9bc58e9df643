//! `tests/vectors`: written by, and checked against, the independent reference in gan-tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};

use crate::blob::Blob;
use crate::shell::{self, relative, root};

/// Returns the folder of the vector files.
pub fn folder() -> PathBuf {
    root().join("tests").join("vectors")
}

/// Writes what is missing or differs, and removes what does not belong there.
pub fn write() -> Result<()> {
    let differences = differences()?;
    if let Some(path) = differences.keys().find(|path| kept_for_ever(path)) {
        bail!(
            "{}: kept for ever, so it is not rewritten; \
             whatever writes it now writes another format",
            relative(path)
        );
    }
    for (path, (_, bytes)) in &differences {
        match bytes {
            Some(bytes) => fs::write(path, bytes),
            None => fs::remove_file(path),
        }
        .with_context(|| relative(path))?;
        println!("{} {}", if bytes.is_some() { "wrote" } else { "removed" }, relative(path));
    }
    println!("vectors: {} changed", differences.len());
    Ok(())
}

/// Blobs of a version of the format, once they are there.
fn kept_for_ever(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with('v') && name.ends_with(".gan") && path.exists()
}

/// Compares every file.
pub fn check() -> Result<()> {
    let faults = differences()?;
    let faults = faults.iter().map(|(path, (what, _))| format!("{}: {what}", relative(path)));
    shell::none(faults, |count| {
        format!(
            "{count} files in tests/vectors are not as they must be; `cargo xtask vectors` \
                 writes them"
        )
    })?;
    println!("vectors: as they must be");
    Ok(())
}

/// Files that are not as they must be: what is wrong, and the right bytes, or none for a file that
/// does not belong there.
type Differences = BTreeMap<PathBuf, (&'static str, Option<Vec<u8>>)>;

fn differences() -> Result<Differences> {
    let mut differences = Differences::new();
    let mut stale = shell::files(&folder())?;
    for (path, bytes) in gan_tests::make::all(&root())? {
        stale.retain(|present| *present != path);
        match fs::read(&path) {
            Ok(found) if found == bytes => {}
            Ok(_) => _ = differences.insert(path, ("has other bytes", Some(bytes))),
            Err(_) => _ = differences.insert(path, ("is missing", Some(bytes))),
        }
    }
    // Only the two kinds of files that are made here: a README, say, may stay.
    stale.retain(|path| {
        path.extension().is_some_and(|extension| extension == "bin" || extension == "gan")
    });
    differences.extend(stale.into_iter().map(|path| (path, ("belongs to no model", None))));
    Ok(differences)
}

/// Returns the blobs of models/ and the synthetic ones, in this order.
pub fn models() -> Result<Vec<PathBuf>> {
    let mut models = gan_tests::make::models(&root())?;
    let synthetic = gan_tests::make::synthetic_blobs();
    models.extend(synthetic.into_iter().map(|(stem, _)| folder().join(format!("{stem}.gan"))));
    Ok(models)
}

/// Returns the blob that stands for all when one will do.
pub fn default_model() -> Result<PathBuf> {
    let path = root().join("models/digits8.gan");
    ensure!(path.exists(), "{}: it is missing", relative(&path));
    Ok(path)
}

/// Returns the path of the model that a user has named, from any folder, because the firmware's
/// build script runs in another one; or [`default_model`].
pub fn given(model: Option<&Path>) -> Result<PathBuf> {
    let from_any = |path: &Path| path.canonicalize().with_context(|| path.display().to_string());
    model.map_or_else(default_model, from_any)
}

/// Returns the images file of a blob: the one in `tests/vectors`, or for a blob from elsewhere one
/// that is made now.
pub fn images_of(blob: &Blob) -> Result<PathBuf> {
    let name = format!("{}.images.bin", blob.stem());
    let known = models()?.iter().any(|model| same_file(model, blob.path()));
    if known {
        let path = folder().join(name);
        if !path.exists() {
            bail!("{} is missing; `cargo xtask vectors` writes it", relative(&path));
        }
        return Ok(path);
    }
    let images = gan_tests::make::images(blob.bytes())
        .map_err(|error| anyhow!("{}: {error}", blob.path().display()))?;
    let path = shell::scratch("")?.join(name);
    fs::write(&path, images).with_context(|| relative(&path))?;
    Ok(path)
}

fn same_file(one: &Path, other: &Path) -> bool {
    one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}
