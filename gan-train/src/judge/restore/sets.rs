//! The parts of a data set that a task's generator is judged by.

use crate::config::TaskKind;
use crate::data::{Dataset, Split};
use crate::task::{Cases, Task};
use gan_tools::images::Images;

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
