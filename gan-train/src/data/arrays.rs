//! Data sets as NumPy arrays: `.npy` files, or `.npz` archives of them.
//!
//! An array's name says what is in it: `x_train` and `y_train` of Keras, `train_images` and
//! `train_labels` of MedMNIST, `images` and `labels`. KMNIST has an archive for each array, and the
//! archive's name says it: `kmnist-train-imgs.npz`.

use super::folder::{Found, Part, check_count, entries};
use super::layouts::{Kind, Part as Use};
use super::npy;
use super::zip::Archive;
use anyhow::{Context, Result, bail, ensure};
use gan_tools::files;
use std::fmt;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// What an array is for, by its name, behind what the name of the data set may be.
const NAMES: [(&str, Use, Kind); 10] = [
    ("x_train", Use::Train, Kind::Images),
    ("train_images", Use::Train, Kind::Images),
    ("train_imgs", Use::Train, Kind::Images),
    ("y_train", Use::Train, Kind::Labels),
    ("train_labels", Use::Train, Kind::Labels),
    ("x_test", Use::Test, Kind::Images),
    ("test_images", Use::Test, Kind::Images),
    ("test_imgs", Use::Test, Kind::Images),
    ("y_test", Use::Test, Kind::Labels),
    ("test_labels", Use::Test, Kind::Labels),
];
/// What an array is called by whose archive alone is named.
const UNNAMED: &str = "arr_0.npy";
const EXPECTED: &str =
    "expected x_train, y_train, x_test and y_test, or images and labels, as names of the arrays";

/// Where an array is.
#[derive(Debug, Clone)]
struct Place {
    path: PathBuf,
    /// The name in an archive.
    member: Option<String>,
    /// What it is for, and the name of the data set.
    part: Use,
    kind: Kind,
    set: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.member {
            Some(member) => write!(f, "{path}: {member}"),
            None => write!(f, "{path}"),
        }
    }
}

/// The data set in a folder; nothing if there are no arrays in it.
///
/// # Errors
///
/// Names the array.
pub(super) fn of_folder(folder: &Path) -> Result<Option<Found>> {
    let (mut places, mut others) = (Vec::new(), Vec::new());
    for path in entries(folder)?.into_iter().filter(|path| is_of_numpy(path)) {
        let (found, rest) = places_in(&path)?;
        places.extend(found);
        others.extend(rest);
    }
    found(folder, places, others)
}

/// The data set in an archive, or the one to which a file with one array belongs; nothing if the
/// file is neither.
///
/// # Errors
///
/// Names the array.
pub(super) fn of_file(path: &Path) -> Result<Option<Found>> {
    if !is_of_numpy(path) {
        return Ok(None);
    }
    let (mut places, others) = places_in(path)?;
    if let [only] = &places[..] {
        let set = only.set.clone();
        let folder = path.parent().filter(|folder| *folder != "").unwrap_or(Path::new("."));
        for beside in entries(folder)?.iter().filter(|beside| is_of_numpy(beside)) {
            if beside.file_name() != path.file_name() {
                places.extend(places_in(beside)?.0.into_iter().filter(|other| other.set == set));
            }
        }
    }
    let found = found(path, places, others)?;
    Ok(Some(found.with_context(|| format!("{}: no arrays in it: {EXPECTED}", path.display()))?))
}

/// The data set in one archive that [`archive`] made.
///
/// # Errors
///
/// Names the array.
pub(super) fn of_archive(path: &Path) -> Result<Found> {
    let (places, others) = places_in(path)?;
    found(path, places, others)?
        .with_context(|| format!("{}: no arrays in it: {EXPECTED}", path.display()))
}

fn is_of_numpy(path: &Path) -> bool {
    let is = |wanted| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(wanted));
    path.is_file() && (is("npy") || is("npz"))
}

/// The arrays in a file, and the names of those that are for nothing.
fn places_in(path: &Path) -> Result<(Vec<Place>, Vec<String>)> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut named = Vec::new();
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npy")) {
        named.push((stem, None));
    } else {
        let archive = Archive::open(path).with_context(|| path.display().to_string())?;
        let members: Vec<String> = archive.names().map(str::to_owned).collect();
        let one = members.len() == 1 && members[0] == UNNAMED;
        named.extend(members.into_iter().map(|member| {
            let name = member.strip_suffix(".npy").unwrap_or(&member);
            (if one { stem.clone() } else { name.to_owned() }, Some(member))
        }));
    }
    let (mut places, mut others) = (Vec::new(), Vec::new());
    for (name, member) in named {
        match purpose(&name) {
            Some((set, part, kind)) => {
                places.push(Place { path: path.to_owned(), member, part, kind, set });
            }
            None => others.push(name),
        }
    }
    Ok((places, others))
}

/// What an array of this name is for, and the data set's name before that.
fn purpose(name: &str) -> Option<(String, Use, Kind)> {
    let name = name.to_ascii_lowercase().replace(['-', '.'], "_");
    match name.as_str() {
        "images" => return Some((String::new(), Use::Train, Kind::Images)),
        "labels" => return Some((String::new(), Use::Train, Kind::Labels)),
        _ => {}
    }
    NAMES.iter().find_map(|&(end, part, kind)| {
        let set = name.strip_suffix(end)?;
        let set = if set.is_empty() { set } else { set.strip_suffix('_')? };
        Some((set.to_owned(), part, kind))
    })
}

/// The data set of these arrays; nothing if there are none, nor others.
fn found(of: &Path, places: Vec<Place>, others: Vec<String>) -> Result<Option<Found>> {
    let of = of.display();
    let find = |part: Use, kind: Kind| -> Result<Option<&Place>> {
        let is = |place: &&Place| (place.part, place.kind) == (part, kind);
        let mut found = places.iter().filter(is);
        let first = found.next();
        if let (Some(first), Some(second)) = (first, found.next()) {
            bail!("{of}: {first} and {second} are for the same: give one of several data sets");
        }
        Ok(first)
    };
    let mut read_files = Vec::new();
    let mut read = |part: Use| -> Result<Option<Part>> {
        let labels = find(part, Kind::Labels)?;
        let Some(place) = find(part, Kind::Images)? else { return Ok(None) };
        let images = place.read(npy::images)?;
        let label_numbers = labels.map(|place| place.read(npy::labels)).transpose()?;
        if let (Some(numbers), Some(labels)) = (&label_numbers, labels) {
            let [labels, images_in] = [labels, place].map(|place| PathBuf::from(place.to_string()));
            check_count(numbers, &images, [&labels, &images_in])?;
        }
        read_files.extend([Some(place), labels].into_iter().flatten().map(|of| of.path.clone()));
        Ok(Some(Part { images, labels: label_numbers }))
    };
    let (train, test) = (read(Use::Train)?, read(Use::Test)?);
    let Some(train) = train else {
        let there = places.iter().map(Place::to_string).chain(others).collect::<Vec<_>>();
        ensure!(there.is_empty(), "{of}: found {}, {EXPECTED}", there.join(", "));
        return Ok(None);
    };
    Ok(Some(Found { train, test, names: None, files: read_files }))
}

impl Place {
    /// Reads the array.
    fn read<T>(&self, read: fn(&mut dyn Read, &str) -> Result<T>) -> Result<T> {
        let name = self.to_string();
        let Some(member) = &self.member else {
            return read(&mut BufReader::new(files::open(&self.path)?), &name);
        };
        let context = || self.path.display().to_string();
        let mut archive = Archive::open(&self.path).with_context(context)?;
        let content = archive.read(member).with_context(context)?;
        read(&mut BufReader::new(content), &name)
    }
}
