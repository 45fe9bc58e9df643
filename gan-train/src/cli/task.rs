//! What commands need to know of a run with a task: its data, and a picture of what it does.

use super::dataset;
use anyhow::{Result, ensure};
use gan_tools::images::Images;
use gan_tools::picture::Picture;
use gan_train::config::{Config, Recipe, TaskKind};
use gan_train::data::{Dataset, Split};
use gan_train::judge::restore::picture;
use gan_train::task::{self, Cases, Task};
use std::path::Path;

/// A data set, and the sizes of the images in its rows.
pub struct Opened {
    pub dataset: Dataset,
    /// Width and height of what goes in, if rows are pairs.
    pub input: Option<[usize; 2]>,
    /// Width and height of what comes out.
    pub target: [usize; 2],
}

/// The preset of a task's name.
pub fn preset(task: &str, scale: Option<u16>) -> Result<Config> {
    let name = match (task, scale) {
        ("super-res", Some(2)) => "super-res-14",
        ("super-res", _) => "super-res-7",
        (name, _) => name,
    };
    Config::preset(name, Recipe::Default)
}

/// Opens a data set; with `targets`, as what goes in, and that as what should come out.
pub fn open(
    name: &str,
    data_dir: Option<&Path>,
    transpose: bool,
    targets: Option<&str>,
) -> Result<Opened> {
    let inputs = dataset::open(name, data_dir, transpose)?;
    let size = |data: &Dataset| [data.train.images.width, data.train.images.height];
    let input = size(&inputs);
    let Some(targets) = targets else {
        return Ok(Opened { dataset: inputs, input: None, target: input });
    };
    let targets = dataset::open(targets, None, transpose)?;
    let target = size(&targets);
    Ok(Opened { dataset: task::joined(inputs, targets)?, input: Some(input), target })
}

/// The images of a split that should come out: pairs' targets, or else all.
pub fn targets(task: &Task, split: &Split) -> Split {
    if task.config().kind != TaskKind::Pairs {
        return split.clone();
    }
    let images = Cases::new(task, split, 0).targets();
    Split { images, labels: split.labels.clone() }
}

/// The mean of all images.
pub fn mean(images: &Images) -> Vec<u8> {
    let mut sums = vec![0u64; images.image_len()];
    for image in images.iter() {
        image.iter().zip(&mut sums).for_each(|(&pixel, sum)| *sum += u64::from(pixel));
    }
    let count = images.count.max(1) as u64;
    sums.into_iter().map(|sum| ((sum + count / 2) / count) as u8).collect()
}

/// The images to judge by: the test images, or else a tenth of the others.
pub fn judged(dataset: &Dataset) -> Split {
    dataset.test.clone().unwrap_or_else(|| dataset.train.tenth_and_others().0)
}

/// A picture of the first cases of these images, of which `make` makes others.
pub fn drawn(
    task: &Task,
    dataset: &Dataset,
    seed: u64,
    make: impl FnOnce(&Cases) -> Result<Images>,
) -> Result<Picture> {
    let mut judged = judged(dataset);
    ensure!(judged.images.count > 0, "there are no images to draw");
    let count = judged.images.count.min(picture::CASES);
    judged.images.pixels.truncate(count * judged.images.image_len());
    judged.images.count = count;
    judged.labels = judged.labels.map(|labels| labels[..count].to_vec());
    let cases = Cases::new(task, &judged, seed);
    let mean = mean(&targets(task, &dataset.train).images);
    Ok(picture::picture(task, &mean, &cases, make(&cases)?))
}
