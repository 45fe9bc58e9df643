//! Where the files of an IDX data set lie, and how they are called: there are many ways.
//!
//! A name is `[SET-][train-|t10k-|test-](images|labels)-idxN-TYPE[.gz]`, with dots in place of
//! dashes here and there. `SET` is what the names of EMNIST's and QMNIST's files begin with. A file
//! may also lie in a folder of its own name, as Kaggle unpacks it.

use super::folder;
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tracing::info;

/// Folders in which other programs keep the files of a data set: torchvision in `SET/raw`, EMNIST's
/// archive in `gzip`.
const INNER: [&str; 2] = ["raw", "gzip"];

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// To train on.
    Train,
    /// To judge by.
    Test,
}

/// What is in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Images,
    Labels,
}

/// What a file's name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// Which of several data sets: `emnist-letters`, or nothing.
    set: String,
    pub part: Part,
    pub kind: Kind,
    /// Of several files for the same, the one with the lowest is read.
    rank: [bool; 4],
}

impl Name {
    /// Of an IDX file; nothing of any other.
    pub fn parse(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        let packed = lower.ends_with(".gz");
        let plain = lower.trim_end_matches(".gz");
        let (kind, at) = [(Kind::Images, "images"), (Kind::Labels, "labels")]
            .into_iter()
            .find_map(|(kind, word)| Some((kind, plain.rfind(word)?)))?;
        let (before, after) = (&plain[..at], &plain[at + "images".len()..]);
        let number = after.strip_prefix(SEPARATORS)?.strip_prefix("idx")?;
        let of = number.strip_prefix(|c: char| c.is_ascii_digit())?.strip_prefix(SEPARATORS)?;
        let is_type = of.len() >= 3 && of.chars().all(|c| c.is_ascii_alphanumeric());
        // A word before `images` ends with a dash.
        if !is_type || !(before.is_empty() || before.ends_with(SEPARATORS)) {
            return None;
        }
        let before = before.trim_end_matches(SEPARATORS);
        let parts = [("train", Part::Train), ("t10k", Part::Test), ("test", Part::Test)];
        let found = parts.into_iter().find_map(|(word, part)| {
            let set = before.strip_suffix(word)?;
            (set.is_empty() || set.ends_with(SEPARATORS)).then_some((set, word, part))
        });
        let (set, word, part) = found.unwrap_or((before, "", Part::Train));
        let set = set.trim_end_matches(SEPARATORS).to_owned();
        let rank = [word.is_empty() || word == "test", after.starts_with('.'), packed, false];
        Some(Self { set, part, kind, rank })
    }
}

const SEPARATORS: [char; 3] = ['-', '.', '_'];

/// The files of images and labels for one purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Files {
    pub images: PathBuf,
    pub labels: Option<PathBuf>,
}

/// The files of a data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Located {
    pub train: Files,
    pub test: Option<Files>,
}

/// The IDX files in a folder, by what their names say, in an order that is the same each time.
fn list(folder: &Path) -> Result<Vec<(Name, PathBuf)>> {
    let mut found = Vec::new();
    for path in folder::entries(folder)? {
        let Some(name) = parse(&path) else { continue };
        if path.is_dir() {
            let same = |(_, inner): &(Name, PathBuf)| {
                let inner = parse(inner);
                inner.is_some_and(|inner| (&inner.set, inner.part) == (&name.set, name.part))
            };
            let inner = folder::entries(&path)?.into_iter();
            let inner = inner.filter(|inner| !inner.is_dir());
            let named = inner.filter_map(|inner| Some((parse(&inner)?, inner)));
            found.extend(named.filter(same).map(|(mut name, path)| {
                name.rank[3] = true;
                (name, path)
            }));
        } else {
            found.push((name, path));
        }
    }
    found.sort_by(|(a, a_path), (b, b_path)| a.rank.cmp(&b.rank).then(a_path.cmp(b_path)));
    Ok(found)
}

fn parse(path: &Path) -> Option<Name> {
    Name::parse(path.file_name()?.to_str()?)
}

/// The data set in a folder or in one of those inside it where other programs put theirs; nothing
/// if there are no IDX files.
///
/// # Errors
///
/// Several data sets, of which nobody can tell which one is meant; labels alone.
pub(super) fn locate(folder: &Path) -> Result<Option<Located>> {
    let here = list(folder)?;
    if let Some(located) = of_set(folder, &here)? {
        return Ok(Some(located));
    }
    let mut inner = Vec::new();
    for path in folders(folder)? {
        let files = list(&path)?;
        if files.iter().any(|(name, _)| (name.part, name.kind) == (Part::Train, Kind::Images)) {
            inner.push((path, files));
        }
    }
    match &inner[..] {
        [] => {
            let names = here.iter().map(|(_, path)| short(path)).collect::<Vec<_>>();
            ensure!(
                names.is_empty(),
                "{}: found {}, expected train-images-idx3-ubyte or images-idx3-ubyte, plain or .gz",
                folder.display(),
                names.join(", ")
            );
            Ok(None)
        }
        [(path, files)] => {
            info!("note: reading {}", path.display());
            of_set(path, files)
        }
        several => {
            let paths: Vec<_> =
                several.iter().map(|(path, _)| path.display().to_string()).collect();
            bail!("{}: several data sets: give one of {}", folder.display(), paths.join(", "))
        }
    }
}

/// The data set whose images to train on are in this file; nothing if its name is not an IDX
/// file's.
///
/// # Errors
///
/// It is a file of labels.
pub(super) fn of_file(path: &Path) -> Result<Option<Located>> {
    let Some(name) = parse(path) else { return Ok(None) };
    ensure!(
        name.kind == Kind::Images,
        "{}: is a labels file, and the file of the images is expected",
        path.display()
    );
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut files = list(folder)?;
    files.retain(|(other, _)| other.set == name.set);
    let train = Files { images: path.to_owned(), labels: find(&files, name.part, Kind::Labels) };
    let test = if name.part == Part::Train { test(&files) } else { None };
    Ok(Some(Located { train, test }))
}

/// A file of MNIST's, by the name that it has on MNIST's servers, in a folder or in torchvision's
/// inside it.
pub(super) fn find_mnist(folder: &Path, name: &str) -> Result<Option<PathBuf>> {
    let Some(Name { part, kind, .. }) = Name::parse(name) else { return Ok(None) };
    for folder in [folder.to_owned(), folder.join("raw"), folder.join("MNIST/raw")] {
        if folder.is_dir() {
            let mut files = list(&folder)?;
            files.retain(|(name, _)| name.set.is_empty());
            if let Some(path) = find(&files, part, kind) {
                return Ok(Some(path));
            }
        }
    }
    Ok(None)
}

/// Folders inside this one where files may lie: `raw`, `gzip`, and those of its folders.
fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let inner = folder::entries(folder)?.into_iter().filter(|path| path.is_dir());
    let above = std::iter::once(folder.to_owned()).chain(inner);
    let found = above.flat_map(|folder| INNER.map(|name| folder.join(name)));
    Ok(found.filter(|path| path.is_dir()).collect())
}

/// The only data set among these files, or the one whose files' names begin with nothing.
fn of_set(folder: &Path, files: &[(Name, PathBuf)]) -> Result<Option<Located>> {
    let mut sets = BTreeMap::<&str, Vec<(Name, PathBuf)>>::new();
    for (name, path) in files {
        sets.entry(&name.set).or_default().push((name.clone(), path.clone()));
    }
    sets.retain(|_, files| find(files, Part::Train, Kind::Images).is_some());
    if sets.len() > 1 && !sets.contains_key("") {
        let images = sets.values().filter_map(|files| find(files, Part::Train, Kind::Images));
        let images: Vec<_> = images.map(|path| path.display().to_string()).collect();
        bail!("{}: several data sets: give one of {}", folder.display(), images.join(", "));
    }
    let Some((_, files)) = sets.first_key_value() else { return Ok(None) };
    let images = find(files, Part::Train, Kind::Images).context("a set without images")?;
    let train = Files { images, labels: find(files, Part::Train, Kind::Labels) };
    Ok(Some(Located { train, test: test(files) }))
}

fn test(files: &[(Name, PathBuf)]) -> Option<Files> {
    let images = find(files, Part::Test, Kind::Images)?;
    Some(Files { images, labels: find(files, Part::Test, Kind::Labels) })
}

/// The first of these files that is for this.
fn find(files: &[(Name, PathBuf)], part: Part, kind: Kind) -> Option<PathBuf> {
    let found = files.iter().find(|(name, _)| (name.part, name.kind) == (part, kind));
    found.map(|(_, path)| path.clone())
}

/// A file's name, for messages.
fn short(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Set, part and kind of a name.
    fn read(name: &str) -> Option<String> {
        let Name { set, part, kind, .. } = Name::parse(name)?;
        Some(format!("{set} {part:?} {kind:?}"))
    }

    #[test]
    fn names_of_all_data_sets_are_understood() {
        for (name, expected) in [
            ("train-images-idx3-ubyte", " Train Images"),
            ("train-images.idx3-ubyte", " Train Images"),
            ("t10k-labels-idx1-ubyte.gz", " Test Labels"),
            ("test-images-idx3-ubyte", " Test Images"),
            ("images-idx3-ubyte.gz", " Train Images"),
            ("emnist-letters-train-images-idx3-ubyte.gz", "emnist-letters Train Images"),
            ("emnist-letters-test-labels-idx1-ubyte", "emnist-letters Test Labels"),
            ("qmnist-train-labels-idx2-int.gz", "qmnist Train Labels"),
            ("fashion_train-images-idx3-ubyte", "fashion Train Images"),
        ] {
            assert_eq!(read(name).as_deref(), Some(expected), "{name}");
        }
        for name in [
            "train-images",
            "emnist-letters-mapping.txt",
            "train-images-idx3-ubyte.png",
            "train-myimages-idx3-ubyte",
            "labels.npy",
            "",
        ] {
            assert_eq!(read(name), None, "{name}");
        }
    }
}
