//! A data set of people's own: a folder or a file in one of the layouts of docs/data.md.

use super::{Dataset, Split, arrays, idx, labels, layouts, png_folder, synthetic};
use anyhow::{Context, Result, bail, ensure};
use gan_tools::images::Images;
use std::path::{Path, PathBuf};

/// Images without a pixel of this brightness are not in the range 0 to 255.
const DARK: u8 = 64;
/// Names of what else is in a folder that an error lists.
const SHOWN: usize = 3;

/// Images as a reader found them.
pub(super) struct Part {
    pub images: Images,
    /// One an image: numbers of the data's own.
    pub labels: Option<Vec<i64>>,
}

/// A data set as a reader found it.
pub(super) struct Found {
    pub train: Part,
    pub test: Option<Part>,
    /// What the labels 0, 1, 2 … are called; none where a label's name is its number.
    pub names: Option<Vec<String>>,
    /// What was read.
    pub files: Vec<PathBuf>,
}

/// Opens what `--data` names.
///
/// # Errors
///
/// Names the file and what is wrong with it.
pub(super) fn open(name: &str) -> Result<Dataset> {
    let path = Path::new(name);
    let found = if path.is_dir() { of_folder(path)? } else { of_file(path)? };
    dataset(name, found).with_context(|| path.display().to_string())
}

/// The first kind of data set that is in the folder.
fn of_folder(folder: &Path) -> Result<Found> {
    if let Some(found) = synthetic::open(folder)? {
        return Ok(found);
    }
    if let Some(located) = layouts::locate(folder)? {
        return of_idx(located);
    }
    if let Some(found) = arrays::of_folder(folder)? {
        return Ok(found);
    }
    if let Some(found) = png_folder::open(folder)? {
        return Ok(found);
    }
    let names = entries(folder)?
        .into_iter()
        .filter_map(|path| path.file_name()?.to_str().map(str::to_owned));
    let mut found: Vec<String> = names.take(SHOWN + 1).collect();
    if found.len() > SHOWN {
        found[SHOWN] = "...".into();
    }
    bail!(
        "{}: no images in it: found {}; expected train-images-idx3-ubyte or images-idx3-ubyte, \
         plain or .gz, x_train.npy or an .npz, or PNG pictures in a folder a class (docs/data.md)",
        folder.display(),
        if found.is_empty() { "nothing".to_owned() } else { found.join(", ") }
    )
}

/// One file of several in a folder, or one that is a whole data set.
fn of_file(path: &Path) -> Result<Found> {
    let expected = "expected `digits`, `mnist`, `stacked-mnist`, or a folder or file of images";
    ensure!(path.is_file(), "{}: there is no such data: {expected}", path.display());
    if let Some(located) = layouts::of_file(path)? {
        return of_idx(located);
    }
    if let Some(found) = arrays::of_file(path)? {
        return Ok(found);
    }
    bail!(
        "{}: is no data set: {expected}, such as train-images-idx3-ubyte or mnist.npz",
        path.display()
    )
}

/// Reads IDX files.
fn of_idx(layouts::Located { train, test }: layouts::Located) -> Result<Found> {
    let mut files = Vec::new();
    let mut part = |layouts::Files { images: path, labels: label_path }| -> Result<Part> {
        let images = idx::read_images(&path)?;
        files.push(path);
        let Some(label_path) = label_path else { return Ok(Part { images, labels: None }) };
        let labels = idx::read_labels(&label_path)?;
        check_count(&labels, &images, [&label_path, &files[files.len() - 1]])?;
        files.push(label_path);
        Ok(Part { images, labels: Some(labels) })
    };
    let (train, test) = (part(train)?, test.map(&mut part).transpose()?);
    Ok(Found { train, test, names: None, files })
}

/// Refuses labels that are not as many as the images of the other file.
pub(super) fn check_count(labels: &[i64], images: &Images, of: [&Path; 2]) -> Result<()> {
    let [labels_in, images_in] = of.map(Path::display);
    let (found, expected) = (labels.len(), images.count);
    ensure!(
        found == expected,
        "{labels_in}: {found} labels for the {expected} images of {images_in}"
    );
    Ok(())
}

/// The data set of what was found.
fn dataset(name: &str, Found { train, test, names, files }: Found) -> Result<Dataset> {
    warn_of_dark_images(name, &train.images);
    if let Some(test) = &test {
        let (a, b) = (&train.images, &test.images);
        ensure!(
            (a.width, a.height) == (b.width, b.height),
            "test images are {}x{}, training images {}x{}",
            b.width,
            b.height,
            a.width,
            a.height
        );
    }
    let label_names = names.map(labels::names).transpose()?;
    let (test_images, test_labels) = test.map(|test| (test.images, test.labels)).unzip();
    let classes = train
        .labels
        .map(|labels| labels::of_numbers(&labels, test_labels.flatten().as_deref()))
        .transpose()?;
    let (numbers, train_labels, test_labels) = match classes {
        Some(classes) => (classes.names, Some(classes.train), classes.test),
        None => Default::default(),
    };
    Ok(Dataset {
        name: name.into(),
        train: Split { images: train.images, labels: train_labels },
        test: test_images.map(|images| Split { images, labels: test_labels }),
        label_names: label_names.unwrap_or(numbers),
        files,
    })
}

/// Says what it means if no pixel is bright.
fn warn_of_dark_images(name: &str, images: &Images) {
    let Some(&brightest) = images.pixels.iter().max().filter(|&&pixel| pixel < DARK) else {
        return;
    };
    let advice = match brightest {
        0 => "all images are black".to_owned(),
        1 => "the images seem to be of 0 and 1: multiply their pixels by 255".to_owned(),
        16 => "the pixels seem to be of 0 to 16: multiply them by 255 / 16".to_owned(),
        _ => format!("if {brightest} stands for white, multiply them by 255 / {brightest}"),
    };
    tracing::warn!(
        "{name}: the brightest pixel is {brightest}, of 0 to 255, and what is trained on such \
         images draws nearly black ones; {advice}"
    );
}

/// What is in a folder, but hidden files, in the order of the names.
///
/// # Errors
///
/// Names the folder.
pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let read = || -> std::io::Result<Vec<PathBuf>> {
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
    };
    let mut paths = read().with_context(|| format!("{}: cannot be read", folder.display()))?;
    let hidden = |path: &Path| {
        path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
    };
    paths.retain(|path| !hidden(path) && path.exists());
    paths.sort();
    Ok(paths)
}
