//! Stacked MNIST: three digits in one image, so that 1,000 kinds of images can be counted.
//!
//! The data set of Metz et al. (2016), on which mode collapse is compared: each image is three
//! digits that are drawn from MNIST's independently of each other, one in each of three channels.
//! It has 1,000 modes, one for each triple of labels, which no data set with labels has; a
//! classifier of single digits tells which one an image shows, channel by channel.
//!
//! Images here are grey, so the three channels are planes that lie below each other: 28 pixels wide
//! and 84 high. To a network of fully connected layers this is the same thing, as it knows of no
//! neighbours.

use super::{Dataset, OnDownload, Split, mnist};
use crate::random::{Purpose, below, stream};
use anyhow::Result;
use gan_tools::images::Images;
use std::path::Path;

/// What `--data` calls it.
pub const NAME: &str = "stacked-mnist";
/// Digits in an image.
pub const PLANES: usize = 3;
/// Images to train on: 60 of each mode on average. They take 60,000 x 2,352 bytes = 141 MB, and a
/// run holds them twice at its start. The published experiments had 50,000 (Srivastava et al.
/// 2017) and 128,000 (Lin et al. 2018); those would be 301 MB.
const TRAIN: usize = 60_000;
/// Images to judge by, as many as the published experiments generate: 61 MB.
const TEST: usize = 26_000;

/// 60,000 triples of MNIST's training images, and 26,000 of its test images; no labels, as there
/// are more modes than labels of a byte. They are the same each time.
///
/// # Errors
///
/// As [`mnist::open`].
pub fn open(data_dir: Option<&Path>, on_download: &mut OnDownload<'_>) -> Result<Dataset> {
    let Dataset { train, test, files, .. } = mnist::open(data_dir, on_download)?;
    Ok(Dataset {
        name: NAME.into(),
        train: stack(&train.images, TRAIN, 0),
        test: test.map(|test| stack(&test.images, TEST, 1)),
        label_names: Vec::new(),
        files,
    })
}

/// `count` images of three of the `digits` each. `index` tells the splits' random numbers apart.
fn stack(digits: &Images, count: usize, index: u64) -> Split {
    let mut rng = stream(0, Purpose::Stacked, index);
    let len = digits.image_len();
    let mut pixels = Vec::with_capacity(count * PLANES * len);
    for _ in 0..count * PLANES {
        let digit = below(digits.count, &mut rng);
        pixels.extend_from_slice(&digits.pixels[digit * len..][..len]);
    }
    let (width, height) = (digits.width, PLANES * digits.height);
    Split { images: Images { count, width, height, pixels }, labels: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten digits of 2x3 pixels, each filled with its own number.
    fn digits() -> Images {
        let pixels = (0..10).flat_map(|digit| [digit; 6]).collect();
        Images { count: 10, width: 2, height: 3, pixels }
    }

    #[test]
    fn an_image_is_three_whole_digits_below_each_other() {
        let Split { images, labels } = stack(&digits(), 50, 0);
        assert_eq!((images.count, images.width, images.height), (50, 2, 9));
        assert!(labels.is_none());
        for image in images.iter() {
            for plane in image.chunks_exact(6) {
                assert_eq!(plane, [plane[0]; 6]);
            }
        }
    }

    /// A mode has 20 images on average, with a standard deviation of 4.5 (binomial): none of the
    /// 1,000 is missing, and none has over five and a half deviations more.
    #[test]
    fn every_triple_is_drawn_about_equally_often() {
        let Split { images, .. } = stack(&digits(), 20_000, 0);
        let mut counts = vec![0; 1000];
        for image in images.iter() {
            let [first, second, third] = [0, 6, 12].map(|at| usize::from(image[at]));
            counts[100 * first + 10 * second + third] += 1;
        }
        assert!(counts.iter().all(|&count| (1..=44).contains(&count)), "{counts:?}");
    }

    #[test]
    fn triples_are_the_same_each_time_and_others_in_the_other_split() {
        let pixels = |count, index| stack(&digits(), count, index).images.pixels;
        assert_eq!(pixels(30, 0), pixels(30, 0));
        assert_eq!(pixels(30, 0)[..], pixels(40, 0)[..30 * 18]);
        assert_ne!(pixels(30, 0), pixels(30, 1));
    }
}
