//! The files of a shard.

use crate::files::idx::{self, IMAGES, LABELS};
use crate::formats::parquet::{self, Column, Values};
use crate::formats::{npz, webdataset};
use crate::images::Images;
use crate::picture::Picture;
use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Digits of an index in a picture's name, at least: names in order are images in order.
const DIGITS: usize = 12;

/// A format of files, as options name it and as JSON has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// MNIST's: a file of images and one of labels
    Idx,
    /// NumPy archives of the arrays images and labels
    Npz,
    /// Text, a line an image: label,pixel0,pixel1,... Of a table: its rows
    Csv,
    /// Apache's columns image (bytes) and label (name or number). Of a table: its columns
    Parquet,
    /// WebDataset's tar archives: INDEX.pgm and INDEX.cls of each image
    #[value(name = "webdataset")]
    WebDataset,
    /// A picture an image, in a folder for each label
    Png,
}

impl Format {
    /// The names of a shard's files, in the order of [`contents`](Self::contents): of `count`
    /// images from `first` on, with these labels. They begin with `stem`, but for pictures.
    pub fn names(
        self,
        stem: &str,
        (first, count): (u64, usize),
        labels: Option<&[u16]>,
        label_names: &[String],
    ) -> Vec<String> {
        match self {
            Self::Idx => {
                let images = format!("{stem}-{IMAGES}");
                let labels = labels.map(|_| format!("{stem}-{LABELS}"));
                std::iter::once(images).chain(labels).collect()
            }
            Self::Npz => vec![format!("{stem}.npz")],
            Self::Csv => vec![format!("{stem}.csv")],
            Self::Parquet => vec![format!("{stem}.parquet")],
            Self::WebDataset => vec![format!("{stem}.tar")],
            Self::Png => (0..count)
                .map(|at| {
                    let picture = format!("{:0DIGITS$}.png", first + at as u64);
                    match labels {
                        Some(labels) => format!("{}/{picture}", called(labels[at], label_names)),
                        None => picture,
                    }
                })
                .collect(),
        }
    }

    /// The bytes of the files of a shard with these images, from number `first` on, and, if they
    /// have some, labels.
    ///
    /// # Errors
    ///
    /// Labels over 255, which IDX files and NumPy's bytes cannot hold.
    pub fn contents(
        self,
        first: u64,
        images: &Images,
        labels: Option<&[u16]>,
        label_names: &[String],
    ) -> Result<Vec<Vec<u8>>> {
        let Images { count, width, height, pixels } = images;
        let bytes = |label: &u16| {
            u8::try_from(*label).with_context(|| format!("label {label}: expected 0 to 255"))
        };
        let in_bytes = || -> Result<Option<Vec<u8>>> {
            labels.map(|labels| labels.iter().map(bytes).collect()).transpose()
        };
        match self {
            Self::Idx => {
                let [count, height, width] = [count, height, width].map(|&size| size as u32);
                let mut images = idx::images_header(count, height, width);
                images.extend(pixels);
                let labels = in_bytes()?.map(|labels| {
                    let mut file = idx::labels_header(count);
                    file.extend(labels);
                    file
                });
                Ok(std::iter::once(images).chain(labels).collect())
            }
            Self::WebDataset => Ok(vec![webdataset::archive(first, images, labels)]),
            Self::Npz => Ok(vec![npz::archive(images, in_bytes()?.as_deref())?]),
            Self::Csv => Ok(vec![text(images, labels)]),
            Self::Parquet => Ok(vec![columns(images, labels, label_names)?]),
            Self::Png => pixels
                .par_chunks_exact(width * height)
                .map(|pixels| {
                    Picture { width: *width, height: *height, pixels: pixels.to_vec() }.to_png()
                })
                .collect(),
        }
    }

    /// Refuses names of labels that cannot be a file's.
    ///
    /// # Errors
    ///
    /// Names the label.
    pub fn check_names(self, label_names: &[String]) -> Result<()> {
        let names = label_names.iter().filter(|_| self == Self::Png);
        for name in names {
            ensure!(
                !name.starts_with('.') && !name.contains(['/', '\\', ':']),
                "--format png: label {name:?} cannot be the name of a folder: give another format"
            );
        }
        Ok(())
    }
}

/// What a label is called.
fn called(label: u16, names: &[String]) -> String {
    names.get(usize::from(label)).cloned().unwrap_or(label.to_string())
}

/// Columns, and the images' size.
fn columns(images: &Images, labels: Option<&[u16]>, label_names: &[String]) -> Result<Vec<u8>> {
    let image = Values::Bytes { len: images.image_len(), bytes: &images.pixels };
    let name = |&label: &u16| label_names.get(usize::from(label)).map(String::as_str);
    let values = |labels: &[u16]| match labels.iter().map(name).collect() {
        Some(names) if !label_names.is_empty() => Values::Texts(names),
        _ => Values::Integers(labels.iter().map(|&label| label.into()).collect()),
    };
    let label = labels.map(|labels| Column { name: "label", values: values(labels) });
    let columns: Vec<Column<'_>> =
        std::iter::once(Column { name: "image", values: image }).chain(label).collect();
    let [width, height] = [images.width, images.height].map(|size| size.to_string());
    parquet::file(&columns, &[("width", width), ("height", height), ("channels", "1".into())])
}

/// Lines of text, as Kaggle has MNIST: `label,pixel0,pixel1,…`. Labels are numbers.
fn text(images: &Images, labels: Option<&[u16]>) -> Vec<u8> {
    let label = labels.map(|_| "label".to_owned());
    let pixels = (0..images.image_len()).map(|pixel| format!("pixel{pixel}"));
    let head: Vec<String> = label.into_iter().chain(pixels).collect();
    let line = |(index, pixels): (usize, &[u8])| {
        let label = labels.map(|labels| labels[index]);
        let numbers = label.into_iter().chain(pixels.iter().map(|&pixel| pixel.into()));
        let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
        numbers.join(",") + "\n"
    };
    let all = images.pixels.par_chunks_exact(images.image_len());
    let lines: Vec<String> = all.enumerate().map(line).collect();
    (head.join(",") + "\n" + &lines.concat()).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by hand from the formats' descriptions.
    #[test]
    fn files_are_what_their_formats_say() {
        let images = Images { count: 2, width: 2, height: 1, pixels: vec![1, 2, 255, 0] };
        let (names, labels) = (["one".to_owned(), "two".to_owned()], Some(&[1, 0][..]));
        let made = |format: Format| {
            let found = format.contents(20, &images, labels, &names).unwrap();
            (format.names("stem", (20, 2), labels, &names), found)
        };
        let (found, bytes) = made(Format::Idx);
        assert_eq!(found, ["stem-images-idx3-ubyte", "stem-labels-idx1-ubyte"]);
        let header = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2];
        assert_eq!(bytes[0], [&header[..], &[1, 2, 255, 0]].concat());
        assert_eq!(bytes[1], [0, 0, 8, 1, 0, 0, 0, 2, 1, 0]);
        let (found, bytes) = made(Format::Csv);
        assert_eq!(found, ["stem.csv"]);
        assert_eq!(bytes[0], b"label,pixel0,pixel1\n1,1,2\n0,255,0\n");
        let (found, bytes) = made(Format::Png);
        assert_eq!(found, ["two/000000000020.png", "one/000000000021.png"]);
        assert!(bytes.len() == 2 && bytes.iter().all(|file| file.starts_with(b"\x89PNG")));
        let (found, bytes) = made(Format::Npz);
        assert_eq!(found, ["stem.npz"]);
        let header = b"\x93NUMPY\x01\x00\x76\x00{'descr': '|u1', 'fortran_order': False, \
                       'shape': (2, 1, 2,), }";
        let at = bytes[0].windows(header.len()).position(|part| part == header).unwrap();
        assert_eq!(at, 30 + "images.npy".len());
        assert_eq!(bytes[0][at + 128..at + 132], [1, 2, 255, 0]);
        assert_eq!(bytes[0][at + 127], b'\n');

        // Pages hold values one after the other, text with its length before it.
        let (found, bytes) = made(Format::Parquet);
        assert_eq!(found, ["stem.parquet"]);
        for part in [&[1, 2, 255, 0][..], b"\x03\0\0\0two\x03\0\0\0one"] {
            assert!(bytes[0].windows(part.len()).any(|bytes| bytes == part), "{part:?}");
        }
        let numbered = Format::Parquet.contents(0, &images, labels, &[]).unwrap();
        assert!(numbered[0].windows(8).any(|bytes| bytes == [1, 0, 0, 0, 0, 0, 0, 0]));

        assert_eq!(text(&images, None), b"pixel0,pixel1\n1,2\n255,0\n");
        assert_eq!(Format::Png.names("", (7, 1), None, &[]), ["000000000007.png"]);
        assert_eq!(Format::Idx.contents(0, &images, None, &[]).unwrap().len(), 1);
        let error = Format::Npz.contents(0, &images, Some(&[256, 0]), &[]).unwrap_err().to_string();
        assert_eq!(error, "label 256: expected 0 to 255");
    }

    #[test]
    fn a_label_that_is_no_folder_is_refused() {
        let refused = |name: &str| Format::Png.check_names(&[name.to_owned()]).is_err();
        assert!(["a/b", "..", ".x", "a\\b", "c:"].into_iter().all(refused));
        assert!(!refused("seven") && Format::Idx.check_names(&["a/b".to_owned()]).is_ok());
    }
}
