//! Folders of PNG pictures: a folder for each class, or all in one and no labels.

use super::folder::{Found, Part, entries};
use super::labels;
use anyhow::{Context, Result, bail, ensure};
use gan_tools::images::Images;
use gan_tools::picture::read::{Read, read_if};
use std::path::{Path, PathBuf};
use tracing::info;

/// What the folder with the pictures to train on, and the one with those to judge by, may be
/// called. Those of the third list are left out.
const TRAIN: [&str; 2] = ["train", "training"];
const TEST: [&str; 2] = ["test", "testing"];
const LEFT_OUT: [&str; 3] = ["val", "valid", "validation"];

/// Pixels that an image may have: a blob holds no more.
const PIXELS: u64 = u16::MAX as u64;

/// Reads a picture in grey. One of another size than is `expected` is not read beyond its header.
fn read(path: &Path, expected: Option<[usize; 2]>) -> Result<Read> {
    read_if(path, false, |[width, height]| {
        ensure!(
            u64::from(width) * u64::from(height) <= PIXELS,
            "image size: {width}x{height} is over {PIXELS} pixels"
        );
        let Some([wide, high]) = expected else { return Ok(()) };
        ensure!(
            [width as usize, height as usize] == [wide, high],
            "image size: {width}x{height}, and the pictures before it are {wide}x{high}"
        );
        Ok(())
    })
}

/// Pictures of one class, or of none.
struct Class {
    name: Option<String>,
    pictures: Vec<PathBuf>,
}

/// The data set in a folder; nothing if there are no PNG pictures in it.
///
/// # Errors
///
/// Names the picture or the folder.
pub(super) fn open(folder: &Path) -> Result<Option<Found>> {
    let called = |names: &[&str]| -> Result<Option<PathBuf>> {
        let is_called = |path: &PathBuf| {
            let name = name(path).to_ascii_lowercase();
            path.is_dir() && names.contains(&name.as_str())
        };
        Ok(entries(folder)?.into_iter().find(is_called))
    };
    let inner = called(&TRAIN)?;
    let train = inner.as_deref().map_or_else(|| Ok(Vec::new()), classes)?;
    let (train, test) = if train.is_empty() {
        (classes(folder)?, Vec::new())
    } else {
        if let Some(path) = called(&LEFT_OUT)? {
            info!("note: {} is not read", path.display());
        }
        (train, called(&TEST)?.as_deref().map_or_else(|| Ok(Vec::new()), classes)?)
    };
    if train.is_empty() {
        return Ok(None);
    }
    let mut names: Vec<String> = train.iter().filter_map(|class| class.name.clone()).collect();
    labels::sort(&mut names);
    // Before thousands of pictures are read.
    labels::names(names.clone())?;
    let mut reader = Reader::default();
    let train = reader.read(train, &names)?;
    let test = (!test.is_empty()).then(|| reader.read(test, &names)).transpose()?;
    reader.say_what_was_changed(folder);
    Ok(Some(Found { train, test, names: Some(names), files: reader.files }))
}

/// The pictures in a folder, or in the folders inside it, each of which is a class then.
fn classes(folder: &Path) -> Result<Vec<Class>> {
    let mut classes = Vec::new();
    let flat = pictures(folder)?;
    for path in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        let pictures = pictures(&path)?;
        if pictures.is_empty() {
            continue;
        }
        ensure!(
            flat.is_empty(),
            "{}: has pictures in it and in folders such as {}: expected one or the other",
            folder.display(),
            name(&path)
        );
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.with_context(|| format!("{}: the name is no text", path.display()))?;
        classes.push(Class { name: Some(name.to_owned()), pictures });
    }
    if !flat.is_empty() {
        classes.push(Class { name: None, pictures: flat });
    }
    Ok(classes)
}

/// The PNG files in a folder.
fn pictures(folder: &Path) -> Result<Vec<PathBuf>> {
    let is_picture = |path: &PathBuf| {
        path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png"))
            && !path.is_dir()
    };
    Ok(entries(folder)?.into_iter().filter(is_picture).collect())
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Reads pictures, which must all be of one size.
#[derive(Default)]
struct Reader {
    size: Option<[usize; 2]>,
    files: Vec<PathBuf>,
    coloured: usize,
    transparent: usize,
}

impl Reader {
    /// The images of the classes, whose names are among `names`.
    fn read(&mut self, classes: Vec<Class>, names: &[String]) -> Result<Part> {
        let (mut pixels, mut labels, mut count) = (Vec::new(), Vec::new(), 0);
        for Class { name, pictures } in classes {
            let label = name.as_ref().map(|name| names.iter().position(|known| known == name));
            for path in pictures {
                match (label, &name) {
                    (Some(None), Some(name)) => {
                        bail!("{}: {name} is no class to train on", path.display())
                    }
                    (Some(Some(label)), _) => labels.push(label as i64),
                    _ => {}
                }
                let picture = read(&path, self.size)?;
                self.size = Some([picture.width, picture.height]);
                self.coloured += usize::from(picture.colour);
                self.transparent += usize::from(picture.transparent);
                pixels.extend(picture.pixels);
                self.files.push(path);
                count += 1;
            }
        }
        let [width, height] = self.size.context("no pictures")?;
        let images = Images { count, width, height, pixels };
        let labels = (!labels.is_empty()).then_some(labels);
        Ok(Part { images, labels })
    }

    fn say_what_was_changed(&self, folder: &Path) {
        let (of, folder) = (self.files.len(), folder.display());
        if self.coloured > 0 {
            let count = self.coloured;
            info!("note: {folder}: {count} of {of} pictures have colours, which become greys");
        }
        if self.transparent > 0 {
            let count = self.transparent;
            info!("note: {folder}: {count} of {of} pictures are not opaque: laid on black");
        }
    }
}
