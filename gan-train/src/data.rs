//! Images to learn from: the built-in digits, MNIST, or a folder of people's own in one of the
//! layouts of docs/data.md.

mod arrays;
mod bound;
mod content;
mod folder;
pub mod idx;
mod labels;
mod layouts;
pub mod mnist;
mod npy;
mod parquet;
mod png_folder;
pub mod stacked;
pub mod synthetic;
pub mod table;
mod texts;
mod zip;

use crate::random::{Purpose, permutation, stream};
use anyhow::{Result, ensure};
use gan_tools::files::digest::hex;
use gan_tools::images::Images;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Images of one size with, perhaps, labels.
#[derive(Debug, Clone)]
pub struct Split {
    /// 0..=255, image after image.
    pub images: Images,
    /// One an image: its class, from 0.
    pub labels: Option<Vec<u8>>,
}

/// What a network is trained on and what it is judged by.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// For messages, cards and `config.toml`.
    pub name: String,
    /// To train on.
    pub train: Split,
    /// To judge by, if there are any: no training step sees them.
    pub test: Option<Split>,
    /// What the data calls the classes 0, 1, 2 …; none where each is called by its own number.
    pub label_names: Vec<String>,
    /// The files that it was read from.
    pub files: Vec<PathBuf>,
}

impl Split {
    /// Identifies sizes, pixels and labels, in hexadecimal.
    pub fn sha256(&self) -> String {
        let Images { count, width, height, pixels } = &self.images;
        let mut hash = Sha256::new();
        [count, width, height]
            .into_iter()
            .for_each(|&size| hash.update((size as u64).to_le_bytes()));
        hash.update(pixels);
        hash.update(self.labels.as_deref().unwrap_or_default());
        hex(&hash.finalize())
    }

    /// How many images each label has, in the order of the labels; none without labels.
    pub fn label_counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.classes().into()];
        for &label in self.labels.iter().flatten() {
            counts[usize::from(label)] += 1;
        }
        counts
    }

    /// A tenth of the images, and all others: to judge by where a data set has no images for that.
    /// Both in random order, but the same each time.
    pub fn tenth_and_others(&self) -> (Self, Self) {
        self.hold_out(0.1)
    }

    /// `part` of the images, and all others; both in random order, but the same each time.
    pub fn hold_out(&self, part: f64) -> (Self, Self) {
        let order = self.order();
        let (held_out, others) = order.split_at((order.len() as f64 * part) as usize);
        (self.pick(held_out), self.pick(others))
    }

    /// Up to `count` of the images, at random, but the same each time.
    pub fn sample(&self, count: usize) -> Self {
        self.pick(&self.order()[..count.min(self.images.count)])
    }

    /// The indices of all images in random order, the same each time.
    pub(crate) fn order(&self) -> Vec<u32> {
        permutation(self.images.count, &mut stream(0, Purpose::HeldOut, 0))
    }

    /// The images of these indices, in their order.
    pub(crate) fn pick(&self, chosen: &[u32]) -> Self {
        let len = self.images.image_len();
        let image =
            |&index: &u32| &self.images.pixels[index as usize * len..(index as usize + 1) * len];
        let mut pixels = Vec::with_capacity(chosen.len() * len);
        chosen.iter().for_each(|index| pixels.extend_from_slice(image(index)));
        let labels = self
            .labels
            .as_ref()
            .map(|labels| chosen.iter().map(|&index| labels[index as usize]).collect());
        Self { images: Images { count: chosen.len(), pixels, ..self.images }, labels }
    }

    /// The images with `border` black pixels more at each side.
    pub fn padded(self, border: usize) -> Self {
        if border == 0 {
            return self;
        }
        let Images { count, width, height, .. } = self.images;
        let (wide, high) = (width + 2 * border, height + 2 * border);
        let mut pixels = vec![0; count * wide * high];
        for (image, padded) in self
            .images
            .pixels
            .chunks_exact(width * height)
            .zip(pixels.chunks_exact_mut(wide * high))
        {
            for (line, padded) in
                image.chunks_exact(width).zip(padded.chunks_exact_mut(wide).skip(border))
            {
                padded[border..border + width].copy_from_slice(line);
            }
        }
        Self { images: Images { count, width: wide, height: high, pixels }, labels: self.labels }
    }

    /// The images with lines for columns.
    fn transposed(self) -> Self {
        let Images { count, width, height, pixels } = self.images;
        let mut turned = Vec::with_capacity(pixels.len());
        for image in pixels.chunks_exact(width * height) {
            for column in 0..width {
                turned.extend(image[column..].iter().step_by(width));
            }
        }
        let images = Images { count, width: height, height: width, pixels: turned };
        Self { images, labels: self.labels }
    }

    /// Number of labels: one more than the largest; 0 without labels.
    pub fn classes(&self) -> u16 {
        self.labels
            .as_ref()
            .and_then(|labels| labels.iter().max())
            .map_or(0, |&label| u16::from(label) + 1)
    }
}

impl Dataset {
    /// The data set with lines for columns in each image: EMNIST's images lie on their side.
    pub fn transposed(self) -> Self {
        let (train, test) = (self.train.transposed(), self.test.map(Split::transposed));
        Self { train, test, ..self }
    }
}

/// Images of the built-in digits that are kept for judging.
const DIGITS_HELD_OUT: usize = 300;

/// Hears of a download: the file's name, the bytes that are there, and all of them (0 if the server
/// does not say). After a file's last bytes it may be another file's turn.
pub type OnDownload<'c> = dyn FnMut(&str, u64, u64) + 'c;

/// Opens `digits`, `mnist`, or a folder or file of images. If MNIST has to be downloaded,
/// `on_download` hears of it.
///
/// # Errors
///
/// Names the file and what is wrong with it.
pub fn open(
    name: &str,
    data_dir: Option<&Path>,
    on_download: &mut OnDownload<'_>,
) -> Result<Dataset> {
    ensure!(
        data_dir.is_none() || ["mnist", stacked::NAME].contains(&name),
        "--data-dir goes with --data mnist, not with --data {name}"
    );
    match name {
        "digits" => digits(),
        "mnist" => mnist::open(data_dir, on_download),
        stacked::NAME => stacked::open(data_dir, on_download),
        path => folder::open(path),
    }
}

/// The built-in 8x8 handwritten digits: 1,497 to train on and 300 to judge by.
pub fn digits() -> Result<Dataset> {
    const IMAGES: &[u8] = include_bytes!("../data/optdigits/images-idx3-ubyte.gz");
    const LABELS: &[u8] = include_bytes!("../data/optdigits/labels-idx1-ubyte.gz");
    let images = idx::images(IMAGES, IMAGES.len() as u64, "built-in images")?;
    let labels = idx::labels(LABELS, LABELS.len() as u64, "built-in labels")?;
    let labels = labels::of_numbers(&labels, None)?.train;
    let at = images.count - DIGITS_HELD_OUT;
    let (train_pixels, test_pixels) = images.pixels.split_at(at * images.image_len());
    let (train_labels, test_labels) = labels.split_at(at);
    let part = |pixels: &[u8], labels: &[u8]| Split {
        images: Images { count: labels.len(), pixels: pixels.to_vec(), ..images },
        labels: Some(labels.to_vec()),
    };
    let test = Some(part(test_pixels, test_labels));
    Ok(Dataset {
        name: "digits".into(),
        train: part(train_pixels, train_labels),
        test,
        label_names: Vec::new(),
        files: Vec::new(),
    })
}
