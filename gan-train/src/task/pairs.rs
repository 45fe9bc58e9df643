//! Two data sets as one: what goes in and what should come out.

use crate::data::{Dataset, Split};
use anyhow::{Result, bail, ensure};
use gan_tools::images::Images;
use std::ffi::OsString;
use std::path::PathBuf;

/// The data set whose images are rows: the pixels of an image of `inputs`, and then those of the
/// image of `targets` with the same number. Labels are those of `inputs`.
///
/// # Errors
///
/// The two have not equally many images.
pub fn joined(inputs: Dataset, targets: Dataset) -> Result<Dataset> {
    let names = [&inputs.name, &targets.name];
    check_files(&inputs.files, &targets.files)?;
    let train = rows(inputs.train, targets.train, names, "training")?;
    let test = match (inputs.test, targets.test) {
        (Some(inputs), Some(targets)) => Some(rows(inputs, targets, names, "test")?),
        _ => None,
    };
    let files = [inputs.files, targets.files].concat();
    Ok(Dataset { name: inputs.name, train, test, label_names: inputs.label_names, files })
}

/// Refuses pictures whose files are called otherwise: they would be pairs by chance.
fn check_files(inputs: &[PathBuf], targets: &[PathBuf]) -> Result<()> {
    let name = |path: &PathBuf| path.file_name().map(OsString::from);
    let is_picture = |path: &&PathBuf| {
        path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png"))
    };
    let pictures = |files: &[PathBuf]| files.first().as_ref().is_some_and(is_picture);
    if !pictures(inputs) || !pictures(targets) {
        return Ok(());
    }
    match inputs.iter().zip(targets).find(|(input, target)| name(input) != name(target)) {
        Some((input, target)) => bail!(
            "{}: would be the target of {}: expected pictures of the same names in both folders",
            target.display(),
            input.display()
        ),
        None => Ok(()),
    }
}

fn rows(a: Split, b: Split, [name_a, name_b]: [&String; 2], kind: &str) -> Result<Split> {
    let (count, of_targets) = (a.images.count, b.images.count);
    ensure!(
        count == of_targets,
        "--targets {name_b}: {of_targets} {kind} images, and {name_a} has {count}: each image \
         needs its own"
    );
    let width = a.images.image_len() + b.images.image_len();
    let mut pixels = Vec::with_capacity(count * width);
    for (input, target) in a.images.iter().zip(b.images.iter()) {
        pixels.extend_from_slice(input);
        pixels.extend_from_slice(target);
    }
    Ok(Split { images: Images { count, width, height: 1, pixels }, labels: a.labels })
}
